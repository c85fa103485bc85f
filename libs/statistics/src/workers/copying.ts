import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { quantile } from '../agreement/bootstrap';
import { forEachPair, type LabelsOfWorkers } from '../agreement/worker-pairs';
import { type BelievedLabels, confusionCounts, confusionMatrix } from './confusion';

export interface CopyingOptions {
  /** Items that a pair must have in common; default 15. */
  leastCommon?: number;
  /** Share of copied labels in the alternative; default .7: under .8 fewer near-copies are found, under .6 honest pairs are too. */
  copied?: number;
}

export interface CopyingPair {
  /** Indices of the workers, u < v; which of them copied cannot be told from the labels. */
  u: number;
  v: number;
  common: number;
  /** Log-likelihood ratio of copying against independence, from the median of all pairs, in their spread. */
  statistic: number;
  pValue: number;
}

/**
 * The spread is at least the theoretical one. Of crowds that are hardly ever wrong most pairs have one statistic, so that their quartiles have no distance,
 * and a single error that two share would be any number of spreads away. In small crowds pairs with spammers lie close together, and honest people who
 * fall for the same lures would be accused.
 */
const LEAST_SPREAD = 1;

/** Below so many pairs their own median and spread say nothing, and the theoretical ones (0 and 1) are used. */
const LEAST_PAIRS = 20;

/**
 * For every pair with enough items in common: do they agree, above all when both are wrong, more than two who look at the items independently?
 * Both votes are taken out of the item's posterior, which leaves Q; independently they say (x, y) with J = sum_z Q(z) E_u[z,x] E_v[z,y],
 * and copying mixes J with "the second says what the first said". The statistic is standardised under J, then by the median and interquartile
 * range of all pairs, since everyone shares the items' lures. Correct the p-values with `adjusted`, at .01: this accuses two people.
 */
export function copyingPairs(table: BelievedLabels & LabelsOfWorkers, options: CopyingOptions = {}): CopyingPair[] {
  const { leastCommon = 15, copied = 0.7 } = options;
  const K = table.labels.length;
  const counts = confusionCounts(table);
  const matrices = Array.from({ length: table.workers.length }, (_, w) => confusionMatrix(counts, w, K));
  const joint = new Float64Array(K * K);
  const pairs: CopyingPair[] = [];
  forEachPair(table, leastCommon, ({ u, v, item, first, second }) => {
    let [ratio, mean, variance] = [0, 0, 0];
    for (let i = 0; i < item.length; i++) {
      jointOf(table.posteriors, item[i]!, matrices[u]!, matrices[v]!, first[i]!, second[i]!, K, joint);
      const of = ratioOf(joint, K, copied, first[i]! * K + second[i]!);
      ratio += of.ratio;
      mean += of.mean;
      variance += of.variance;
    }
    const statistic = variance > 0 ? (ratio - mean) / Math.sqrt(variance) : 0;
    pairs.push({ u, v, common: item.length, statistic, pValue: 1 });
  });
  return standardised(pairs);
}

/** Pr(u says x, v says y) on an item if both look at it on their own, K * K cells [x * K + y], with both votes taken out of what it is. */
function jointOf(
  posteriors: Float64Array,
  item: number,
  u: Float64Array,
  v: Float64Array,
  first: number,
  second: number,
  K: number,
  joint: Float64Array,
): void {
  joint.fill(0);
  let total = 0;
  for (let z = 0; z < K; z++) {
    // Even the least believed truth keeps a trace, or two votes that were wrong together could never be taken out.
    const without = Math.max(1e-6, posteriors[item * K + z]!) / (u[first * K + z]! * v[second * K + z]!);
    total += without;
    for (let x = 0; x < K; x++) {
      for (let y = 0; y < K; y++) joint[x * K + y]! += without * u[x * K + z]! * v[y * K + z]!;
    }
  }
  for (let cell = 0; cell < joint.length; cell++) joint[cell]! /= total;
}

/** Log ratio of copying to independence at the observed cell, with its mean and variance under independence. */
function ratioOf(joint: Float64Array, K: number, copied: number, observed: number) {
  let [ratio, mean, squares] = [0, 0, 0];
  for (let x = 0; x < K; x++) {
    let said = 0;
    for (let y = 0; y < K; y++) said += joint[x * K + y]!;
    for (let y = 0; y < K; y++) {
      const cell = x * K + y;
      const mixed = (1 - copied) * joint[cell]! + (x === y ? copied * said : 0);
      const log = Math.log(mixed / joint[cell]!);
      mean += joint[cell]! * log;
      squares += joint[cell]! * log * log;
      if (cell === observed) ratio = log;
    }
  }
  return { ratio, mean, variance: Math.max(0, squares - mean * mean) };
}

/** A normal distribution's interquartile range. */
const NORMAL_QUARTILES = 1.3489795003921634;

function standardised(pairs: CopyingPair[]): CopyingPair[] {
  let [middle, spread] = [0, 1];
  if (pairs.length >= LEAST_PAIRS) {
    const sorted = Float64Array.from(pairs, ({ statistic }) => statistic).sort();
    middle = quantile(sorted, 0.5);
    spread = Math.max(LEAST_SPREAD, (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / NORMAL_QUARTILES);
  }
  return pairs.map((pair) => {
    const statistic = (pair.statistic - middle) / spread;
    return { ...pair, statistic, pValue: normalCdf(-statistic, 0, 1) };
  });
}
