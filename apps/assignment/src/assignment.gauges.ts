import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { LedGauges } from '@assay/platform/metrics/led-gauges';
import { Relay } from '@assay/platform/transport/relay';
import { Transactions } from '@assay/platform/transport/transactions';
import { countDisputes, countWork, oldestWaiting, WORK_STATES } from './summary.queries';

/** What is summed over all lanes: read by one instance alone, now and then, never at a scrape. */
@Injectable()
export class AssignmentGauges implements OnApplicationShutdown {
  private readonly items: Gauge<'state'>;
  private readonly oldestUnassigned: Gauge;
  private readonly disputes: Gauge;
  private readonly oldestDispute: Gauge;
  private readonly led: LedGauges;

  constructor(
    registry: Registry,
    private readonly transactions: Transactions,
    relay: Relay,
  ) {
    this.led = new LedGauges(AssignmentGauges.name, this, relay);
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

  async onApplicationShutdown(): Promise<void> {
    await this.led.stop();
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

  /** Shows nothing any more. */
  reset(): void {
    for (const gauge of [this.items, this.oldestUnassigned, this.disputes, this.oldestDispute]) gauge.reset();
  }
}
