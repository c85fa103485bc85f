import { annotationRetracted } from '@assay/contracts/annotation/annotation-retracted';
import { annotationRevised } from '@assay/contracts/annotation/annotation-revised';
import { annotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type AnnotationRow } from './annotation.queries';

/** Publishes a statement as the record holds it; the same again whenever it is published again. */
export function publishAnnotation(tx: Transaction, row: AnnotationRow): void {
  const about = {
    project: row.project,
    item: row.item,
    worker: row.worker,
    role: row.role,
    occasion: row.occasion,
    revision: row.revision,
    ...(row.occurred_at !== null && { occurredAt: row.occurred_at }),
    order: row.place,
  };
  const time = row.occurred_at ?? row.recorded_at;
  if (row.labels === null || row.schema_version === null) {
    tx.publish(annotationRetracted, row.event, about, { time });
    return;
  }
  const data = {
    ...about,
    schemaVersion: row.schema_version,
    labels: row.labels,
    ...(row.seconds !== null && { seconds: row.seconds }),
    ...(row.guideline !== null && { guideline: row.guideline }),
    ...(row.assignment !== null && { assignment: row.assignment }),
  };
  tx.publish(row.revision === 0 ? annotationSubmitted : annotationRevised, row.event, data, { time });
}
