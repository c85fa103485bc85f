import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { CONSENSUS_EVENTS } from '../topics';
import { QuestionDecided } from './decision';

/** A question of an item that the policy cannot settle: it is for an expert. */
export class ConsensusDisputed extends QuestionDecided {}

export const consensusDisputed = contract({
  type: 'assay.consensus.disputed.v1',
  summary: 'A question has all its overlap and no label that the policy accepts.',
  topic: CONSENSUS_EVENTS,
  key: itemKey,
  data: ConsensusDisputed,
  producers: ['consensus'],
  consumers: [],
});
