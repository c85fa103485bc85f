import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { CONSENSUS_EVENTS } from '../topics';
import { QuestionDecided } from './decision';

/** A question of an item that is disputed no more. */
export class DisputeWithdrawn extends QuestionDecided {}

export const disputeWithdrawn = contract({
  type: 'assay.consensus.dispute-withdrawn.v1',
  summary: 'A dispute ended without an expert: evidence or policy settled or reopened it.',
  topic: CONSENSUS_EVENTS,
  key: itemKey,
  data: DisputeWithdrawn,
  producers: ['consensus'],
  consumers: [],
});
