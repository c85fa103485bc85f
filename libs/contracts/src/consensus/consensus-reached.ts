import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { CONSENSUS_EVENTS } from '../topics';
import { QuestionDecided } from './decision';

/** A question of an item whose label the policy accepts. */
export class ConsensusReached extends QuestionDecided {}

export const consensusReached = contract({
  type: 'assay.consensus.reached.v1',
  summary: 'The policy accepts the label of a question.',
  topic: CONSENSUS_EVENTS,
  key: itemKey,
  data: ConsensusReached,
  producers: ['consensus'],
  consumers: [],
});
