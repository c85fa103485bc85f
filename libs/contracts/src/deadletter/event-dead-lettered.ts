import { contract } from '../contract';
import { Integer, OneOf, Text } from '../fields';
import { DEAD_LETTERS } from '../topics';

/** Why an event could not be applied. */
export const DEAD_LETTER_REASONS = [
  'unreadable',
  'unknown_type',
  'invalid',
  'id_conflict',
  'key_conflict',
  'refused',
  'handler_failed',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/** A reference to an event that could not be applied. Its bytes stay with the service: nothing of them is repeated here. */
export class EventDeadLettered {
  @Text({ max: 63 })
  service!: string;

  @Text()
  topic!: string;

  @Integer()
  partition!: number;

  @Integer()
  offset!: number;

  @OneOf(DEAD_LETTER_REASONS)
  reason!: DeadLetterReason;

  /** SHA-256 (hex) of the record's value. */
  @Text({ min: 64, max: 64, pattern: /^[0-9a-f]{64}$/ })
  hash!: string;

  /** `ce_type` as it was read, where it could be. */
  @Text({ optional: true })
  eventType?: string;

  /** `ce_id` as it was read, where it could be. */
  @Text({ optional: true })
  eventId?: string;
}

export const eventDeadLettered = contract({
  type: 'assay.event.dead-lettered.v1',
  summary: 'A service could not apply an event and put it aside.',
  topic: DEAD_LETTERS,
  key: (data) => `${data.service}/${data.topic}/${data.partition}`,
  data: EventDeadLettered,
  producers: ['all'],
  consumers: [],
});
