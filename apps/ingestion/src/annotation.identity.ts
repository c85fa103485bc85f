import { createHash, randomUUID } from 'node:crypto';
import { eventId } from '@assay/platform/transport/event-id';
import { workerId } from '@assay/platform/worker-id';
import { type Claim, type Statement } from './annotation.domain';
import { type AnnotationRow } from './annotation.queries';

/**
 * A claim's id in its source: the one that it was given; else one made of all that it says, so that the same said again is a
 * duplicate; a fresh one is new each time.
 */
export function sourceIdOf({ type, fresh, data }: Claim): string {
  if (data.id !== undefined) return data.id;
  if (fresh) return randomUUID();
  const said = Object.entries(data).filter(([, value]) => value !== undefined);
  return eventId('claim', type, JSON.stringify(said.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** The event that a claim is recorded and published as: one a source and id, for good. */
export function annotationEventId(source: string, sourceId: string): string {
  return eventId('annotation', source, sourceId);
}

/** A statement as it is recorded. */
export function toRow({ about, content }: Statement, sourceId: string, at: string): AnnotationRow {
  const given = content.type === 'labels' ? content : undefined;
  const row = {
    project: about.project,
    item: about.item,
    worker: workerId(about.source, about.worker),
    role: about.role,
    occasion: about.occasion,
    revision: about.revision,
    occurred_at: about.occurredAt ?? null,
    place: about.order,
    labels: given?.labels ?? null,
    seconds: given?.seconds ?? null,
    guideline: given?.guideline ?? null,
  };
  return {
    ...row,
    event: annotationEventId(about.source, sourceId),
    source: about.source,
    source_id: sourceId,
    schema_version: given?.schemaVersion ?? null,
    // Not the schema version: the same said after the schema grew is still the same.
    hash: createHash('sha256')
      .update(JSON.stringify(Object.values(row)))
      .digest('hex'),
    recorded_at: at,
  };
}
