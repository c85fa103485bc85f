import { type Parameters } from './expectation';
import { type LabelTable } from './label-table';

/**
 * Labels that a worker is taken to have given before the first one, a matrix of counts.
 *   none      maximum likelihood; probabilities are floored at 1e-10 so that nothing is impossible
 *   diagonal  `cell` in every cell and `diagonal` more where label and state agree
 *   pooled    `strength` labels a state, spread as all workers together spread theirs; estimated again at each iteration
 *   one-coin  as diagonal, and `strength` labels a state of someone who is as accurate on every state as this worker is over all of
 *             theirs, and whose errors fall as those of all workers; estimated again at each iteration
 */
export type MatrixPrior =
  | { type: 'none' }
  | { type: 'diagonal'; cell: number; diagonal: number }
  | { type: 'pooled'; strength: number }
  | { type: 'one-coin'; cell: number; diagonal: number; strength: number };

/** 1/K a cell and one more on the diagonal: the mass must not grow with K, or a long list of labels flattens every worker. */
export function smoothed(labels: number): MatrixPrior {
  return { type: 'diagonal', cell: 1 / labels, diagonal: 1 };
}

/** Under this nothing is let fall by maximum likelihood. */
export const FLOOR = 1e-10;

/** Labels of the average worker that are added to a worker's own before their accuracy is taken. */
const ACCURACY_STRENGTH = 2;

/**
 * Pseudo-counts of all workers: those of worker w in cell c (label * states + state) are
 * `shared[c] + accuracy[w] * right[c] + (1 - accuracy[w]) * wrong[c]`.
 */
export interface PseudoCounts {
  shared: Float64Array;
  right: Float64Array;
  wrong: Float64Array;
  /** W. */
  accuracy: Float64Array;
}

/** Pseudo-counts from the expected counts of all workers. */
export function pseudoCounts(
  table: LabelTable,
  stateLabel: Int32Array,
  prior: MatrixPrior,
  counts: Float64Array,
): PseudoCounts {
  const K = table.labels.length;
  const S = stateLabel.length;
  const pseudo: PseudoCounts = {
    shared: new Float64Array(K * S),
    right: new Float64Array(K * S),
    wrong: new Float64Array(K * S),
    accuracy: new Float64Array(table.workers.length),
  };
  if (prior.type === 'pooled') pseudo.shared = pooledMatrix(table, S, counts).map((share) => share * prior.strength);
  if (prior.type === 'diagonal' || prior.type === 'one-coin') {
    for (let c = 0; c < K * S; c++) pseudo.shared[c] = prior.cell + (isRight(c, stateLabel) ? prior.diagonal : 0);
  }
  if (prior.type === 'one-coin' && prior.strength > 0) addCoin(pseudo, table, stateLabel, prior.strength, counts);
  return pseudo;
}

function addCoin(
  pseudo: PseudoCounts,
  table: LabelTable,
  stateLabel: Int32Array,
  strength: number,
  counts: Float64Array,
): void {
  const K = table.labels.length;
  const S = stateLabel.length;
  const pooled = pooledMatrix(table, S, counts, 1e-3 / K);
  for (let s = 0; s < S; s++) {
    const errors = 1 - pooled[stateLabel[s]! * S + s]!;
    for (let l = 0; l < K; l++) {
      const c = l * S + s;
      if (isRight(c, stateLabel)) pseudo.right[c] = strength;
      else pseudo.wrong[c] = strength * (errors > 0 ? pooled[c]! / errors : 1 / (K - 1));
    }
  }
  const { right, all } = rightOf(table, stateLabel, counts);
  const average = sum(right) / Math.max(FLOOR, sum(all));
  pseudo.accuracy = right.map((r, w) => shrunkAccuracy(r, all[w]!, average));
}

/** Expected right labels, and all labels, of each worker. */
export function rightOf(table: LabelTable, stateLabel: Int32Array, counts: Float64Array) {
  const S = stateLabel.length;
  const cells = table.labels.length * S;
  const right = new Float64Array(table.workers.length);
  const all = new Float64Array(table.workers.length);
  for (let w = 0, at = S; w < right.length; w++) {
    for (let c = 0; c < cells; c++, at++) {
      all[w]! += counts[at]!;
      if (isRight(c, stateLabel)) right[w]! += counts[at]!;
    }
  }
  return { right, all };
}

/** The accuracy of a worker for their one-coin row, when `right` of `all` labels were right and the average worker is right by `average`. */
export function shrunkAccuracy(right: number, all: number, average: number): number {
  return (right + ACCURACY_STRENGTH * average) / (all + ACCURACY_STRENGTH);
}

function isRight(cell: number, stateLabel: Int32Array): boolean {
  return stateLabel[cell % stateLabel.length] === Math.floor(cell / stateLabel.length);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

/**
 * Pr(label | state) over all workers together, [label * states + state]. `added` counts a cell keep it finite; a state that nobody met has
 * equal shares.
 */
export function pooledMatrix(table: LabelTable, states: number, counts: Float64Array, added = FLOOR): Float64Array {
  const K = table.labels.length;
  const cells = K * states;
  const pooled = new Float64Array(cells).fill(added);
  for (let at = states; at < counts.length; at += cells) {
    for (let c = 0; c < cells; c++) pooled[c]! += counts[at + c]!;
  }
  normaliseColumns(pooled, 0, K, states);
  return pooled;
}

/** Makes the columns (one a state) of the K x S matrix that begins at `at` sum to 1. */
export function normaliseColumns(cells: Float64Array, at: number, labels: number, states: number): void {
  for (let s = 0; s < states; s++) {
    let total = 0;
    for (let l = 0; l < labels; l++) total += cells[at + l * states + s]!;
    for (let l = 0; l < labels; l++) cells[at + l * states + s]! /= total;
  }
}

/** M-step: the parameters that expected counts and pseudo-counts make most probable. */
export function maximise(
  table: LabelTable,
  states: number,
  counts: Float64Array,
  pseudo: PseudoCounts,
  into: Parameters,
): void {
  const K = table.labels.length;
  const cells = K * states;
  const { shared, right, wrong, accuracy } = pseudo;
  for (let s = 0; s < states; s++) into[s] = Math.max(FLOOR, counts[s]! / Math.max(1, table.items.length));
  for (let w = 0, at = states; w < table.workers.length; w++, at += cells) {
    const a = accuracy[w]!;
    for (let c = 0; c < cells; c++) {
      // The floor also stands for the row of a state that this worker never met, which thereby becomes uniform.
      const count = counts[at + c]! + shared[c]! + a * right[c]! + (1 - a) * wrong[c]!;
      into[at + c] = count > FLOOR ? count : FLOOR;
    }
    normaliseColumns(into, at, K, states);
  }
}

/** Log density of the prior up to a constant: what the merit of a MAP fit adds to the log-likelihood. */
export function logPriorDensity(pseudo: PseudoCounts, states: number, parameters: Parameters): number {
  const { shared, right, wrong, accuracy } = pseudo;
  if (shared[0] === 0 && right[0] === 0) return 0;
  let density = 0;
  for (let w = 0, at = states; w < accuracy.length; w++) {
    const a = accuracy[w]!;
    for (let c = 0; c < shared.length; c++, at++) {
      density += (shared[c]! + a * right[c]! + (1 - a) * wrong[c]!) * Math.log(parameters[at]!);
    }
  }
  return density;
}
