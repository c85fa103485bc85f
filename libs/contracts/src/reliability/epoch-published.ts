import { contract } from '../contract';
import { Flag, Integer, ListOf, Text } from '../fields';
import { RELIABILITY } from '../topics';

/** Up to where a partition was read when an epoch was fitted. */
export class Covered {
  @Text({ max: 249 })
  topic!: string;

  @Integer({ max: 1000 })
  partition!: number;

  /** The first record that the fit did not know. */
  @Integer()
  offset!: number;
}

/** The model of one question in an epoch. */
export class FittedQuestion {
  @Text({ max: 63 })
  question!: string;

  /** Chunks that the model is published in. */
  @Integer({ min: 1 })
  chunks!: number;

  /** Labels that were fitted. */
  @Integer()
  labels!: number;

  @Integer()
  items!: number;

  @Integer()
  workers!: number;
}

/** One numbered fit of all reliabilities of a project; its chunks stand before it. */
export class EpochPublished {
  @Text({ max: 63, pattern: /^[a-z0-9-]{1,63}$/ })
  project!: string;

  /** Grows by one with every fit of the project. */
  @Integer({ min: 1 })
  epoch!: number;

  /** Every item is to be decided by it, also those whose decision it does not change. */
  @Flag()
  isSettling!: boolean;

  /** Of the project when it was fitted. */
  @Integer({ min: 1 })
  schemaVersion!: number;

  /** Of the project when it was fitted. */
  @Integer({ min: 1 })
  policyRevision!: number;

  /** Up to where the annotations were read. */
  @ListOf(() => Covered, { max: 1000 })
  covers!: Covered[];

  /** Questions that have a model; one without labels has none. */
  @ListOf(() => FittedQuestion, { max: 100 })
  questions!: FittedQuestion[];
}

export const epochPublished = contract({
  type: 'assay.reliability.epoch.v1',
  summary: 'The reliabilities of a project were fitted anew; the chunks before it hold them.',
  topic: RELIABILITY,
  key: (data) => data.project,
  data: EpochPublished,
  producers: ['scoring'],
  consumers: ['consensus', 'scoring'],
});
