import { Injectable } from '@nestjs/common';
import { type TierChanged } from '@assay/contracts/standing/tier-changed';
import { type WorkerRegistered } from '@assay/contracts/worker/worker-registered';
import { type Batch } from '@assay/platform/transport/batch';
import { type LanesTransaction } from '@assay/platform/transport/transaction';
import { keepTiers, keepWorkers } from './worker.queries';

/** Copies who works and at which tier; scoring decides tiers. */
@Injectable()
export class WorkerService {
  async onWorkers(batch: Batch<WorkerRegistered>, tx: LanesTransaction): Promise<void> {
    await keepWorkers(
      tx,
      batch.events.map(({ data }) => data),
    );
  }

  /** Findings are scoring's reasons: what follows of them is the tier. */
  async onStanding(batch: Batch<TierChanged>, tx: LanesTransaction): Promise<void> {
    await keepTiers(
      tx,
      batch.events.map(({ data }) => data),
    );
  }
}
