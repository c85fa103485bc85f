import { Integer, JsonObject, Numeric, OneOf, Text } from '../fields';

/** What can be found on a worker. */
export const FINDING_KINDS = [
  'belowGold',
  'belowPool',
  'spammer',
  'biased',
  'drifting',
  'copying',
  'inconsistent',
  'tooFast',
  'patterned',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** A statistically supported statement on a worker of a project: the full state. A consumer keeps the highest version. */
export class FindingState {
  @Text({ max: 63, pattern: /^[a-z0-9-]{1,63}$/ })
  project!: string;

  /** uuid of the worker. */
  @Text({ max: 36 })
  worker!: string;

  /** uuid v5 of project, worker, question and kind: raised again, a finding keeps its id. */
  @Text({ max: 36 })
  finding!: string;

  @Text({ max: 63 })
  question!: string;

  @OneOf(FINDING_KINDS)
  kind!: FindingKind;

  @Integer({ min: 1 })
  version!: number;

  /** Of the test; `threshold` is what it was compared with, by the rule of its kind. */
  @Numeric({ min: -Number.MAX_VALUE, max: Number.MAX_VALUE })
  statistic!: number;

  @Numeric({ min: -Number.MAX_VALUE, max: Number.MAX_VALUE })
  threshold!: number;

  /** The worker's accuracy with its 95 % interval when the finding was made. */
  @Numeric({ min: 0, max: 1 })
  accuracy!: number;

  @Numeric({ min: 0, max: 1 })
  low!: number;

  @Numeric({ min: 0, max: 1 })
  high!: number;

  /** What the test counted, and the ids of the events that it rests on where they are few. */
  @JsonObject()
  evidence!: Record<string, unknown>;

  /** The fit that it rests on; 0 for a finding on gold alone. */
  @Integer()
  epoch!: number;

  @Integer({ min: 1 })
  policyRevision!: number;
}
