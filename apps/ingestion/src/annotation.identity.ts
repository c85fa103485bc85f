import { createHash, randomUUID } from 'node:crypto';
import { eventId } from '@assay/platform/transport/event-id';
import { workerId } from '@assay/platform/worker-id';
import { type Claim, type Statement } from './annotation.domain';
import { type AnnotationRow } from './annotation.queries';

/** A claim's id in its source: the one that it was given, a new one where it is fresh, else none: then its content is its id. */
export function sourceIdOf({ fresh, data }: Claim): string | undefined {
  return data.id ?? (fresh ? randomUUID() : undefined);
}

/**
 * The event that a claim is recorded and published as: one a source and id, for good. Of each project apart, as there are tools that
 * count from 1 in every project.
 */
function eventOf(project: string, source: string, sourceId: string): string {
  return eventId('annotation', project, source, sourceId);
}

/**
 * A statement as it is recorded.
 * @param id in its source; without one, the same said again is the same statement.
 */
export function toRow({ about, content, assignment }: Statement, id: string | undefined, at: string): AnnotationRow {
  const given = content.type === 'labels' ? content : undefined;
  const said = {
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
  // Neither the schema version nor the assignment: the same said after the schema grew, or without its token, is still the same.
  const hash = createHash('sha256')
    .update(JSON.stringify(Object.values(said)))
    .digest('hex');
  const sourceId = id ?? eventId('statement', hash);
  return {
    ...said,
    event: eventOf(about.project, about.source, sourceId),
    source: about.source,
    source_id: sourceId,
    schema_version: given?.schemaVersion ?? null,
    hash,
    assignment: assignment ?? null,
    recorded_at: at,
  };
}
