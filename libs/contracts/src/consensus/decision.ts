import { Integer, Nested, Numeric, OneOf, Text } from '../fields';
import { ItemRef } from '../item/item-imported';

/** States of a decision, least settled first: an item's state is the least settled of its questions. */
export const DECISION_STATES = ['open', 'disputed', 'unresolvable', 'reached', 'adjudicated'] as const;
export type DecisionState = (typeof DECISION_STATES)[number];

/** What Assay believes of one question of one item, and how sure it is. */
export class Decision {
  @Text({ max: 63 })
  question!: string;

  @OneOf(DECISION_STATES)
  state!: DecisionState;

  /** The consensus label; absent while there is no annotation that counts. */
  @Text({ optional: true })
  label?: string;

  /** Posterior probability of the label under the published model. */
  @Numeric({ min: 0, max: 1 })
  posterior!: number;

  /** The tempered posterior, which the policy looks at. */
  @Numeric({ min: 0, max: 1 })
  confidence!: number;

  /** Annotations that count. */
  @Integer()
  labels!: number;

  /** Distinct workers that count towards overlap. */
  @Integer()
  overlap!: number;

  /** The fit of reliabilities that was used; 0 before the first. */
  @Integer()
  epoch!: number;
}

/** What a decision was made from. */
export class DecisionBasis extends ItemRef {
  /** Version of the item's row; a consumer keeps the highest. */
  @Integer({ min: 1 })
  version!: number;

  @Integer({ min: 1 })
  policyRevision!: number;

  @Integer({ min: 1 })
  schemaVersion!: number;

  /** SHA-256 (hex) of the annotations that the item holds. */
  @Text({ min: 64, max: 64, pattern: /^[0-9a-f]{64}$/ })
  evidence!: string;
}

/** One question of an item, and what its decision was made from. */
export class QuestionDecided extends DecisionBasis {
  @Nested(() => Decision)
  decision!: Decision;
}
