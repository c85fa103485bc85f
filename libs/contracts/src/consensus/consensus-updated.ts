import { contract } from '../contract';
import { ListOf, OneOf } from '../fields';
import { itemKey } from '../item/item-imported';
import { CONSENSUS_EVENTS } from '../topics';
import { Decision, DECISION_STATES, DecisionBasis, type DecisionState } from './decision';

/** The full state of an item: at most one a batch. */
export class ConsensusUpdated extends DecisionBasis {
  /** The least settled state of the item's questions. */
  @OneOf(DECISION_STATES)
  state!: DecisionState;

  @ListOf(() => Decision, { max: 100 })
  decisions!: Decision[];
}

export const consensusUpdated = contract({
  type: 'assay.consensus.updated.v1',
  summary: 'What is believed of an item changed; carries every question.',
  topic: CONSENSUS_EVENTS,
  key: itemKey,
  data: ConsensusUpdated,
  producers: ['consensus'],
  consumers: ['assignment'],
});
