import { Injectable } from '@nestjs/common';
import { Settings } from '@assay/platform/config/settings';
import { inboundAnnotation } from '@assay/contracts/inbound/inbound-annotation';
import { inboundRetraction } from '@assay/contracts/inbound/inbound-retraction';
import { eventId } from '@assay/platform/transport/event-id';
import { type Transaction } from '@assay/platform/transport/transaction';
import { Transactions } from '@assay/platform/transport/transactions';
import { type Claim } from './annotation.domain';
import { IngestionMetrics, type Way } from './ingestion.metrics';
import { countNew, type Entry, type IntakeCount, type Subject } from './intake.domain';
import { countAll, intakeOf } from './intake.queries';
import { submit } from './intake.submit';
import { type Outcome } from './outcome.domain';

/** Annotations and items, as they come in by HTTP. */
@Injectable()
export class IntakeService {
  constructor(
    private readonly transactions: Transactions,
    private readonly metrics: IngestionMetrics,
    private readonly settings: Settings,
  ) {}

  /**
   * Judges, records and publishes what came in, in one transaction. A claim that must wait for its project goes to the inbound
   * topic: it is counted when it comes back from there, and waits in the lane of its item.
   * @returns what became of each entry, in order.
   */
  async receive(way: Way, entries: readonly Entry[], at: string): Promise<Outcome[]> {
    const submitted = await this.transactions.run(async (tx) => {
      const results = await submit(tx, entries, at, this.settings.leaseSecret);
      const settled = entries.map((_, index) => index).filter((index) => results[index]!.status !== 'waits');
      for (const result of results) if (result.status === 'waits') publishClaim(tx, result.claim, at);
      await countAll(
        tx,
        countNew(
          settled.map((index) => entries[index]!),
          settled.map((index) => results[index]!),
        ),
      );
      return results;
    });
    this.metrics.count(way, entries, submitted, at);
    return submitted.map((result) => (result.status === 'waits' ? { status: 'accepted', waits: true } : result));
  }

  /** What came in at the edge for a project, by subject. */
  async counts(project: string): Promise<Record<Subject, IntakeCount>> {
    return this.transactions.run((tx) => intakeOf(tx, project));
  }
}

function publishClaim(tx: Transaction, { type, data }: Claim, at: string): void {
  const id = eventId('claim-waits', data.project, data.source, data.id ?? JSON.stringify(data));
  tx.publish(type === 'annotation' ? inboundAnnotation : inboundRetraction, id, data, { time: at });
}
