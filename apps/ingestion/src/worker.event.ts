import { workerRegistered } from '@assay/contracts/worker/worker-registered';
import { eventId } from '@assay/platform/transport/event-id';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type WorkerRow } from './worker.queries';

/** Publishes a worker as the record holds it; the same again whenever it is published again. */
export function publishWorker(tx: Transaction, row: WorkerRow): void {
  const { id, source, external_id: externalId, role, revision, tracks, skills, languages } = row;
  const data = { worker: id, source, externalId, revision, role, tracks, skills, languages };
  tx.publish(workerRegistered, eventId('worker-registered', id, revision), data, {
    time: row.recorded_at.toISOString(),
  });
}
