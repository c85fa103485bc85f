/**
 * A population of workers and items with known truth, as JSON: what `simulate` reads (and takes from `ORDINARY_POPULATION` what is left out), and what tests and
 * benches are made of.
 *
 * Terminology:
 *   accuracy      of a worker: probability of the right label on an item of ordinary difficulty
 *   difficulty    moves the log odds of being right on one item, for everybody
 *   lure          the wrong label of an item that draws most of its errors
 *   misleading    an item on which the lure draws more labels than the truth
 */
export interface Population {
  seed: number;
  labels: string[];
  /** Share of each label among the items; equal shares unless said. */
  shares?: number[];
  items: number;
  /** Labels an item, a number or a range; never more than there are workers. */
  labelsPerItem: number | Range;
  /** Standard deviation of the items' difficulty, in log odds; 0 unless said. */
  difficulty?: number;
  /** Share of errors that go to the item's lure; the rest is spread evenly. 0 unless said. */
  lure?: number;
  /** Share of errors that go to the label most like the true one, the same for all items of a label; 0 unless said. */
  likeness?: number;
  /** Standard deviation of the labels' difficulty, in log odds, added to that of their items; 0 unless said. */
  labelDifficulty?: number;
  /** Kinds of item that workers are not equally good at: each worker's log odds of being right move by a standard normal a kind. None unless said. */
  subtypes?: number;
  /** Share of misleading items; 0 unless said. */
  misleading?: number;
  /** Share of items whose truth is handed out as gold; 0 unless said. */
  gold?: number;
  /** Workers by falling activity: the r-th most active has weight r^-activity. 0 (all alike) unless said. */
  activity?: number;
  /** Share of annotations that the same worker repeats, blind, on a later occasion; 0 unless said. */
  repeats?: number;
  workers: WorkerGroup[];
}

export interface Range {
  least: number;
  most: number;
}

/**
 * Workers of one behaviour.
 *   honest    right with their accuracy
 *   careless  the same with a low accuracy, and fast
 *   spammer   says a label without looking at the item: always the `favourite`, or any
 *   swapper   sees the truth with their accuracy, then confuses two labels with each other
 *   biased    with probability `strength` says the `favourite` label whatever the item, else honest
 *   drifting  honest until `after` of their labels are given, then of accuracy `to`
 *   copying   with probability `strength` says what the worker they copy from said on the item, else honest
 */
export type WorkerGroup = { count: number; accuracy?: number | Range; seconds?: number } & (
  | { behaviour: 'honest' | 'careless' }
  | { behaviour: 'spammer'; favourite?: string }
  | { behaviour: 'swapper'; swaps?: [string, string] }
  | { behaviour: 'biased'; favourite?: string; strength?: number }
  | { behaviour: 'drifting'; after?: number; to?: number }
  | { behaviour: 'copying'; strength?: number }
);

export type Behaviour = WorkerGroup['behaviour'];

/** What is taken where a group does not say. */
export const DEFAULT_ACCURACY: Record<Behaviour, Range> = {
  honest: { least: 0.7, most: 0.95 },
  careless: { least: 0.5, most: 0.65 },
  spammer: { least: 0.5, most: 0.5 },
  swapper: { least: 0.8, most: 0.95 },
  biased: { least: 0.7, most: 0.95 },
  drifting: { least: 0.85, most: 0.95 },
  copying: { least: 0.7, most: 0.95 },
};

/** A small crowd with a bit of everything. */
export const ORDINARY_POPULATION: Population = {
  seed: 1,
  labels: ['cat', 'dog', 'other'],
  items: 500,
  labelsPerItem: 5,
  difficulty: 0.8,
  lure: 0.5,
  misleading: 0.02,
  gold: 0.1,
  activity: 0.5,
  repeats: 0.02,
  workers: [
    { behaviour: 'honest', count: 30 },
    { behaviour: 'careless', count: 5 },
    { behaviour: 'spammer', count: 2 },
    { behaviour: 'swapper', count: 1 },
    { behaviour: 'biased', count: 1 },
    { behaviour: 'drifting', count: 1 },
    { behaviour: 'copying', count: 1 },
  ],
};
