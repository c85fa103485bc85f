import { type LabelTable } from './label-table';

/**
 * Parameters of a model of workers, in one array so that an accelerator can treat them as a vector: S priors, then a matrix a worker,
 * cell [S + (worker * K + label) * S + state] = Pr(worker says label | state). Probabilities, not logarithms: a product a label
 * is a third of the cost of a sum of logs and an exp.
 */
export type Parameters = Float64Array;

/** What one pass over the items leaves behind; all arrays are reused from pass to pass. */
export interface Expectation {
  /** T * S. */
  posteriors: Float64Array;
  /** Expected counts, laid out like `Parameters`: labels of the state in front, then a worker's labels by label and state. */
  counts: Float64Array;
  /** Log-likelihood of all labels. */
  logLikelihood: number;
  /** The most that any posterior moved since the pass before. */
  largestMove: number;
}

/** Products of so many probabilities of 1e-10 and more stay above the smallest double. */
const RESCALE_EVERY = 16;

export function emptyExpectation(table: LabelTable, states: number): Expectation {
  return {
    posteriors: new Float64Array(table.items.length * states),
    counts: new Float64Array(states + table.workers.length * table.labels.length * states),
    logLikelihood: -Infinity,
    largestMove: Infinity,
  };
}

/** Expected counts of posteriors that are given, such as vote shares. */
export function countPosteriors(table: LabelTable, states: number, into: Expectation): void {
  into.counts.fill(0);
  for (let t = 0; t < table.items.length; t++) addCounts(table, states, t, into);
}

/**
 * One E-step with the sums for an M-step. O(N S).
 * @param mask 1 for each possible state of each item, T * S; absent where every state is possible.
 */
export function expect(
  table: LabelTable,
  states: number,
  parameters: Parameters,
  mask: Uint8Array | undefined,
  into: Expectation,
): void {
  const joint = new Float64Array(states);
  into.counts.fill(0);
  into.logLikelihood = 0;
  into.largestMove = 0;
  for (let t = 0; t < table.items.length; t++) {
    for (let s = 0; s < states; s++) joint[s] = mask === undefined || mask[t * states + s] === 1 ? parameters[s]! : 0;
    into.logLikelihood += multiplyLabels(table, states, t, parameters, joint);
    normaliseInto(joint, t * states, into);
    addCounts(table, states, t, into);
  }
}

/** Multiplies an item's likelihoods into `joint`; returns the log of what was taken out against underflow, plus the log of the total. */
function multiplyLabels(
  table: LabelTable,
  states: number,
  t: number,
  parameters: Parameters,
  joint: Float64Array,
): number {
  const K = table.labels.length;
  const { worker, label } = table;
  const to = table.itemStart[t + 1]!;
  let logScale = 0;
  for (let i = table.itemStart[t]!, since = 0; i < to; i++) {
    const row = states + (worker[i]! * K + label[i]!) * states;
    for (let s = 0; s < states; s++) joint[s]! *= parameters[row + s]!;
    if (++since === RESCALE_EVERY) {
      logScale += rescale(joint);
      since = 0;
    }
  }
  return logScale + rescale(joint);
}

/** Divides by the sum; returns its log. */
function rescale(joint: Float64Array): number {
  let total = 0;
  for (let s = 0; s < joint.length; s++) total += joint[s]!;
  for (let s = 0; s < joint.length; s++) joint[s]! /= total;
  return Math.log(total);
}

function normaliseInto(joint: Float64Array, at: number, into: Expectation): void {
  for (let s = 0; s < joint.length; s++) {
    const move = joint[s]! - into.posteriors[at + s]!;
    if (move > into.largestMove) into.largestMove = move;
    else if (-move > into.largestMove) into.largestMove = -move;
    into.posteriors[at + s] = joint[s]!;
  }
}

function addCounts(table: LabelTable, states: number, t: number, into: Expectation): void {
  const K = table.labels.length;
  const { posteriors, counts } = into;
  const at = t * states;
  for (let s = 0; s < states; s++) counts[s]! += posteriors[at + s]!;
  for (let i = table.itemStart[t]!; i < table.itemStart[t + 1]!; i++) {
    const row = states + (table.worker[i]! * K + table.label[i]!) * states;
    for (let s = 0; s < states; s++) counts[row + s]! += posteriors[at + s]!;
  }
}
