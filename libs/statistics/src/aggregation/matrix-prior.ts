import { rightByCompetence } from './competence';
import { type Parameters } from './expectation';
import { type LabelTable } from './label-table';

/**
 * Labels that a worker is taken to have given before the first one, a matrix of counts.
 *   none      maximum likelihood; probabilities are floored at 1e-10 so that nothing is impossible
 *   diagonal  `cell` in every cell and `diagonal` more where label and state agree
 *   pooled    `strength` labels a state, spread as all workers together spread theirs; estimated again at each iteration
 *   competent as diagonal, and `strength` labels a state of someone who has this worker's competence and habit (`competence.ts`), and
 *             whose errors fall as those of all workers and one label a cell; estimated again at each iteration. And one item, spread over
 *             the labels: without it the shares of labels run away in a set of few items, each item making its label the usual one
 */
export type MatrixPrior =
  | { type: 'none' }
  | { type: 'diagonal'; cell: number; diagonal: number }
  | { type: 'pooled'; strength: number }
  | { type: 'competent'; cell: number; diagonal: number; strength: number };

/** 1/K a cell and one more on the diagonal: the mass must not grow with K, or a long list of labels flattens every worker. */
export function smoothed(labels: number): MatrixPrior {
  return { type: 'diagonal', cell: 1 / labels, diagonal: 1 };
}

/** Under this nothing is let fall by maximum likelihood. */
export const FLOOR = 1e-10;

/** Pseudo-counts of all workers, which `pseudoCount` puts together. */
export interface PseudoCounts {
  shared: Float64Array;
  right: Float64Array;
  wrong: Float64Array;
  /** (W + 1) * K: how often each worker, and last one of whom nothing is known, is taken to be right on items of each label. */
  rightness: Float64Array;
  /** Items of each label that are taken to have been seen. */
  items: number;
}

/** Those of worker w, or of one of whom nothing is known where that is W, in cell c (label * K + truth). */
export function pseudoCount(
  { shared, right, wrong, rightness }: PseudoCounts,
  w: number,
  c: number,
  K: number,
): number {
  const r = rightness[w * K + (c % K)]!;
  return shared[c]! + r * right[c]! + (1 - r) * wrong[c]!;
}

/** Pseudo-counts from the expected counts of all workers. */
export function pseudoCounts(table: LabelTable, prior: MatrixPrior, counts: Float64Array): PseudoCounts {
  const K = table.labels.length;
  const pseudo: PseudoCounts = {
    shared: new Float64Array(K * K),
    right: new Float64Array(K * K),
    wrong: new Float64Array(K * K),
    rightness: new Float64Array((table.workers.length + 1) * K),
    items: prior.type === 'competent' ? 1 / K : 0,
  };
  if (prior.type === 'pooled') pseudo.shared = pooledMatrix(table, K, counts).map((share) => share * prior.strength);
  if (prior.type === 'diagonal' || prior.type === 'competent') {
    for (let c = 0; c < K * K; c++) pseudo.shared[c] = prior.cell + (isRight(c, K) ? prior.diagonal : 0);
  }
  if (prior.type === 'competent') addCompetent(pseudo, table, prior.strength, counts);
  return pseudo;
}

function addCompetent(pseudo: PseudoCounts, table: LabelTable, strength: number, counts: Float64Array): void {
  const K = table.labels.length;
  // One label a cell, or the few who erred on the first item of a rare label make it look as if everybody does.
  const pooled = pooledMatrix(table, K, counts, 1);
  for (let c = 0; c < K * K; c++) {
    const truth = c % K;
    const errors = 1 - pooled[truth * K + truth]!;
    if (isRight(c, K)) pseudo.right[c] = strength;
    else pseudo.wrong[c] = (strength * pooled[c]!) / errors;
  }
  pseudo.rightness = rightByCompetence(table, counts);
}

/** Expected right labels, and all labels, of each worker. */
export function rightOf(table: LabelTable, counts: Float64Array) {
  const K = table.labels.length;
  const right = new Float64Array(table.workers.length);
  const all = new Float64Array(table.workers.length);
  for (let w = 0, at = K; w < right.length; w++) {
    for (let c = 0; c < K * K; c++, at++) {
      all[w]! += counts[at]!;
      if (isRight(c, K)) right[w]! += counts[at]!;
    }
  }
  return { right, all };
}

function isRight(cell: number, K: number): boolean {
  return cell % K === Math.floor(cell / K);
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

/** M-step: the parameters that expected counts and pseudo-counts make most probable; one state a label. */
export function maximise(table: LabelTable, counts: Float64Array, pseudo: PseudoCounts, into: Parameters): void {
  const K = table.labels.length;
  const all = Math.max(1, table.items.length + K * pseudo.items);
  for (let k = 0; k < K; k++) into[k] = Math.max(FLOOR, (counts[k]! + pseudo.items) / all);
  for (let w = 0, at = K; w < table.workers.length; w++, at += K * K) {
    for (let c = 0; c < K * K; c++) {
      const count = counts[at + c]! + pseudoCount(pseudo, w, c, K);
      // The floor also stands for the row of a label that this worker never met, which thereby becomes uniform.
      into[at + c] = count > FLOOR ? count : FLOOR;
    }
    normaliseColumns(into, at, K, K);
  }
}

/**
 * Pr(label | truth) of a worker of whom nothing is known, [label * K + truth]: of all workers together, drawn as each of them is. The labels of an item
 * weigh as one there: what the fit made of it was made of all of them.
 */
export function unknownWorker(table: LabelTable, counts: Float64Array, pseudo: PseudoCounts): Float64Array {
  const K = table.labels.length;
  const W = table.workers.length;
  const weight = table.items.length / Math.max(1, table.label.length);
  const matrix = new Float64Array(K * K);
  for (let at = K, c = 0; at < counts.length; at++, c++) matrix[c % (K * K)]! += weight * counts[at]!;
  for (let c = 0; c < K * K; c++) matrix[c]! += pseudoCount(pseudo, W, c, K);
  normaliseColumns(matrix, 0, K, K);
  return matrix;
}

/** Log density up to a constant, at the parameters, of a prior that is the same at each iteration: what the merit of a MAP fit adds to the log-likelihood. */
export function logPriorDensity(
  prior: MatrixPrior & { type: 'none' | 'diagonal' },
  K: number,
  parameters: Parameters,
): number {
  if (prior.type === 'none') return 0;
  let density = 0;
  for (let at = K; at < parameters.length;) {
    for (let c = 0; c < K * K; c++, at++) {
      density += (prior.cell + (isRight(c, K) ? prior.diagonal : 0)) * Math.log(parameters[at]!);
    }
  }
  return density;
}
