import { type Topic } from './contract';

/** Partitions of a keyed topic. Never changed: 12 divides the 120 stripes, so that a stripe belongs to one lane. */
export const PARTITIONS = 12;

function topic(name: string, lane: Topic['lane'], options: Partial<Topic> = {}): Topic {
  return { name, lane, partitions: PARTITIONS, compacted: false, accounted: false, audience: 'internal', ...options };
}

/** Full state of every project; key: project. */
export const PROJECT_EVENTS = topic('assay.project.events.v1', 'project', { compacted: true });
/** Full state of every worker; key: worker. */
export const WORKER_EVENTS = topic('assay.worker.events.v1', 'worker', { compacted: true });
/** Items as they are imported and withdrawn; key: project/item. */
export const ITEM_EVENTS = topic('assay.item.events.v1', 'item');
/** Annotations as they are submitted, revised and retracted; key: project/item. */
export const ANNOTATION_EVENTS = topic('assay.annotation.events.v1', 'item', { accounted: true });
/** What consensus decided, for the other services; key: project/item. */
export const CONSENSUS_EVENTS = topic('assay.consensus.events.v1', 'item');
/** What tools may know of decisions; key: project/item. */
export const PUBLIC_DECISIONS = topic('assay.public.decisions.v1', 'item', { audience: 'tools' });
/** Anything a tool sends; the key is the tool's choice. */
export const INBOUND = topic('assay.inbound.v1', 'tool', { audience: 'tools' });
/** References to what could not be applied; key: that of the original. */
export const DEAD_LETTERS = topic('assay.deadletter.v1', 'tool');
/** Full state of every access key, secrets aside; key: id of the access key. */
export const ACCESS_EVENTS = topic('assay.access.events.v1', 'access', { compacted: true });
