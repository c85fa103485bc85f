import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { Transactions } from '@assay/platform/transport/transactions';
import { countDisputes, countWork, oldestWaiting, WORK_STATES } from './summary.queries';

/** How often gauges are read from the database. */
const EVERY_MS = 15_000;
/** How long an instance leads after it was last told that it does. */
const LEAD_MS = 3 * EVERY_MS;

/** What is summed over all lanes: read by one instance alone, now and then, never at a scrape. */
@Injectable()
export class AssignmentGauges implements OnApplicationShutdown {
  private readonly items: Gauge<'state'>;
  private readonly oldestUnassigned: Gauge;
  private readonly disputes: Gauge;
  private readonly oldestDispute: Gauge;
  private leadsUntil = 0;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;

  constructor(
    registry: Registry,
    private readonly transactions: Transactions,
  ) {
    const registers = [registry];
    this.items = new Gauge({
      name: 'assay_assignment_items',
      help: 'Items by where they stand as work: offered, in-hand, deciding, expert, settled, withdrawn.',
      labelNames: ['state'],
      registers,
    });
    this.oldestUnassigned = new Gauge({
      name: 'assay_assignment_oldest_unassigned_age_seconds',
      help: 'Age of the oldest offered item that nobody was given yet.',
      registers,
    });
    this.disputes = new Gauge({
      name: 'assay_disputes_open',
      help: 'Disputes that are open or claimed.',
      registers,
    });
    this.oldestDispute = new Gauge({
      name: 'assay_dispute_oldest_open_age_seconds',
      help: 'Age of the oldest dispute that is open or claimed.',
      registers,
    });
  }

  /** This instance owns the lane whose owner reads the gauges. */
  lead(): void {
    const isNew = Date.now() > this.leadsUntil;
    this.leadsUntil = Date.now() + LEAD_MS;
    this.timer ??= setInterval(() => this.refresh(), EVERY_MS).unref();
    if (isNew) this.refresh();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.reading;
  }

  private refresh(): void {
    if (Date.now() > this.leadsUntil) return this.reset();
    this.reading ??= this.read()
      .catch((error: Error) => new Logger(AssignmentGauges.name).warn(`gauges could not be read: ${error.message}`))
      .finally(() => (this.reading = undefined));
  }

  /** Reads everything once. */
  async read(): Promise<void> {
    await this.transactions.run(async (tx) => {
      const counts = await countWork(tx);
      for (const state of WORK_STATES) this.items.set({ state }, counts[state] ?? 0);
      const { open = 0, claimed = 0 } = await countDisputes(tx);
      this.disputes.set(open + claimed);
      const { unassigned, dispute } = await oldestWaiting(tx);
      this.oldestUnassigned.set(unassigned);
      this.oldestDispute.set(dispute);
    });
  }

  private reset(): void {
    for (const gauge of [this.items, this.oldestUnassigned, this.disputes, this.oldestDispute]) gauge.reset();
  }
}
