import { contract } from '../contract';
import { Timestamp } from '../fields';
import { itemKey } from '../item/item-imported';
import { DISPUTE_EVENTS } from '../topics';
import { DisputeEvent } from './dispute-event';

/** An expert took a dispute, for so long. */
export class DisputeClaimed extends DisputeEvent {
  /** Until when the claim holds. */
  @Timestamp()
  until!: string;
}

export const disputeClaimed = contract({
  type: 'assay.dispute.claimed.v1',
  summary: 'An expert took a dispute.',
  topic: DISPUTE_EVENTS,
  key: itemKey,
  data: DisputeClaimed,
  producers: ['assignment'],
  consumers: [],
});
