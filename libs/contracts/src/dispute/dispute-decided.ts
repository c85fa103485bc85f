import { contract } from '../contract';
import { Text } from '../fields';
import { itemKey } from '../item/item-imported';
import { DISPUTE_EVENTS } from '../topics';
import { DisputeEnded } from './dispute-event';

/** The label that an expert gave. Final; of several the earliest counts, ties by the id of the dispute. */
export class DisputeDecided extends DisputeEnded {
  /** One of the question's labels. */
  @Text()
  label!: string;
}

export const disputeDecided = contract({
  type: 'assay.dispute.decided.v1',
  summary: 'An expert decided a disputed question.',
  topic: DISPUTE_EVENTS,
  key: itemKey,
  data: DisputeDecided,
  producers: ['assignment'],
  consumers: ['consensus'],
});
