import { allKeys } from '@assay/platform/security/access-key.queries';
import { publishKey } from '@assay/platform/security/key.service';
import { type Transaction } from '@assay/platform/transport/transaction';
import { publishAnnotation } from './annotation.event';
import { type AnnotationPlace, annotationsAfter, FIRST_PLACE, placeOf } from './annotation.queries';
import { publishItem, publishWithdrawal } from './item.event';
import { itemsAfter, withdrawalsAfter } from './item.queries';
import { publishProject } from './project.event';
import { revisionsAfter } from './project.queries';
import { type Stage } from './rebuild.domain';
import { publishWorker } from './worker.event';
import { workersAfter } from './worker.queries';

const NO_UUID = '00000000-0000-0000-0000-000000000000';
type Places = (readonly (string | number)[])[];

/**
 * Publishes the next slice of a stage from the record, with the ids and the content that it had. What is recorded meanwhile behind
 * the place was published when it was recorded. Keys and workers belong to no project: all of them are
 * published again.
 * @returns the places of what was published, in order.
 */
export async function publishSlice(
  tx: Transaction,
  stage: Stage,
  after: readonly (string | number)[],
  limit: number,
  project?: string,
): Promise<Places> {
  const from = <Place>(first: Place) => (after.length === 0 ? first : (after as Place));
  switch (stage) {
    case 'keys': {
      const behind = from([''] as const)[0];
      const keys = (await allKeys(tx.manager)).sort((a, b) => (a.key < b.key ? -1 : 1));
      const next = keys.filter((state) => state.key > behind).slice(0, limit);
      for (const state of next) publishKey(tx, state);
      return next.map((state) => [state.key]);
    }
    case 'projects': {
      const revisions = await revisionsAfter(tx, from(['', 0] as const), limit, project);
      for (const revision of revisions) publishProject(tx, revision, revision.recordedAt);
      return revisions.map(({ state }) => [state.project, state.revision]);
    }
    case 'workers': {
      const workers = await workersAfter(tx, from([NO_UUID] as const)[0], limit);
      for (const worker of workers) publishWorker(tx, worker);
      return workers.map((worker) => [worker.id]);
    }
    case 'items': {
      const items = await itemsAfter(tx, from(['', '', '-1', NO_UUID] as const), limit, project);
      for (const item of items) publishItem(tx, item);
      return items.map((row) => [row.project, row.item, String(row.revision), row.event]);
    }
    case 'withdrawals': {
      const withdrawals = await withdrawalsAfter(tx, from(['', ''] as const), limit, project);
      for (const withdrawal of withdrawals) publishWithdrawal(tx, withdrawal);
      return withdrawals.map((row) => [row.project, row.item]);
    }
    case 'annotations': {
      const annotations = await annotationsAfter(tx, from<AnnotationPlace>(FIRST_PLACE), limit, project);
      for (const annotation of annotations) publishAnnotation(tx, annotation);
      return annotations.map(placeOf);
    }
  }
}
