import { type AnnotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import { type Entry, entryOf, withEntry } from '@assay/contracts/annotation/entry';
import { type DisputeEnded } from '@assay/contracts/dispute/dispute-event';
import { type ItemImported, type ItemRef } from '@assay/contracts/item/item-imported';
import { type ReceivedEvent } from '../transport/batch';
import { type LanesTransaction } from '../transport/transaction';
import { type Project, projectsNamed } from './project-copy';

/** Any event about an item that is applied when its project is known: of the topics of items, annotations and disputes. */
export type ItemEvent = ReceivedEvent<AnnotationSubmitted | ItemImported | DisputeEnded | ItemRef>;

/** An event about an annotation. */
export type AnnotationEvent = ReceivedEvent<AnnotationSubmitted>;

/**
 * The events whose project is known with the schema that they were checked by, and those projects. The others are parked: pending until the
 * project has come, or has grown (`drainParked`).
 */
export async function readyEvents(
  events: readonly ItemEvent[],
  tx: LanesTransaction,
): Promise<{ ready: ItemEvent[]; projects: ReadonlyMap<string, Project> }> {
  const projects = await projectsNamed(tx, [...new Set(events.map((event) => event.data.project))]);
  const ready = events.filter((event) => {
    const project = projects.get(event.data.project);
    const isReady = project !== undefined && schemaVersionOf(event) <= project.schemaVersion;
    if (!isReady) tx.park(event, event.data.project);
    return isReady;
  });
  return { ready, projects };
}

/** Whether an event is about an annotation. */
export function isAnnotation(event: ItemEvent): event is AnnotationEvent {
  return 'worker' in event.data;
}

/**
 * The item with what an annotation event says. Where the item holds the event already it is counted as a duplicate; one that bears a known id
 * wrongly, or a label that the question does not have, is dead-lettered: then the item is as it was.
 */
export function withAnnotation<Item extends { entries: readonly Entry[] }>(
  item: Item,
  event: AnnotationEvent,
  project: Project,
  tx: LanesTransaction,
): Item {
  const read = entryOf(event.id, event.data, project.questions);
  if (read.type === 'unknown-label') {
    tx.deadLetter(event, project.project, 'refused', read.detail);
    return item;
  }
  const added = withEntry(item, read.entry);
  switch (added.type) {
    case 'grown':
      return added.item;
    case 'duplicate':
      tx.account(event.lane, project.project, { duplicate: 1 });
      return item;
    case 'conflict':
      tx.deadLetter(event, project.project, 'id_conflict', `id ${event.id}: the item holds another annotation by it`);
      return item;
  }
}

function schemaVersionOf({ data }: ItemEvent): number {
  return 'schemaVersion' in data ? Number(data.schemaVersion) : 0;
}
