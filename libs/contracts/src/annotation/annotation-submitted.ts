import { contract } from '../contract';
import { Integer, JsonObject, Numeric, OneOf, Text, Timestamp } from '../fields';
import { itemKey, ItemRef } from '../item/item-imported';
import { ROLES, type WorkerRole } from '../project/label-schema';
import { ANNOTATION_EVENTS } from '../topics';

/** Which annotation an event speaks of, and where it stands among the others of that worker, item and occasion. */
export class AnnotationRef extends ItemRef {
  /** uuid of the worker. */
  @Text({ max: 36 })
  worker!: string;

  @OneOf(ROLES)
  role!: WorkerRole;

  /** The how-manieth time that worker was asked about that item; 0 unless said. */
  @Integer({ max: 1_000_000 })
  occasion!: number;

  /** The highest revision counts; 0 unless said. */
  @Integer()
  revision!: number;

  /** When the worker did it; absent where the source does not say. */
  @Timestamp({ optional: true })
  occurredAt?: string;

  /** Place in the source's own order (the line of a file): it decides where times are equal or unknown. */
  @Integer()
  order!: number;
}

/** One worker's labels for one item on one occasion. */
export class AnnotationSubmitted extends AnnotationRef {
  /** The project's schema version by which the labels were checked. */
  @Integer({ min: 1 })
  schemaVersion!: number;

  /** Label by question, as its kind writes it: of choice and rating a string out of the question's labels. */
  @JsonObject()
  labels!: Record<string, unknown>;

  /** How long the worker took, in seconds. */
  @Numeric({ optional: true, min: 0, max: 31_536_000 })
  seconds?: number;

  /** Version of the guideline that the worker followed. */
  @Text({ optional: true })
  guideline?: string;

  /** uuid of the assignment that it was handed in for; absent for work that was not given out here. */
  @Text({ optional: true, max: 36 })
  assignment?: string;
}

export const annotationSubmitted = contract({
  type: 'assay.annotation.submitted.v1',
  summary: 'A worker labelled an item.',
  topic: ANNOTATION_EVENTS,
  key: itemKey,
  data: AnnotationSubmitted,
  producers: ['ingestion'],
  consumers: ['consensus', 'gold', 'scoring', 'assignment'],
});
