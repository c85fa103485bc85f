import { contract } from '../contract';
import { OneOf } from '../fields';
import { itemKey } from '../item/item-imported';
import { DISPUTE_EVENTS } from '../topics';
import { DisputeEvent } from './dispute-event';

/** Why a claim ended without a decision: the expert gave it back, its clock ran out, or the dispute was settled. */
export const RELEASES = ['given-back', 'expired', 'withdrawn'] as const;
export type ReleaseCause = (typeof RELEASES)[number];

/** A claim that ended without a decision. */
export class DisputeReleased extends DisputeEvent {
  @OneOf(RELEASES)
  cause!: ReleaseCause;
}

export const disputeReleased = contract({
  type: 'assay.dispute.released.v1',
  summary: 'A claim on a dispute ended without a decision.',
  topic: DISPUTE_EVENTS,
  key: itemKey,
  data: DisputeReleased,
  producers: ['assignment'],
  consumers: [],
});
