import { type LabelTable } from './label-table';
import { type Parameters } from './expectation';

/**
 * Labels that a worker is taken to have given before the first one, a matrix of counts.
 *   none      maximum likelihood; probabilities are floored at 1e-10 so that nothing is impossible
 *   diagonal  `cell` in every cell and `diagonal` more where label and state agree
 *   pooled    `strength` labels a state, spread as all workers together spread theirs; estimated again at each iteration
 */
export type MatrixPrior =
  { type: 'none' } | { type: 'diagonal'; cell: number; diagonal: number } | { type: 'pooled'; strength: number };

/** 1/K a cell and one more on the diagonal: the mass must not grow with K, or a long list of labels flattens every worker. */
export function smoothed(labels: number): MatrixPrior {
  return { type: 'diagonal', cell: 1 / labels, diagonal: 1 };
}

/** Under this nothing is let fall by maximum likelihood. */
export const FLOOR = 1e-10;

/** Pseudo-counts of one worker by [label * states + state], from the expected counts of all. */
export function pseudoCounts(
  table: LabelTable,
  stateLabel: Int32Array,
  prior: MatrixPrior,
  counts: Float64Array,
): Float64Array {
  const K = table.labels.length;
  const S = stateLabel.length;
  const pseudo = new Float64Array(K * S);
  switch (prior.type) {
    case 'none':
      return pseudo;
    case 'diagonal':
      for (let l = 0; l < K; l++) {
        for (let s = 0; s < S; s++) pseudo[l * S + s] = prior.cell + (stateLabel[s] === l ? prior.diagonal : 0);
      }
      return pseudo;
    case 'pooled':
      return pooledMatrix(table, S, counts).map((share) => share * prior.strength);
  }
}

/**
 * Pr(label | state) over all workers together, [label * states + state]. `added` counts a cell keep it finite; a state that nobody met has
 * equal shares.
 */
export function pooledMatrix(table: LabelTable, states: number, counts: Float64Array, added = FLOOR): Float64Array {
  const K = table.labels.length;
  const cells = K * states;
  const pooled = new Float64Array(cells).fill(added);
  for (let i = states; i < counts.length; i++) pooled[(i - states) % cells]! += counts[i]!;
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
  pseudo: Float64Array,
  into: Parameters,
): void {
  const K = table.labels.length;
  const cells = K * states;
  for (let s = 0; s < states; s++) into[s] = Math.max(FLOOR, counts[s]! / Math.max(1, table.items.length));
  for (let w = 0; w < table.workers.length; w++) {
    const at = states + w * cells;
    // The floor also stands for the row of a state that this worker never met, which thereby becomes uniform.
    for (let c = 0; c < cells; c++) into[at + c] = Math.max(FLOOR, counts[at + c]! + pseudo[c]!);
    normaliseColumns(into, at, K, states);
  }
}

/** Log density of the prior up to a constant: what the merit of a MAP fit adds to the log-likelihood. */
export function logPriorDensity(pseudo: Float64Array, states: number, parameters: Parameters): number {
  let sum = 0;
  for (let i = states; i < parameters.length; i++) {
    const weight = pseudo[(i - states) % pseudo.length]!;
    if (weight > 0) sum += weight * Math.log(parameters[i]!);
  }
  return sum;
}
