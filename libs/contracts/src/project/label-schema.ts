import { Integer, ListOf, Nested, Numeric, OneOf, Text, Texts } from '../fields';

/** The kinds of label that a question can have. */
export const KINDS = ['choice', 'rating'] as const;
export type KindName = (typeof KINDS)[number];

/** One thing asked about an item. Labels are only ever appended: a renamed or removed label needs a new question. */
export class Question {
  @Text({ max: 63, pattern: /^[a-z0-9][a-z0-9_-]*$/ })
  name!: string;

  @OneOf(KINDS)
  kind!: KindName;

  /** The closed set of labels; of a rating in order, lowest first. */
  @Texts({ min: 2, max: 1000 })
  labels!: string[];

  @Text({ optional: true, max: 2000 })
  ask?: string;

  /** Overrides of the policy for this question. */
  @Integer({ optional: true, min: 1, max: 1000 })
  minOverlap?: number;

  @Integer({ optional: true, min: 1, max: 1000 })
  maxOverlap?: number;

  @Numeric({ optional: true, min: 0, max: 1 })
  minConfidence?: number;
}

export const REPEATS = ['keep-first', 'keep-last', 'keep-all'] as const;
export type Repeats = (typeof REPEATS)[number];
export const ROLES = ['human', 'model'] as const;
/** Who annotated: a person or a model. */
export type WorkerRole = (typeof ROLES)[number];

export class GoldPolicy {
  /** p0 of the sequential test: the accuracy on gold that is asked for. */
  @Numeric({ min: 0, max: 1 })
  target!: number;

  /** p1 of the sequential test: the accuracy on gold that is too low. */
  @Numeric({ min: 0, max: 1 })
  reject!: number;

  /** Share of gold in the work that is given out. */
  @Numeric({ min: 0, max: 1 })
  rate!: number;
}

export class EpochPolicy {
  /** Refit when new labels reach this share of those fitted. */
  @Numeric({ min: 0.01, max: 10 })
  growth!: number;

  /** Refit not before this many new labels. */
  @Integer({ min: 1 })
  afterLabels!: number;

  /** Refit when any label is new and the stream has been quiet for so many seconds. */
  @Numeric({ min: 0, max: 86400 })
  quietSeconds!: number;
}

/** The thresholds that a decision is given, complete: every default is filled in. */
export class Policy {
  @Integer({ min: 1, max: 1000 })
  minOverlap!: number;

  @Integer({ min: 1, max: 1000 })
  maxOverlap!: number;

  @Numeric({ min: 0, max: 1 })
  minConfidence!: number;

  @OneOf(REPEATS)
  repeats!: Repeats;

  /** Whose annotations count towards overlap. */
  @Texts({ min: 1, max: 2 })
  countRoles!: WorkerRole[];

  @Nested(() => GoldPolicy)
  gold!: GoldPolicy;

  @Nested(() => EpochPolicy)
  epoch!: EpochPolicy;
}

/** The questions of a project, for contracts that carry them. */
export class LabelSchema {
  @ListOf(() => Question, { min: 1, max: 100 })
  questions!: Question[];
}
