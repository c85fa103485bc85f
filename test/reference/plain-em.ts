import { countPosteriors, emptyExpectation, expect } from '../../libs/statistics/src/aggregation/expectation';
import { type LabelTable } from '../../libs/statistics/src/aggregation/label-table';
import { voteShares } from '../../libs/statistics/src/aggregation/majority';
import { FLOOR, type MatrixPrior, maximise, pseudoCounts } from '../../libs/statistics/src/aggregation/matrix-prior';

/** Where so many steps of EM lead from vote shares, without acceleration and without a rule when to stop. */
export interface Steps {
  /** T * K. */
  posteriors: Float64Array;
  /** K. */
  prior: Float64Array;
  /** W * K * K, [(worker * K + label) * K + truth]: what the last E-step used. */
  matrices: Float64Array;
  logLikelihood: number;
}

type Maximise = (counts: Float64Array, into: Float64Array) => void;

/**
 * Dawid-Skene by the E-step and the M-step of the library, so many of each. References name the round in which they stopped: there, and nowhere else,
 * both have the same digits.
 */
export function plainSteps(table: LabelTable, prior: MatrixPrior, rounds: number): Steps {
  return stepsBy(table, rounds, (counts, into) => maximise(table, counts, pseudoCounts(table, prior, counts), into));
}

/**
 * The same with crowd-kit's M-step: a label that a worker never gave has no row in the worker's matrix, so a truth that the worker never met is even over
 * the labels they gave, not over all.
 */
export function crowdKitSteps(table: LabelTable, rounds: number): Steps {
  const K = table.labels.length;
  return stepsBy(table, rounds, (counts, into) => {
    for (let k = 0; k < K; k++) into[k] = Math.max(FLOOR, counts[k]! / table.items.length);
    for (let at = K; at < counts.length; at += K * K) {
      const row = (label: number) => counts.subarray(at + label * K, at + (label + 1) * K);
      const given = table.labels.map((_, label) => row(label).some((count) => count > 0));
      for (let truth = 0; truth < K; truth++) {
        const cells = given.map((is, label) => (is ? Math.max(FLOOR, row(label)[truth]!) : 0));
        const total = cells.reduce((sum, cell) => sum + cell, 0);
        cells.forEach((cell, label) => (into[at + label * K + truth] = cell / total));
      }
    }
  });
}

function stepsBy(table: LabelTable, rounds: number, maximiseInto: Maximise): Steps {
  const K = table.labels.length;
  const expectation = emptyExpectation(table, K);
  expectation.posteriors.set(voteShares(table));
  countPosteriors(table, K, expectation);
  const parameters = new Float64Array(expectation.counts.length);
  for (let round = 0; round < rounds; round++) {
    maximiseInto(expectation.counts, parameters);
    expect(table, K, parameters, expectation);
  }
  const { posteriors, logLikelihood } = expectation;
  return { posteriors, logLikelihood, prior: parameters.slice(0, K), matrices: parameters.slice(K) };
}
