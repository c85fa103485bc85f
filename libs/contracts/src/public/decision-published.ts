import { DECISION_STATES, type DecisionState } from '../consensus/decision';
import { contract } from '../contract';
import { Integer, Numeric, OneOf, Text } from '../fields';
import { itemKey, ItemRef } from '../item/item-imported';
import { PUBLIC_DECISIONS } from '../topics';

/** What a tool may know of a decision: an allow-list, so that a new internal field shows nowhere by itself. */
export class DecisionPublished extends ItemRef {
  @Text({ max: 63 })
  question!: string;

  /** Grows with every change of the item; a reader keeps the highest. */
  @Integer({ min: 1 })
  version!: number;

  @OneOf(DECISION_STATES)
  state!: DecisionState;

  @Text({ optional: true })
  label?: string;

  @Numeric({ min: 0, max: 1 })
  confidence!: number;

  @Integer()
  labels!: number;
}

export const decisionPublished = contract({
  type: 'assay.decision.published.v1',
  summary: 'For tools: a question of an item was settled, disputed, corrected or reopened.',
  topic: PUBLIC_DECISIONS,
  key: itemKey,
  data: DecisionPublished,
  producers: ['consensus'],
  consumers: [],
});
