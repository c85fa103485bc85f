import { type EmPass, emPass } from './em-pass';
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
  /** 1 for each possible state of each item, T * S; absent where every state is possible. */
  mask?: Uint8Array;
  /** What takes the pass where states are few; else of each label of the table where the row of its worker and label begins in `Parameters`. */
  by: EmPass | Int32Array;
}

/** Products of so many probabilities of 1e-10 and more stay above the smallest double. */
const RESCALE_EVERY = 16;

/** A product above this stays above the smallest double when it is multiplied once more by that of `RESCALE_EVERY` probabilities. */
const LEAST_LIKELIHOOD = 1e-100;

/** @param mask 1 for each possible state of each item, T * S; absent where every state is possible. */
export function emptyExpectation(table: LabelTable, states: number, mask?: Uint8Array): Expectation {
  const by = emPass(table, states, mask) ?? rowsOf(table, states);
  return {
    posteriors: 'run' in by ? by.posteriors : new Float64Array(table.items.length * states),
    counts: new Float64Array(states + table.workers.length * table.labels.length * states),
    logLikelihood: -Infinity,
    largestMove: Infinity,
    mask,
    by,
  };
}

function rowsOf({ worker, label, labels }: LabelTable, states: number): Int32Array {
  const rows = new Int32Array(label.length);
  for (let i = 0; i < rows.length; i++) rows[i] = (1 + worker[i]! * labels.length + label[i]!) * states;
  return rows;
}

/** Expected counts of posteriors that are given, such as vote shares. */
export function countPosteriors(table: LabelTable, states: number, { posteriors, counts }: Expectation): void {
  const { itemStart, worker, label, labels } = table;
  counts.fill(0);
  for (let t = 0; t < table.items.length; t++) {
    for (let s = 0; s < states; s++) {
      const share = posteriors[t * states + s]!;
      // Most shares of votes.
      if (share === 0) continue;
      counts[s]! += share;
      for (let i = itemStart[t]!; i < itemStart[t + 1]!; i++) {
        counts[(1 + worker[i]! * labels.length + label[i]!) * states + s]! += share;
      }
    }
  }
}

/**
 * One E-step with the sums for an M-step. O(N S).
 * @param isFar only the counts and the likelihood are wanted: posteriors stay what they were, and the largest move is Infinity.
 */
export function expect(
  table: LabelTable,
  states: number,
  parameters: Parameters,
  into: Expectation,
  isFar = false,
): void {
  const { posteriors, counts, mask, by: row } = into;
  if ('run' in row) return void Object.assign(into, row.run(parameters, counts, isFar));
  const { itemStart } = table;
  const joint = new Float64Array(states);
  counts.fill(0);
  let logLikelihood = 0;
  // Of the items since the last logarithm: one an item would be a tenth of the pass.
  let likelihood = 1;
  let largestMove = 0;
  for (let t = 0; t < table.items.length; t++) {
    const from = itemStart[t]!;
    const to = itemStart[t + 1]!;
    for (let s = 0; s < states; s++) joint[s] = mask === undefined || mask[t * states + s] === 1 ? parameters[s]! : 0;
    let i = from;
    do {
      const next = Math.min(to, i + RESCALE_EVERY);
      multiplyLabels(row, i, next, parameters, joint);
      likelihood *= rescale(joint);
      if (likelihood < LEAST_LIKELIHOOD) {
        logLikelihood += Math.log(likelihood);
        likelihood = 1;
      }
      i = next;
    } while (i < to);
    if (!isFar) largestMove = Math.max(largestMove, keepPosterior(joint, t * states, posteriors));
    addCounts(row, from, to, joint, counts);
  }
  into.logLikelihood = logLikelihood + Math.log(likelihood);
  into.largestMove = isFar ? Infinity : largestMove;
}

// The two functions below go over an item's labels once for every five states, every two and one, with the states in local variables: with the states
// as the inner loop a pass takes up to three times as long.

/** Multiplies the likelihoods of some labels of an item into `joint`. */
function multiplyLabels(row: Int32Array, from: number, to: number, parameters: Parameters, joint: Float64Array): void {
  const states = joint.length;
  let s = 0;
  for (; s + 4 < states; s += 5) {
    let a = joint[s]!;
    let b = joint[s + 1]!;
    let c = joint[s + 2]!;
    let d = joint[s + 3]!;
    let e = joint[s + 4]!;
    for (let i = from; i < to; i++) {
      const cell = row[i]! + s;
      a *= parameters[cell]!;
      b *= parameters[cell + 1]!;
      c *= parameters[cell + 2]!;
      d *= parameters[cell + 3]!;
      e *= parameters[cell + 4]!;
    }
    joint[s] = a;
    joint[s + 1] = b;
    joint[s + 2] = c;
    joint[s + 3] = d;
    joint[s + 4] = e;
  }
  for (; s + 1 < states; s += 2) {
    let a = joint[s]!;
    let b = joint[s + 1]!;
    for (let i = from; i < to; i++) {
      const cell = row[i]! + s;
      a *= parameters[cell]!;
      b *= parameters[cell + 1]!;
    }
    joint[s] = a;
    joint[s + 1] = b;
  }
  for (; s < states; s++) {
    let a = joint[s]!;
    for (let i = from; i < to; i++) a *= parameters[row[i]! + s]!;
    joint[s] = a;
  }
}

/** Divides by the sum, which it returns. */
function rescale(joint: Float64Array): number {
  let total = 0;
  for (let s = 0; s < joint.length; s++) total += joint[s]!;
  for (let s = 0; s < joint.length; s++) joint[s]! /= total;
  return total;
}

/** Puts an item's posterior in place; returns the most that it moved. */
function keepPosterior(joint: Float64Array, at: number, posteriors: Float64Array): number {
  let largest = 0;
  for (let s = 0; s < joint.length; s++) {
    const move = Math.abs(joint[s]! - posteriors[at + s]!);
    if (move > largest) largest = move;
    posteriors[at + s] = joint[s]!;
  }
  return largest;
}

/** Adds the posterior of an item to the counts of each of its labels. */
function addCounts(row: Int32Array, from: number, to: number, posterior: Float64Array, counts: Float64Array): void {
  const states = posterior.length;
  for (let s = 0; s < states; s++) counts[s]! += posterior[s]!;
  let s = 0;
  for (; s + 4 < states; s += 5) {
    const a = posterior[s]!;
    const b = posterior[s + 1]!;
    const c = posterior[s + 2]!;
    const d = posterior[s + 3]!;
    const e = posterior[s + 4]!;
    for (let i = from; i < to; i++) {
      const cell = row[i]! + s;
      counts[cell]! += a;
      counts[cell + 1]! += b;
      counts[cell + 2]! += c;
      counts[cell + 3]! += d;
      counts[cell + 4]! += e;
    }
  }
  for (; s + 1 < states; s += 2) {
    const a = posterior[s]!;
    const b = posterior[s + 1]!;
    for (let i = from; i < to; i++) {
      const cell = row[i]! + s;
      counts[cell]! += a;
      counts[cell + 1]! += b;
    }
  }
  for (; s < states; s++) {
    const a = posterior[s]!;
    for (let i = from; i < to; i++) counts[row[i]! + s]! += a;
  }
}
