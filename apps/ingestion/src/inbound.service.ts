import { Injectable } from '@nestjs/common';
import { Settings } from '@assay/platform/config/settings';
import { describeExpectations } from '@assay/contracts/field-error';
import { type Batch, type ReceivedEvent } from '@assay/platform/transport/batch';
import { type LanesTransaction, type LaneTransaction } from '@assay/platform/transport/transaction';
import { nextDrain, saveDrain } from './drain.queries';
import { entryOf } from './inbound.domain';
import { IngestionMetrics } from './ingestion.metrics';
import { countNew, countWaited, type Submitted } from './intake.domain';
import { countAll } from './intake.queries';
import { submit } from './intake.submit';

const SLICE = 500;
/** Source of what HTTP put here to wait: it says all by itself, and the envelope's id and time are not the tool's. */
const OWN = '/assay/ingestion';

/** Annotations and items, as they come in from the inbound topic. */
@Injectable()
export class InboundService {
  constructor(
    private readonly metrics: IngestionMetrics,
    private readonly settings: Settings,
  ) {}

  /** Judges, records and publishes events; those whose project is not known yet are parked. */
  async onBatch(batch: Batch, tx: LanesTransaction): Promise<void> {
    await this.apply(tx, batch.events, countNew);
  }

  /** Judges one slice of what waits for a project that came or changed. @returns whether more is left. */
  async drain(tx: LaneTransaction): Promise<boolean> {
    const drain = await nextDrain(tx, tx.lane);
    if (drain === undefined) return false;
    const events = await tx.unpark(drain.project, Math.min(SLICE, drain.remaining));
    await this.apply(tx, events, countWaited);
    await saveDrain(tx, tx.lane, { ...drain, remaining: events.length === 0 ? 0 : drain.remaining - events.length });
    return true;
  }

  private async apply(tx: LanesTransaction, events: readonly ReceivedEvent[], count: typeof countNew): Promise<void> {
    const at = new Date().toISOString();
    const entries = events.map(({ id, source, type, time, data }) =>
      source === OWN ? entryOf({ source, type, data }, at) : entryOf({ id, source, type, time, data }, at),
    );
    const submitted = await submit(tx, entries, at, this.settings.leaseSecret);
    events.forEach((event, index) => account(tx, event, entries[index]!.project ?? '', submitted[index]!));
    await countAll(tx, count(entries, submitted));
    tx.whenCommitted(() => this.metrics.count('log', entries, submitted, at));
  }
}

function account(tx: LanesTransaction, event: ReceivedEvent, project: string, result: Submitted): void {
  switch (result.status) {
    case 'accepted':
      return tx.account(event.lane, project, { applied: 1 });
    case 'superseded':
    case 'duplicate':
      return tx.account(event.lane, project, { [result.status]: 1 });
    case 'waits':
      return tx.park(event, project);
    case 'rejected': {
      // No values: they may be a worker's.
      const detail = describeExpectations(result.errors);
      return tx.deadLetter(event, project, result.code === 'id_conflict' ? 'id_conflict' : 'refused', detail);
    }
  }
}
