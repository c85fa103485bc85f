import { type CategoricalStatistics } from './categorical-statistics';

/** What the labels of a question are. */
export interface CategoricalSchema {
  /** K, the number of labels of the question; from the schema, not from the data, since chance agreement depends on it. */
  labels: number;
  /** Whether the labels have an order (a rating): distances between labels then count. */
  ordinal: boolean;
}

/**
 * Where each sum over items lies in one flat vector: what all coefficients are read from, and what adds over items, so that a resample is
 * a weighted sum of its items' vectors.
 *
 * Terminology:
 *   n, n_k     labels of an item; those that are k
 *   pairable   of items with n >= 2
 */
export interface SumsLayout {
  width: number;
  /** Items with a label. */
  items: number;
  /** Labels of all items. */
  labels: number;
  /** Items with n >= 2. */
  pairableItems: number;
  /** Sum of sum_k n_k (n_k - 1) / (n (n - 1)), pairable. */
  observed: number;
  /** From here K sums of n_k / n, all items. */
  shares: number;
  /** From here K sums of n_k / n, pairable. */
  pairableShares: number;
  /** From here K sums of n_k, pairable. */
  counts: number;
  /** From here K sums of n_k (n_k - 1) / (n (n - 1)), pairable. */
  agreeing: number;
  /** From here K sums of n_k (n_k - 1) / (n - 1), pairable: the diagonal of the coincidence matrix. */
  coincidences: number;
  /** From here K * K cells [k * K + l], k < l used: sums of n_k n_l / (n - 1), pairable. Only where ordinal. */
  crossCoincidences: number;
  /** From here K * K cells likewise: sums of n_k n_l / (n (n - 1)). Only where ordinal. */
  crossAgreement: number;
}

export function sumsLayout({ labels: K, ordinal }: CategoricalSchema): SumsLayout {
  const first = 4;
  const cross = first + 5 * K;
  return {
    width: cross + (ordinal ? 2 * K * K : 0),
    items: 0,
    labels: 1,
    pairableItems: 2,
    observed: 3,
    shares: first,
    pairableShares: first + K,
    counts: first + 2 * K,
    agreeing: first + 3 * K,
    coincidences: first + 4 * K,
    crossCoincidences: cross,
    crossAgreement: cross + K * K,
  };
}

/**
 * The sums of some statistics. The same statistics give the same bits: buckets are taken by rising n, and within one each sum has a single
 * term, whatever the order in which items came.
 */
export function sumsOf(statistics: CategoricalStatistics, schema: CategoricalSchema): Float64Array {
  const at = sumsLayout(schema);
  const sums = new Float64Array(at.width);
  const sizes = Object.keys(statistics.buckets).map(Number);
  for (const n of sizes.sort((a, b) => a - b)) {
    const bucket = statistics.buckets[n]!;
    sums[at.items]! += bucket.items;
    for (const [k, count] of Object.entries(bucket.counts)) {
      sums[at.labels]! += count;
      sums[at.shares + Number(k)]! += count / n;
      if (n < 2) continue;
      sums[at.pairableShares + Number(k)]! += count / n;
      sums[at.counts + Number(k)]! += count;
    }
    if (n < 2) continue;
    sums[at.pairableItems]! += bucket.items;
    addPairs(sums, at, schema.labels, n, bucket.pairs);
  }
  return sums;
}

function addPairs(sums: Float64Array, at: SumsLayout, K: number, n: number, pairs: Record<string, number>): void {
  let agreeing = 0;
  for (const [key, count] of Object.entries(pairs)) {
    const comma = key.indexOf(',');
    if (comma < 0) {
      agreeing += count;
      sums[at.agreeing + Number(key)]! += count / (n * (n - 1));
      sums[at.coincidences + Number(key)]! += count / (n - 1);
    } else if (at.width > at.crossCoincidences) {
      const cell = Number(key.slice(0, comma)) * K + Number(key.slice(comma + 1));
      sums[at.crossCoincidences + cell]! += count / (n - 1);
      sums[at.crossAgreement + cell]! += count / (n * (n - 1));
    }
  }
  sums[at.observed]! += agreeing / (n * (n - 1));
}
