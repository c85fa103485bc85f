import { Logger } from '@nestjs/common';

/** How often gauges are read from the database. */
const EVERY_MS = 15_000;

/** The time between two readings is so often that which one takes, at least: what is counted grows with the projects. */
const REST_SHARE = 20;

/** How soon who has come to lead shows them. */
const LOOK_MS = 1000;

/**
 * Gauges over what is summed over all lanes: read by the leading instance alone, now and then, never at a scrape. Who leads no more shows
 * none.
 */
export class LedGauges {
  private nextAt = 0;
  private readonly timer: NodeJS.Timeout;
  private reading: Promise<void> | undefined;

  constructor(
    /** Whose gauges they are, for the log. */
    private readonly name: string,
    private readonly gauges: { read(): Promise<void>; reset(): void },
    /** Of several instances of a service one leads: that which publishes. */
    private readonly leader: { readonly isLeading: boolean },
  ) {
    this.timer = setInterval(() => this.refresh(), LOOK_MS).unref();
  }

  /** Ends the reading after the one in hand. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.reading;
  }

  private refresh(): void {
    if (!this.leader.isLeading) {
      if (this.nextAt > 0) this.gauges.reset();
      this.nextAt = 0;
      return;
    }
    const began = performance.now();
    if (began < this.nextAt) return;
    this.nextAt = began + EVERY_MS;
    this.reading ??= this.gauges
      .read()
      .then(() => {
        this.nextAt = Math.max(this.nextAt, began + REST_SHARE * (performance.now() - began));
      })
      .catch((error: Error) => new Logger(this.name).warn(`gauges could not be read: ${error.message}`))
      .finally(() => {
        this.reading = undefined;
        if (!this.leader.isLeading) this.gauges.reset();
      });
  }
}
