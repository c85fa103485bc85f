import { type MatrixFit } from './fit-matrices';
import { type LabelTable } from './label-table';
import { type MatrixPrior, pseudoCount, pseudoCounts, type PseudoCounts } from './matrix-prior';
import { effectiveLabels, spreadOf } from './posterior';

/**
 * Mean log-likelihood of a label that is held out, predicted from the other labels of its item, for each value of `perLabel`
 * (`Tempering`): how well a fit and its tempering would have foretold the next label. It needs no gold.
 *
 * Nothing is fitted again: the held-out label leaves the worker's counts and the posterior of its item, the rest of the fit stays. That is O(N K) a value
 * instead of a fit a fold, and still sees what matters, a worker's row that was learned from the very label it predicts.
 * Items with one label are left out; NaN where every item has one.
 * @param step only every so-manieth item is looked at.
 */
export function heldOutLogLikelihood(
  table: LabelTable,
  fit: MatrixFit,
  prior: MatrixPrior,
  perLabels: readonly number[],
  step = 1,
): number[] {
  const held = new HeldOut(table, fit, prior);
  const sums = new Float64Array(perLabels.length);
  // Of the labels since the last logarithm: one for each would be a quarter of the time.
  const likelihoods = new Float64Array(perLabels.length).fill(1);
  let labels = 0;
  for (let t = 0; t < table.items.length; t += step) {
    const from = table.itemStart[t]!;
    const to = table.itemStart[t + 1]!;
    if (to - from < 2) continue;
    held.takeItem(t);
    for (let i = from; i < to; i++) {
      const effective = held.without(t, i);
      for (let j = 0; j < perLabels.length; j++) {
        likelihoods[j]! *= held.probability(1 + perLabels[j]! * (effective - 1));
        if (likelihoods[j]! > LEAST_LIKELIHOOD) continue;
        sums[j]! += Math.log(likelihoods[j]!);
        likelihoods[j] = 1;
      }
    }
    labels += to - from;
  }
  return Array.from(sums, (sum, j) => (sum + Math.log(likelihoods[j]!)) / labels);
}

/** A product above this stays above the smallest double when it is multiplied by one more probability. */
const LEAST_LIKELIHOOD = 1e-200;

/** The working memory of one run over the labels. */
class HeldOut {
  private readonly K: number;
  private readonly logs: Float64Array;
  private readonly pseudo: PseudoCounts;
  private readonly pseudoTotal: Float64Array;
  /** W * K: expected items of each truth that the worker labelled. */
  private readonly met: Float64Array;
  private readonly joint: Float64Array;
  private readonly others: Float64Array;
  private readonly row: Float64Array;
  /** W * K: evidence of each label of each worker. */
  private readonly evidence: Float64Array;
  private sum = 0;
  private squares = 0;

  constructor(
    private readonly table: LabelTable,
    private readonly fit: MatrixFit,
    prior: MatrixPrior,
  ) {
    const K = (this.K = table.labels.length);
    this.logs = fit.matrices.map(Math.log);
    this.evidence = Float64Array.from({ length: table.workers.length * K }, (_, row) =>
      spreadOf(this.logs, row * K, K),
    );
    this.pseudo = pseudoCounts(table, prior, fit.counts);
    this.met = new Float64Array(table.workers.length * K);
    for (let at = K, c = 0; at < fit.counts.length; at++, c++) {
      this.met[Math.floor(c / (K * K)) * K + (c % K)]! += fit.counts[at]!;
    }
    // Of each truth, right and wrong pseudo-counts both sum to the strength, so their mixture does too.
    const { shared, right } = this.pseudo;
    this.pseudoTotal = new Float64Array(K);
    shared.forEach((count, c) => (this.pseudoTotal[c % K]! += count + right[c]!));
    this.joint = new Float64Array(K);
    this.others = new Float64Array(K);
    this.row = new Float64Array(K);
  }

  takeItem(t: number): void {
    const { table, K } = this;
    for (let k = 0; k < K; k++) this.joint[k] = Math.log(this.fit.prior[k]!);
    this.sum = this.squares = 0;
    for (let i = table.itemStart[t]!; i < table.itemStart[t + 1]!; i++) {
      const at = (table.worker[i]! * K + table.label[i]!) * K;
      for (let k = 0; k < K; k++) this.joint[k]! += this.logs[at + k]!;
      const evidence = this.evidence[at / K]!;
      this.sum += evidence;
      this.squares += evidence * evidence;
    }
  }

  /** Prepares the prediction of label i of item t; returns the effective number of the other labels. */
  without(t: number, i: number): number {
    const { table, K, pseudo, fit } = this;
    const w = table.worker[i]!;
    const y = table.label[i]!;
    const at = (w * K + y) * K;
    const own = t * K;
    for (let k = 0; k < K; k++) {
      this.others[k] = this.joint[k]! - this.logs[at + k]!;
      const c = y * K + k;
      const count = Math.max(0, fit.counts[K + at + k]! - fit.posteriors[own + k]!);
      this.row[k] =
        (count + pseudoCount(pseudo, w, c, K)) /
        (Math.max(0, this.met[w * K + k]! - fit.posteriors[own + k]!) + this.pseudoTotal[k]!);
    }
    const evidence = this.evidence[at / K]!;
    const n = table.itemStart[t + 1]! - table.itemStart[t]! - 1;
    return effectiveLabels(n, this.sum - evidence, this.squares - evidence * evidence);
  }

  /** Probability of the label that was held out, where the log odds of the others are divided by the temperature. */
  probability(temperature: number): number {
    const { others, row, K } = this;
    let most = -Infinity;
    for (let k = 0; k < K; k++) if (others[k]! > most) most = others[k]!;
    let total = 0;
    let predicted = 0;
    for (let k = 0; k < K; k++) {
      const mass = others[k] === most ? 1 : Math.exp((others[k]! - most) / temperature);
      total += mass;
      predicted += mass * row[k]!;
    }
    return predicted / total;
  }
}
