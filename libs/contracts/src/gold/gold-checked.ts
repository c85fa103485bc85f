import { contract } from '../contract';
import { Flag, Integer, Text, Timestamp } from '../fields';
import { ItemRef } from '../item/item-imported';
import { GOLD_CHECKS } from '../topics';
import { workerKey } from '../worker/worker-key';

/** Which gold check an event speaks of: one question of one annotation that counts. */
export class CheckRef extends ItemRef {
  /** uuid v5 of project, item, question, worker and the place of the annotation: checked anew, a check keeps its id. */
  @Text({ max: 36 })
  check!: string;

  /** uuid of the worker. */
  @Text({ max: 36 })
  worker!: string;

  @Text({ max: 63 })
  question!: string;

  /** Grows with every change of the check; a consumer keeps the highest. */
  @Integer({ min: 1 })
  version!: number;
}

/** An annotation on a gold item, compared with the labels that are known to be right. The full state of the check. */
export class GoldChecked extends CheckRef {
  @Integer({ max: 1_000_000 })
  occasion!: number;

  /** Whether the label is one of those accepted. */
  @Flag()
  isRight!: boolean;

  /** Revision of the gold item by which it was checked. */
  @Integer({ min: 1 })
  goldRevision!: number;

  /** When the worker did it; absent where the source does not say. */
  @Timestamp({ optional: true })
  occurredAt?: string;

  /** Place of the annotation in the source's own order: with `occurredAt`, the order of sequential tests. */
  @Integer()
  order!: number;
}

export const goldChecked = contract({
  type: 'assay.gold.checked.v1',
  summary: 'An annotation was compared with a known label.',
  topic: GOLD_CHECKS,
  key: workerKey,
  data: GoldChecked,
  producers: ['gold'],
  consumers: ['scoring'],
});
