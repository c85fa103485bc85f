import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { CONSENSUS_EVENTS } from '../topics';
import { QuestionDecided } from './decision';

/**
 * A question of an item that an expert decided: *adjudicated*, with the label that is known from now on, or *unresolvable*. Final.
 */
export class ConsensusAdjudicated extends QuestionDecided {}

export const consensusAdjudicated = contract({
  type: 'assay.consensus.adjudicated.v1',
  summary: 'An expert decided a question of an item; its label, if it has one, is known from now on.',
  topic: CONSENSUS_EVENTS,
  key: itemKey,
  data: ConsensusAdjudicated,
  producers: ['consensus'],
  consumers: ['scoring'],
});
