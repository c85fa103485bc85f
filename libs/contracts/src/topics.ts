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
/** Who was given which item, until when; key: project/item. */
export const ASSIGNMENT_EVENTS = topic('assay.assignment.events.v1', 'item', { audience: 'tools' });

/** What experts did with disputes; key: project/item. */
export const DISPUTE_EVENTS = topic('assay.dispute.events.v1', 'item');

/** Known labels. Restricted: for scoring alone; key: project/item. */
export const GOLD_ITEMS = topic('assay.gold.items.v1', 'item');

/** Which items are gold, without their labels; key: project/item. */
export const GOLD_POOL = topic('assay.gold.pool.v1', 'item');

/** Annotations compared with known labels. Restricted: for scoring alone; key: project/worker. */
export const GOLD_CHECKS = topic('assay.gold.checks.v1', 'project-worker');

/** Fitted reliabilities in chunks, and the epochs that close them; key: project. */
export const RELIABILITY = topic('assay.reliability.v1', 'project');

/** Findings on workers, and their tiers. Restricted: for assignment alone; key: project/worker. */
export const STANDING_EVENTS = topic('assay.standing.events.v1', 'project-worker');

/** What tools may know of findings; key: project/worker. */
export const PUBLIC_FINDINGS = topic('assay.public.findings.v1', 'project-worker', { audience: 'tools' });

/** What tools may know of decisions; key: project/item. */
export const PUBLIC_DECISIONS = topic('assay.public.decisions.v1', 'item', { audience: 'tools' });
/** Anything a tool sends; the key is the tool's choice. */
export const INBOUND = topic('assay.inbound.v1', 'tool', { audience: 'tools' });
/** References to what could not be applied; key: that of the original. */
export const DEAD_LETTERS = topic('assay.deadletter.v1', 'tool');
/** Full state of every access key, secrets aside; key: id of the access key. */
export const ACCESS_EVENTS = topic('assay.access.events.v1', 'access', { compacted: true });
