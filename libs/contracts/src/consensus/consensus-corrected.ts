import { contract } from '../contract';
import { Text } from '../fields';
import { itemKey } from '../item/item-imported';
import { CONSENSUS_EVENTS } from '../topics';
import { QuestionDecided } from './decision';

/** A question of an item whose settled label changed. */
export class ConsensusCorrected extends QuestionDecided {
  /** The label before. */
  @Text()
  previousLabel!: string;
}

export const consensusCorrected = contract({
  type: 'assay.consensus.corrected.v1',
  summary: 'The label of a settled question changed.',
  topic: CONSENSUS_EVENTS,
  key: itemKey,
  data: ConsensusCorrected,
  producers: ['consensus'],
  consumers: [],
});
