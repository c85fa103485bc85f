import { Integer, OneOf, Text, Timestamp } from '../fields';
import { ItemRef } from '../item/item-imported';

/** Why workers and model could not agree, in the expert's eyes. */
export const DISPUTE_REASONS = ['guideline-gap', 'ambiguous-item', 'worker-slip', 'bad-source', 'tool-defect'] as const;
export type DisputeReason = (typeof DISPUTE_REASONS)[number];

/** Which dispute an event speaks of, and which expert acted. */
export class DisputeEvent extends ItemRef {
  @Text({ max: 63 })
  question!: string;

  /** uuid of the dispute. */
  @Text({ max: 36 })
  dispute!: string;

  /** uuid of the expert. */
  @Text({ max: 36 })
  expert!: string;

  @Timestamp()
  at!: string;
}

/** A dispute that has ended, and why there was one. */
export class DisputeEnded extends DisputeEvent {
  @OneOf(DISPUTE_REASONS)
  reason!: DisputeReason;

  /** The project's schema version by which it was decided. */
  @Integer({ min: 1 })
  schemaVersion!: number;

  /** What the expert wrote beside it. */
  @Text({ optional: true, max: 2000 })
  note?: string;
}
