import { type LabelTable } from './label-table';

/**
 * Parameters of a model of workers, in one array so that an accelerator can treat them as a vector: S priors, then a matrix a worker,
 * cell [S + (worker * K + label) * S + state] = Pr(worker says label | state). Probabilities, not logarithms: a product a label
 * is a third of the cost of a sum of logs and an exp.
 */
export type Parameters = Float64Array;

/** What one pass over the items leaves behind; all arrays are reused from pass to pass. */
export interface Expectation {
  /** Of each label of the table, where the row of its worker and label begins in `Parameters`. */
  row: Int32Array;
  /** T * S. */
  posteriors: Float64Array;
  /** Expected counts, laid out like `Parameters`: labels of the state in front, then a worker's labels by label and state. */
  counts: Float64Array;
  /** Log-likelihood of all labels. */
  logLikelihood: number;
  /** The most that any posterior moved since the pass before. */
  largestMove: number;
  /** For up to `LANES` states: parameters and counts with so many cells behind them as a lane without a state may touch. */
  lanes?: { parameters: Float64Array; counts: Float64Array };
}

/** Products of so many probabilities of 1e-10 and more stay above the smallest double. */
const RESCALE_EVERY = 16;

/** A product above this stays above the smallest double when it is multiplied once more by that of `RESCALE_EVERY` probabilities. */
const LEAST_LIKELIHOOD = 1e-100;

/** States that one loop over an item's labels takes care of, in local variables. */
const LANES = 5;

/** @param posteriors T * S to start from, which are then overwritten; absent: zeros. */
export function emptyExpectation(table: LabelTable, states: number, posteriors?: Float64Array): Expectation {
  const K = table.labels.length;
  const { worker, label } = table;
  const row = new Int32Array(label.length);
  for (let i = 0; i < row.length; i++) row[i] = states + (worker[i]! * K + label[i]!) * states;
  const cells = states + table.workers.length * K * states;
  const lanes = { parameters: new Float64Array(cells + LANES), counts: new Float64Array(cells + LANES) };
  return {
    row,
    posteriors: posteriors ?? new Float64Array(table.items.length * states),
    counts: lanes.counts.subarray(0, cells),
    logLikelihood: -Infinity,
    largestMove: Infinity,
    lanes: states <= LANES ? lanes : undefined,
  };
}

/** Expected counts of posteriors that are given, such as vote shares. */
export function countPosteriors(table: LabelTable, states: number, into: Expectation): void {
  const { row, posteriors, counts } = into;
  const posterior = new Float64Array(states);
  counts.fill(0);
  for (let t = 0; t < table.items.length; t++) {
    for (let s = 0; s < states; s++) posterior[s] = posteriors[t * states + s]!;
    addCounts(row, table.itemStart[t]!, table.itemStart[t + 1]!, posterior, counts);
  }
}

/**
 * One E-step with the sums for an M-step. O(N S).
 * @param mask 1 for each possible state of each item, T * S; absent where every state is possible.
 * @param isFar only the counts and the likelihood are wanted: posteriors stay what they were, and the largest move is Infinity.
 */
export function expect(
  table: LabelTable,
  states: number,
  parameters: Parameters,
  mask: Uint8Array | undefined,
  into: Expectation,
  isFar = false,
): void {
  if (into.lanes) return expectInLanes(table, states, parameters, mask, into, into.lanes, isFar);
  const { itemStart } = table;
  const { row, posteriors, counts } = into;
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

/**
 * The same for up to five states, in one loop: half of the time of the functions below, which hand an item's states to each other in an array. A lane
 * without a state reads and writes the cells behind its row, multiplies what it reads and is then set to 0, which is what it adds to the counts.
 */
function expectInLanes(
  { itemStart, items }: LabelTable,
  states: number,
  parameters: Parameters,
  mask: Uint8Array | undefined,
  into: Expectation,
  lanes: { parameters: Float64Array; counts: Float64Array },
  isFar: boolean,
): void {
  const { row, posteriors } = into;
  const { parameters: cell, counts } = lanes;
  cell.set(parameters);
  counts.fill(0);
  let logLikelihood = 0;
  let likelihood = 1;
  let largestMove = 0;
  for (let t = 0; t < items.length; t++) {
    const to = itemStart[t + 1]!;
    const at = t * states;
    let a = cell[0]!;
    let b = cell[1]!;
    let c = cell[2]!;
    let d = cell[3]!;
    let e = cell[4]!;
    if (mask !== undefined) {
      a *= mask[at]!;
      b *= states > 1 ? mask[at + 1]! : 0;
      c *= states > 2 ? mask[at + 2]! : 0;
      d *= states > 3 ? mask[at + 3]! : 0;
      e *= states > 4 ? mask[at + 4]! : 0;
    }
    let i = itemStart[t]!;
    do {
      const next = Math.min(to, i + RESCALE_EVERY);
      for (; i < next; i++) {
        const r = row[i]!;
        a *= cell[r]!;
        b *= cell[r + 1]!;
        c *= cell[r + 2]!;
        d *= cell[r + 3]!;
        e *= cell[r + 4]!;
      }
      if (states < 5) e = 0;
      if (states < 4) d = 0;
      if (states < 3) c = 0;
      if (states < 2) b = 0;
      const total = a + b + c + d + e;
      a /= total;
      b /= total;
      c /= total;
      d /= total;
      e /= total;
      likelihood *= total;
      if (likelihood < LEAST_LIKELIHOOD) {
        logLikelihood += Math.log(likelihood);
        likelihood = 1;
      }
    } while (i < to);
    for (let j = itemStart[t]!; j < to; j++) {
      const r = row[j]!;
      counts[r]! += a;
      counts[r + 1]! += b;
      counts[r + 2]! += c;
      counts[r + 3]! += d;
      counts[r + 4]! += e;
    }
    counts[0]! += a;
    counts[1]! += b;
    counts[2]! += c;
    counts[3]! += d;
    counts[4]! += e;
    if (isFar) continue;
    for (let s = 0; s < states; s++) {
      const value = s === 0 ? a : s === 1 ? b : s === 2 ? c : s === 3 ? d : e;
      const move = Math.abs(value - posteriors[at + s]!);
      if (move > largestMove) largestMove = move;
      posteriors[at + s] = value;
    }
  }
  into.logLikelihood = logLikelihood + Math.log(likelihood);
  into.largestMove = isFar ? Infinity : largestMove;
}

// The two functions below go over an item's labels once for every five states, every two and one, with the states in local variables: with the states
// as the inner loop a pass over labels of five kinds takes three times as long.

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
