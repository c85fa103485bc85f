import { contract } from '../contract';
import { AnyValue, Integer, JsonObject, Numeric, OneOf, Text } from '../fields';
import { itemKey, ItemRef } from '../item/item-imported';
import { ROLES, type WorkerRole } from '../project/label-schema';
import { INBOUND } from '../topics';

/** Beyond it nobody counts occasions. */
export const MOST_OCCASIONS = 1_000_000;

/** Which annotation a tool speaks of, in the tool's own names. */
export class InboundAnnotationRef extends ItemRef {
  /** The worker's name in `source`. */
  @Text()
  worker!: string;

  /** Where worker and id come from: user 1 of one tool is not user 1 of another. Of an event its own `source` unless said. */
  @Text({ optional: true })
  source?: string;

  /** The source's id of this statement; the same id again is a duplicate, for good. Of an event its own `id` unless said. */
  @Text({ optional: true })
  id?: string;

  /** `human` unless said. */
  @OneOf(ROLES, { optional: true })
  role?: WorkerRole;

  /** The how-manieth time that worker was asked about that item; 0 unless said. */
  @Integer({ optional: true, max: MOST_OCCASIONS })
  occasion?: number;

  /** The highest counts; 0 unless said, of a retraction the highest there is (2^53 - 1): it has the last word. */
  @Integer({ optional: true })
  revision?: number;

  /** When the worker did it, in ISO 8601 with its offset from UTC. */
  @Text({ optional: true, max: 40 })
  occurredAt?: string;

  /** Place in the source's own order, where times are equal or unknown. */
  @Integer({ optional: true })
  order?: number;
}

/** One worker's labels for one item on one occasion, as a tool says it. */
export class InboundAnnotation extends InboundAnnotationRef {
  /** The label of one question; which one, says `question`, or the project, where it has one. */
  @AnyValue({ optional: true })
  label?: unknown;

  @Text({ optional: true, max: 63 })
  question?: string;

  /** Label by question, instead of `label`. */
  @JsonObject({ optional: true })
  labels?: Record<string, unknown>;

  /** How long the worker took, in seconds. */
  @Numeric({ optional: true, min: 0, max: 31_536_000 })
  seconds?: number;

  /** Version of the guideline that the worker followed. */
  @Text({ optional: true })
  guideline?: string;

  /** The project's schema version that the labels need: where it is not known yet, the annotation waits for it. */
  @Integer({ optional: true, min: 1 })
  schemaVersion?: number;

  /** The token that came with the item, where it was given out here: it must be that worker's, for that item. */
  @Text({ optional: true })
  assignment?: string;
}

export const inboundAnnotation = contract({
  type: 'assay.inbound.annotation.v1',
  summary: 'A tool says that a worker labelled an item, or did so anew.',
  topic: INBOUND,
  key: itemKey,
  data: InboundAnnotation,
  // Ingestion sends itself what waits for its project, so that there is one way to wait.
  producers: ['tools', 'ingestion'],
  consumers: ['ingestion'],
});
