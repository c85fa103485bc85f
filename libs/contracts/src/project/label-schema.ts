import { Integer, ListOf, Nested, Numeric, OneOf, Text, Texts } from '../fields';

/** What a question can be called, up to 63 characters. */
export const QUESTION_NAME = /^[a-z0-9][a-z0-9_-]*$/;

/** The kinds of label that a question can have. */
export const KINDS = ['choice', 'rating'] as const;
export type KindName = (typeof KINDS)[number];

/** One thing asked about an item. Labels are only ever appended: a renamed or removed label needs a new question. */
export class Question {
  @Text({ max: 63, pattern: QUESTION_NAME })
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

/**
 * Which item a worker is given next.
 *   steady     items that others have begun, so that they are done soon; then new ones; those that are sure already last
 *   uncertain  the item of the lowest confidence (active learning)
 */
export const OFFER_ORDERS = ['steady', 'uncertain'] as const;
export type OfferOrder = (typeof OFFER_ORDERS)[number];

/** How work is given out. */
export class AssignmentPolicy {
  @OneOf(OFFER_ORDERS)
  order!: OfferOrder;

  /** How long a worker has for an item. */
  @Numeric({ min: 0.01, max: 43_200 })
  minutes!: number;

  /** Assignments that a worker may hold at once. */
  @Integer({ min: 1, max: 1000 })
  held!: number;

  /** Share of the work that is an item which the worker has labelled before: a blind repeat, another occasion. */
  @Numeric({ min: 0, max: 0.5 })
  repeats!: number;
}

/** How disputes are put to experts. */
export class DisputePolicy {
  /** Hours after which a dispute is overdue. */
  @Numeric({ min: 0.01, max: 8760 })
  hours!: number;

  /** How long an expert may keep a claim. */
  @Numeric({ min: 0.01, max: 1440 })
  claimMinutes!: number;
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

  /** Absent in what was recorded before work was given out: then the defaults hold. */
  @Nested(() => AssignmentPolicy, { optional: true })
  assignment?: AssignmentPolicy;

  @Nested(() => DisputePolicy, { optional: true })
  disputes?: DisputePolicy;
}

/** The questions of a project, for contracts that carry them. */
export class LabelSchema {
  @ListOf(() => Question, { min: 1, max: 100 })
  questions!: Question[];
}
