import { type Transaction } from '@assay/platform/transport/transaction';
import { publishAnnotation } from './annotation.event';
import { annotationKey, type AnnotationRow, hashesOf, highestRevisions, insertAnnotations } from './annotation.queries';
import { type Outcome, outcomes } from './outcome.domain';
import { publishWorker } from './worker.event';
import { registerWorkers } from './worker.queries';

/** A statement to be recorded, and its worker's name in its source. */
export interface Submission {
  row: AnnotationRow;
  externalId: string;
}

/**
 * Records and publishes statements, and the workers that they are the first to name.
 * @returns the outcome of each, in order.
 */
export async function recordAnnotations(
  tx: Transaction,
  submissions: readonly Submission[],
  at: string,
): Promise<Outcome[]> {
  if (submissions.length === 0) return [];
  const rows = submissions.map((submission) => submission.row);
  const first = new Map<string, AnnotationRow>();
  for (const row of rows) if (!first.has(row.event)) first.set(row.event, row);

  const revisions = await highestRevisions(tx, rows);
  const added = await insertAnnotations(tx, [...first.values()]);
  const hashes = await hashesOf(
    tx,
    [...first.keys()].filter((event) => !added.has(event)),
  );
  const decided = outcomes(rows.map(known), { hashes, revisions });

  const recorded = submissions.filter((_, index) => isRecorded(decided[index]!));
  for (const worker of await registerWorkers(tx, workersOf(recorded), at)) publishWorker(tx, worker);
  for (const { row } of recorded) publishAnnotation(tx, row);
  return decided;
}

function isRecorded(outcome: Outcome): boolean {
  return outcome.status === 'accepted' || outcome.status === 'superseded';
}

function known(row: AnnotationRow) {
  return {
    event: row.event,
    hash: row.hash,
    subject: annotationKey(row),
    revision: row.revision,
    sourceId: row.source_id,
  };
}

/** One entry a worker, sorted by id; a model where any of the statements says so. */
function workersOf(submissions: readonly Submission[]) {
  const workers = new Map<string, { id: string; source: string; external_id: string; role: 'human' | 'model' }>();
  for (const { row, externalId } of submissions) {
    if (row.role === 'human' && workers.has(row.worker)) continue;
    workers.set(row.worker, { id: row.worker, source: row.source, external_id: externalId, role: row.role });
  }
  return [...workers.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
