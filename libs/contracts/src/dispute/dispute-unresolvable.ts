import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { DISPUTE_EVENTS } from '../topics';
import { DisputeEnded } from './dispute-event';

/** A dispute that an expert could not decide. */
export class DisputeUnresolvable extends DisputeEnded {}

export const disputeUnresolvable = contract({
  type: 'assay.dispute.unresolvable.v1',
  summary: 'An expert found that a disputed question has no answer.',
  topic: DISPUTE_EVENTS,
  key: itemKey,
  data: DisputeUnresolvable,
  producers: ['assignment'],
  consumers: ['consensus'],
});
