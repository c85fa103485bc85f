import { digamma } from './digamma';
import { countPosteriors, emptyExpectation, expect, type Expectation } from './expectation';
import { matrixModel } from './fit-matrices';
import { type LabelTable } from './label-table';
import { voteShares } from './majority';
import { type PublishedModel } from './published-model';
import { dice } from '../simulation/random';

export interface EbccOptions {
  /** Subtypes a label; default 10. */
  subtypes?: number;
  /** Seed of the start, at which the subtypes differ by chance; default 1. */
  seed?: number;
  /** Stop when no posterior moves by this much; default 1e-8. */
  tolerance?: number;
  /** Default 10,000. */
  mostIterations?: number;
}

export interface EbccFit {
  /** T * K. */
  posteriors: Float64Array;
  iterations: number;
  converged: boolean;
  /** States are the subtypes of the labels. */
  model: PublishedModel;
}

/** Dirichlet of the subtypes of a label: small, so that few of them are used. */
const SUBTYPE = 0.1;
/** Dirichlet of the labels. */
const CLASS = 1;
/** Dirichlet of a worker's row: on the right label, on each other. */
const RIGHT = 4;
const WRONG = 1;

/**
 * Enhanced Bayesian classifier combination (Li, Rubinstein and Cohn, ICML 2019), mean-field: each label has latent subtypes, for which workers err
 * alike, so that errors of different workers on one item are correlated. Items of one label start with subtypes by chance: two seeds can end apart,
 * each is deterministic.
 */
export function ebcc(table: LabelTable, options: EbccOptions = {}): EbccFit {
  const M = options.subtypes ?? 10;
  const K = table.labels.length;
  const S = K * M;
  const stateLabel = Int32Array.from({ length: S }, (_, s) => Math.floor(s / M));
  const expectation = emptyExpectation(table, S);
  expectation.posteriors.set(startingStates(table, M, options.seed ?? 1));
  countPosteriors(table, S, expectation);
  const weights = new Float64Array(expectation.counts.length);
  let iterations = 0;
  do {
    expectedLogs(expectation, table, stateLabel, weights);
    expect(table, S, weights, expectation);
    iterations += 1;
  } while (expectation.largestMove >= (options.tolerance ?? 1e-8) && iterations < (options.mostIterations ?? 10_000));
  return {
    posteriors: sumSubtypes(expectation.posteriors, M),
    iterations,
    converged: expectation.largestMove < (options.tolerance ?? 1e-8),
    model: matrixModel(table, weights, expectation.counts, stateLabel),
  };
}

function startingStates(table: LabelTable, M: number, seed: number): Float64Array {
  const { uniform } = dice(seed);
  const shares = voteShares(table);
  const states = new Float64Array(shares.length * M);
  for (let i = 0; i < shares.length; i++) {
    // Sharp weights (the eighth power) stand for a draw from a Dirichlet with small parameters: mostly one subtype an item.
    const weights = Array.from({ length: M }, () => uniform() ** 8);
    const total = weights.reduce((a, b) => a + b, 0);
    weights.forEach((weight, m) => (states[i * M + m] = (shares[i]! * weight) / total));
  }
  return states;
}

/** Exponentials of the expected logs of all parameters: what mean field puts in the place of probabilities. They sum to less than 1. */
function expectedLogs({ counts }: Expectation, table: LabelTable, stateLabel: Int32Array, into: Float64Array): void {
  const K = table.labels.length;
  const S = stateLabel.length;
  const M = S / K;
  const all = digamma(table.items.length + K * CLASS);
  for (let k = 0; k < K; k++) {
    let items = 0;
    for (let m = 0; m < M; m++) items += counts[k * M + m]!;
    const label = digamma(items + CLASS) - all - digamma(items + M * SUBTYPE);
    for (let m = 0; m < M; m++) into[k * M + m] = Math.exp(label + digamma(counts[k * M + m]! + SUBTYPE));
  }
  const rowTotal = RIGHT + (K - 1) * WRONG;
  for (let w = 0, at = S; w < table.workers.length; w++, at += K * S) {
    for (let s = 0; s < S; s++) {
      let met = 0;
      for (let l = 0; l < K; l++) met += counts[at + l * S + s]!;
      const total = digamma(met + rowTotal);
      for (let l = 0; l < K; l++) {
        const prior = stateLabel[s] === l ? RIGHT : WRONG;
        into[at + l * S + s] = Math.exp(digamma(counts[at + l * S + s]! + prior) - total);
      }
    }
  }
}

function sumSubtypes(states: Float64Array, M: number): Float64Array {
  const labels = new Float64Array(states.length / M);
  for (let i = 0; i < states.length; i++) labels[Math.floor(i / M)]! += states[i]!;
  return labels;
}
