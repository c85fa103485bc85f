import { Logger } from '@nestjs/common';

/** How often gauges are read from the database. */
const EVERY_MS = 15_000;

/** How long an instance leads after it was last told that it does. */
const LEAD_MS = 3 * EVERY_MS;

/**
 * Gauges over what is summed over all lanes: read by one instance alone, the owner of a lane that was agreed upon, now and then, never at a
 * scrape. Who leads no more shows none.
 */
export class LedGauges {
  private leadsUntil = 0;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;

  constructor(
    /** Whose gauges they are, for the log. */
    private readonly name: string,
    private readonly gauges: { read(): Promise<void>; reset(): void },
  ) {}

  /** This instance owns the lane whose owner reads the gauges. */
  lead(): void {
    const isNew = Date.now() > this.leadsUntil;
    this.leadsUntil = Date.now() + LEAD_MS;
    this.timer ??= setInterval(() => this.refresh(), EVERY_MS).unref();
    if (isNew) this.refresh();
  }

  /** Ends the reading after the one in hand. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.reading;
  }

  private refresh(): void {
    if (Date.now() > this.leadsUntil) return this.gauges.reset();
    this.reading ??= this.gauges
      .read()
      .catch((error: Error) => new Logger(this.name).warn(`gauges could not be read: ${error.message}`))
      .finally(() => (this.reading = undefined));
  }
}
