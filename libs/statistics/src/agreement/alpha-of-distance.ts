import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type LabelsByItem } from './categorical-columns';
import { type Coefficient, type EstimatedCoefficient, NO_OVERLAP, undefinedBecause } from './coefficient';
import { jackknife } from './jackknife';

/** Distance of two values: 0 for equal ones, symmetric. */
export type Distance<T> = (a: T, b: T) => number;

/** Most distinct values among which all distances are taken; beyond it, each is compared with that many drawn labels, seeded: an estimate. */
export const MOST_VALUES = 3000;
/** The same of numbers, whose distances cost next to nothing. */
export const MOST_NUMBERS = 20_000;

/**
 * Agreement by any distance, with delete-one-item jackknife intervals:
 *   observed           1 - mean over items of the mean distance of two labels; for distances from 0 to 1
 *   krippendorffAlpha  1 - D_o / D_e, of the distance as it is given: squared where the metric is (interval, ratio), not for MASI, Jaccard and
 *                      overlaps, as in NLTK
 * @param columns labels are indices of `values`.
 * @param mostValues as `MOST_VALUES`.
 */
export function distanceAgreement<T>(
  columns: LabelsByItem,
  values: readonly T[],
  distance: Distance<T>,
  mostValues = MOST_VALUES,
): { observed: EstimatedCoefficient; krippendorffAlpha: EstimatedCoefficient } {
  const pairable = pairableItems(columns, values, distance);
  const expectations = expectationOf(pairable.counts, values, distance, mostValues);
  const totals = { disagreement: 0, agreement: 0, labels: 0, expected: 0 };
  for (const item of pairable.items) {
    totals.disagreement += (2 * item.distances) / (item.n - 1);
    totals.agreement += 1 - (2 * item.distances) / (item.n * (item.n - 1));
    totals.labels += item.n;
  }
  pairable.counts.forEach((count, v) => (totals.expected += count * expectations[v]!));
  // Sums of distances cancel to a trace of rounding where all that is left is equal.
  const nothing = 1e-12 * totals.expected;
  const items = pairable.items.length;
  const left = pairable.items.map((item) => {
    // The item's labels meet the others no more; their own distances were counted from both sides, and are taken out twice, so once back.
    let gone = -2 * item.distances;
    for (let i = item.from; i < item.from + item.n; i++) gone += 2 * expectations[columns.label[i]!]!;
    const sums = {
      items: items - 1,
      disagreement: totals.disagreement - (2 * item.distances) / (item.n - 1),
      agreement: totals.agreement - 1 + (2 * item.distances) / (item.n * (item.n - 1)),
      labels: totals.labels - item.n,
      expected: totals.expected - gone,
    };
    return read(sums, nothing);
  });
  const { observed, krippendorffAlpha } = jackknife(read({ items, ...totals }, nothing), left, ['observed']);
  return { observed: observed!, krippendorffAlpha: krippendorffAlpha! };
}

interface DistanceSums {
  items: number;
  /** Sum over ordered pairs within items of distance / (n - 1). */
  disagreement: number;
  /** Sum over items of 1 - their mean distance. */
  agreement: number;
  labels: number;
  /** Sum of the distances of all ordered pairs of labels. */
  expected: number;
}

/** @param nothing up to which the sum of distances is none. */
function read(
  { items, disagreement, agreement, labels, expected }: DistanceSums,
  nothing: number,
): Record<string, Coefficient> {
  if (items === 0) return { observed: undefinedBecause(NO_OVERLAP), krippendorffAlpha: undefinedBecause(NO_OVERLAP) };
  const krippendorffAlpha: Coefficient =
    expected <= nothing
      ? undefinedBecause('all labels are at distance 0')
      : { value: 1 - ((labels - 1) * disagreement) / expected };
  return { observed: { value: agreement / items }, krippendorffAlpha };
}

interface PairableItems {
  items: { from: number; n: number; distances: number }[];
  /** Labels of these items by value. */
  counts: Float64Array;
}

/** The items with two or more labels, with the sum of the distances of their unordered pairs. */
function pairableItems<T>(
  { itemStart, label }: LabelsByItem,
  values: readonly T[],
  distance: Distance<T>,
): PairableItems {
  const counts = new Float64Array(values.length);
  const items: PairableItems['items'] = [];
  for (let t = 0; t + 1 < itemStart.length; t++) {
    const from = itemStart[t]!;
    const n = itemStart[t + 1]! - from;
    if (n < 2) continue;
    let distances = 0;
    for (let i = from; i < from + n; i++) {
      counts[label[i]!]! += 1;
      for (let j = from; j < i; j++) {
        if (label[i] !== label[j]) distances += distance(values[label[i]!]!, values[label[j]!]!);
      }
    }
    items.push({ from, n, distances });
  }
  return { items, counts };
}

/** For each value the sum of its distances to all labels, counts at 0 left out; estimated from drawn labels where values are many. */
export function expectationOf<T>(
  counts: Float64Array,
  values: readonly T[],
  distance: Distance<T>,
  mostValues = MOST_VALUES,
): Float64Array {
  const used: number[] = [];
  counts.forEach((count, v) => (count > 0 ? used.push(v) : 0));
  const sums = new Float64Array(values.length);
  const { others, weights } = used.length <= mostValues ? everyValue(used, counts) : drawnValues(used, counts);
  for (const v of used) {
    for (let i = 0; i < others.length; i++) {
      if (others[i] !== v) sums[v]! += weights[i]! * distance(values[v]!, values[others[i]!]!);
    }
  }
  return sums;
}

function everyValue(used: readonly number[], counts: Float64Array) {
  return { others: used, weights: used.map((v) => counts[v]!) };
}

function drawnValues(used: readonly number[], counts: Float64Array) {
  const ends = new Float64Array(used.length);
  let total = 0;
  used.forEach((v, i) => (ends[i] = total += counts[v]!));
  const generator = xoroshiro128plus(1);
  const others = Array.from({ length: MOST_VALUES }, () => {
    const at = uniformInt(generator, 0, total - 1);
    let [low, high] = [0, used.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return used[low]!;
  });
  return { others, weights: others.map(() => total / MOST_VALUES) };
}
