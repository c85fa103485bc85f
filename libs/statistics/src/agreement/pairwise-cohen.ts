import { type Coefficient, type EstimatedCoefficient, ONE_LABEL, undefinedBecause } from './coefficient';
import { jackknifeError, LEAST_GROUPS } from './jackknife';
import { forEachPair, type LabelsOfWorkers, type WorkerPair } from './worker-pairs';
import { tQuantile975 } from '../numerics/t-quantile';

/** Fewest items that a pair must have in common to count. */
export const LEAST_COMMON = 10;

/** Cohen's kappa of workers u < v (indices of the table) over the items that both labelled. */
export interface PairKappa {
  u: number;
  v: number;
  common: number;
  /** Share of those on which they agree. */
  observed: number;
  kappa: Coefficient;
}

/** Cohen's kappa (1960) of every pair of workers with enough items in common, by rising u, then v. */
export function pairwiseCohen(table: LabelsOfWorkers, leastCommon = LEAST_COMMON): PairKappa[] {
  const margins = new Margins(table.labels.length);
  const kappas: PairKappa[] = [];
  forEachPair(table, leastCommon, (pair) => {
    const { common, equal, products } = margins.of(pair);
    margins.clear(pair);
    kappas.push({ u: pair.u, v: pair.v, common, observed: equal / common, kappa: kappaOf(common, equal, products) });
  });
  return kappas;
}

/** (po - pe) / (1 - pe) of integers: n items, of which so many equal, and sum_k n_uk n_vk. */
function kappaOf(common: number, equal: number, products: number): Coefficient {
  if (common * common === products) return undefinedBecause(ONE_LABEL);
  return { value: (common * equal - products) / (common * common - products) };
}

/** Two tallies of labels, reused from pair to pair. */
class Margins {
  readonly first: Int32Array;
  readonly second: Int32Array;

  constructor(labels: number) {
    this.first = new Int32Array(labels);
    this.second = new Int32Array(labels);
  }

  of({ first, second }: WorkerPair): { common: number; equal: number; products: number } {
    let equal = 0;
    let products = 0;
    for (let i = 0; i < first.length; i++) {
      this.first[first[i]!]! += 1;
      if (first[i] === second[i]) equal += 1;
    }
    // Each of the second's labels meets all of the first's: sum_k n_uk n_vk without a pass over all labels.
    for (let i = 0; i < second.length; i++) {
      this.second[second[i]!]! += 1;
      products += this.first[second[i]!]!;
    }
    return { common: first.length, equal, products };
  }

  clear({ first, second }: WorkerPair): void {
    for (let i = 0; i < first.length; i++) {
      this.first[first[i]!] = 0;
      this.second[second[i]!] = 0;
    }
  }
}

export interface PairwiseReading {
  /** Pairs with enough items in common; how many of them used one label only and have no kappa. */
  pairs: number;
  undefinedPairs: number;
  coefficients: {
    meanPairwiseCohenKappa: EstimatedCoefficient;
    /** Weighted by common items. */
    weightedPairwiseCohenKappa: EstimatedCoefficient;
    medianPairwiseCohenKappa: EstimatedCoefficient;
  };
}

/**
 * Mean, mean weighted by common items, and median of the pairs' kappas. The intervals of the means are delete-one-item jackknives: leaving
 * out an item changes only the pairs on it, so all of them cost one pass. The pairs stay the same while an item is left out, and one
 * that would be undefined without it keeps its kappa.
 */
export function readPairwiseCohen(table: LabelsOfWorkers, leastCommon = LEAST_COMMON): PairwiseReading {
  const margins = new Margins(table.labels.length);
  const T = table.itemStart.length - 1;
  const kappas: number[] = [];
  let pairs = 0;
  let weight = 0;
  let weighted = 0;
  const change = new Float64Array(T);
  const weightedChange = new Float64Array(T);
  const weightChange = new Float64Array(T);
  forEachPair(table, leastCommon, (pair) => {
    pairs += 1;
    const { common, equal, products } = margins.of(pair);
    const kappa = kappaOf(common, equal, products).value;
    if (kappa !== null) {
      kappas.push(kappa);
      weight += common;
      weighted += common * kappa;
      for (let i = 0; i < common; i++) {
        const x = pair.first[i]!;
        const y = pair.second[i]!;
        const t = pair.item[i]!;
        const same = x === y ? 1 : 0;
        const left = products - margins.second[x]! - margins.first[y]! + same;
        const without = kappaOf(common - 1, equal - same, left).value ?? kappa;
        change[t]! += without - kappa;
        weightedChange[t]! += (common - 1) * without - common * kappa;
        weightChange[t]! -= 1;
      }
    }
    margins.clear(pair);
  });
  const count = kappas.length;
  const mean = kappas.reduce((sum, kappa) => sum + kappa, 0) / count;
  const reason = `no two workers have ${leastCommon} items in common and two labels used on them`;
  const estimate = (value: number, left: (t: number) => number) =>
    count > 0 ? overItems(value, table.itemStart, left) : absent(null, reason);
  return {
    pairs,
    undefinedPairs: pairs - count,
    coefficients: {
      meanPairwiseCohenKappa: estimate(mean, (t) => mean + change[t]! / count),
      weightedPairwiseCohenKappa: estimate(
        weighted / weight,
        (t) => (weighted + weightedChange[t]!) / (weight + weightChange[t]!),
      ),
      medianPairwiseCohenKappa:
        count > 0 ? absent(median(kappas), 'the jackknife of a median is not consistent') : absent(null, reason),
    },
  };
}

/** The interval from an estimate's values without each of the items that have two or more labels. */
function overItems(value: number, itemStart: Int32Array, without: (t: number) => number): EstimatedCoefficient {
  const all = new Float64Array(itemStart.length);
  let count = 0;
  for (let t = 0; t + 1 < itemStart.length; t++) if (itemStart[t + 1]! - itemStart[t]! > 1) all[count++] = without(t);
  const left = all.subarray(0, count);
  if (left.length < LEAST_GROUPS) return absent(value, 'an interval needs three or more items');
  const reach = tQuantile975(left.length - 1) * jackknifeError(left);
  return { value, low: Math.max(-1, value - reach), high: Math.min(1, value + reach), interval: 'jackknife' };
}

function absent(value: number | null, reason: string): EstimatedCoefficient {
  return { value, low: null, high: null, interval: 'jackknife', reason };
}

/** The middle value; of an even number the mean of the middle two. */
function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
