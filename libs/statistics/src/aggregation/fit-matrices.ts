import { acceptedMask, type AcceptedLabels } from './accepted-labels';
import { anderson, type FixedPoint } from './anderson';
import { countPosteriors, emptyExpectation, expect, type Expectation, type Parameters } from './expectation';
import { type LabelTable } from './label-table';
import { voteShares } from './majority';
import { FLOOR, normaliseColumns, pooledMatrix } from './matrix-prior';
import { type MatrixModel, type PublishedModel, UNTEMPERED } from './published-model';

export interface FitOptions {
  /** Items whose label is known: their posterior stays within these labels. */
  accepted?: AcceptedLabels;
  /** Stop when no posterior moves by this much; default 1e-8. */
  tolerance?: number;
  /** Default 10,000 passes over the labels. */
  mostIterations?: number;
}

export interface MatrixFit {
  /** T * K, by item and label of the table. */
  posteriors: Float64Array;
  /** K. */
  prior: Float64Array;
  /** W * K * K: cell [(worker * K + label) * K + truth] = Pr(worker says label | truth). */
  matrices: Float64Array;
  /** Of the labels, natural logarithm, without the prior of the matrices. */
  logLikelihood: number;
  /** Passes over the labels. */
  iterations: number;
  converged: boolean;
  /** Expected counts, laid out like `Parameters` (`expectation.ts`). */
  counts: Float64Array;
  /** Reproduces the posteriors of all items that have no accepted labels. */
  model: PublishedModel;
}

/** How a method learns prior and matrices from expected counts. */
export interface Learner {
  /** The M-step. `from` are the parameters that the counts were expected under; absent at the start, from vote shares. */
  maximise(counts: Float64Array, into: Parameters, from?: Parameters): void;
  /** Log density of the method's prior at the parameters, up to a constant; absent where EM does not climb likelihood times one fixed prior. */
  logPrior?(at: Parameters): number;
}

/**
 * EM over worker matrices, one state a label, started from vote shares and run until no posterior moves by 1e-8. A function of the set of
 * labels. @throws RangeError on accepted labels that the table does not have.
 */
export function fitMatrices(table: LabelTable, learner: Learner, options: FitOptions = {}): MatrixFit {
  const K = table.labels.length;
  const mask = acceptedMask(table, options.accepted ?? new Map());
  const expectation = emptyExpectation(table, K, mask);
  const { counts } = expectation;
  clampShares(voteShares(table, expectation.posteriors), mask, K);
  countPosteriors(table, K, expectation);
  const start = new Float64Array(counts.length);
  learner.maximise(counts, start);

  const map: FixedPoint = {
    step(from, to, isFar) {
      expect(table, K, from, expectation, isFar);
      learner.maximise(counts, to, from);
      const density = learner.logPrior?.(from);
      const merit = density === undefined ? undefined : expectation.logLikelihood + density;
      return { merit, move: expectation.largestMove };
    },
    project: (leap, plain) => projectToProbabilities(leap, plain, table, K),
  };
  const fit = anderson(start, map, options.tolerance ?? 1e-8, options.mostIterations ?? 10_000);
  return { ...fitOf(table, fit.at, expectation), iterations: fit.iterations, converged: fit.converged };
}

function fitOf(table: LabelTable, parameters: Parameters, expectation: Expectation) {
  const K = table.labels.length;
  const stateLabel = Int32Array.from({ length: K }, (_, k) => k);
  return {
    posteriors: expectation.posteriors,
    prior: parameters.slice(0, K),
    matrices: parameters.slice(K),
    logLikelihood: expectation.logLikelihood,
    counts: expectation.counts,
    model: matrixModel(table, parameters, expectation.counts, stateLabel),
  };
}

/** The published form of parameters; `counts`, the expected ones, give the pooled matrix (one label added, spread evenly). */
export function matrixModel(
  table: LabelTable,
  parameters: Parameters,
  counts: Float64Array,
  stateLabel: Int32Array,
): MatrixModel {
  const K = table.labels.length;
  const S = stateLabel.length;
  const cells = K * S;
  const workers = new Map<string, Float64Array>();
  table.workers.forEach((worker, w) => {
    workers.set(worker, parameters.slice(S + w * cells, S + (w + 1) * cells).map(Math.log));
  });
  return {
    form: 'matrix',
    labels: K,
    stateLabel,
    logPrior: parameters.slice(0, S).map(Math.log),
    pooled: pooledMatrix(table, S, counts, 1 / K).map(Math.log),
    workers,
    tempering: UNTEMPERED,
  };
}

/**
 * Puts a vector that left the simplex back, columns summing to 1. A cell that fell under the floor is as EM would have it: from the floor it would take EM
 * long to come back.
 */
function projectToProbabilities(vector: Parameters, plain: Parameters, table: LabelTable, states: number): void {
  for (let i = 0; i < vector.length; i++) if (!(vector[i]! >= FLOOR)) vector[i] = plain[i]!;
  let total = 0;
  for (let s = 0; s < states; s++) total += vector[s]!;
  for (let s = 0; s < states; s++) vector[s]! /= total;
  const cells = table.labels.length * states;
  for (let at = states; at < vector.length; at += cells) normaliseColumns(vector, at, table.labels.length, states);
}

/** Keeps vote shares within the accepted labels; equal shares of them where nobody said one. */
function clampShares(shares: Float64Array, mask: Uint8Array | undefined, K: number): void {
  if (mask === undefined) return;
  for (let at = 0; at < shares.length; at += K) {
    const possible = mask.subarray(at, at + K);
    const row = shares.subarray(at, at + K).map((share, k) => share * possible[k]!);
    const total = row.reduce((sum, share) => sum + share, 0);
    const count = possible.reduce((sum, one) => sum + one, 0);
    row.forEach((share, k) => (shares[at + k] = total > 0 ? share / total : possible[k]! / count));
  }
}
