import { type ExactSum, minus, NOTHING, plus, plusDouble, valueOf } from '../numerics/exact-sum';
import { expectationOf, type Distance } from './alpha-of-distance';
import { type Coefficients, NO_OVERLAP, undefinedBecause } from './coefficient';

/**
 * What agreement by a distance needs to know of items with two or more labels: adds over disjoint items, and an item can be taken out again.
 * JSON as it is. It grows with the distinct labels: what chance would do cannot be known from less.
 */
export interface DistanceStatistics {
  /** By n, the number of labels of the item, from 2. */
  buckets: Record<string, { items: number; distances: ExactSum }>;
  /** How often each label was given, by its text; zeros are not there. */
  labels: Record<string, number>;
}

export function emptyDistanceStatistics(): DistanceStatistics {
  return { buckets: {}, labels: {} };
}

/** Adds one item's labels (their texts, any order), in place. An item with fewer than two labels changes nothing. */
export function addLabels(statistics: DistanceStatistics, labels: readonly string[], distance: Distance<string>): void {
  if (labels.length > 1) mergeDistanceStatistics(statistics, ofItem(labels, distance));
}

/** Takes out an item that was added with the same labels, in place. */
export function removeLabels(
  statistics: DistanceStatistics,
  labels: readonly string[],
  distance: Distance<string>,
): void {
  if (labels.length > 1) mergeDistanceStatistics(statistics, ofItem(labels, distance), -1);
}

/** Adds the statistics of other items to `into`, in place; with `sign` -1 takes them out. */
export function mergeDistanceStatistics(into: DistanceStatistics, other: DistanceStatistics, sign: 1 | -1 = 1): void {
  for (const [n, { items, distances }] of Object.entries(other.buckets)) {
    const own = into.buckets[n] ?? { items: 0, distances: NOTHING };
    const left = own.items + sign * items;
    if (left === 0) delete into.buckets[n];
    else into.buckets[n] = { items: left, distances: (sign === 1 ? plus : minus)(own.distances, distances) };
  }
  for (const [label, count] of Object.entries(other.labels)) addCount(into.labels, label, sign * count);
}

/** A label may be called as something that every object has, such as `constructor` or `__proto__`. */
function addCount(labels: DistanceStatistics['labels'], label: string, by: number): void {
  const value = (Object.hasOwn(labels, label) ? labels[label]! : 0) + by;
  if (value === 0) delete labels[label];
  else Object.defineProperty(labels, label, { value, enumerable: true, configurable: true, writable: true });
}

function ofItem(labels: readonly string[], distance: Distance<string>): DistanceStatistics {
  const sorted = [...labels].sort();
  let distances = NOTHING;
  sorted.forEach((label, i) => {
    for (const other of sorted.slice(0, i))
      if (other !== label) distances = plusDouble(distances, distance(other, label));
  });
  const counts: Record<string, number> = {};
  for (const label of sorted) addCount(counts, label, 1);
  return { buckets: { [labels.length]: { items: 1, distances } }, labels: counts };
}

/** `observed` and `krippendorffAlpha` as in `distanceAgreement`. Reading takes the distances of all distinct labels, up to `MOST_VALUES` exactly. */
export function readDistances(statistics: DistanceStatistics, distance: Distance<string>): Coefficients {
  let [items, labels, agreement, disagreement] = [0, 0, 0, 0];
  for (const [size, bucket] of Object.entries(statistics.buckets)) {
    const n = Number(size);
    const distances = valueOf(bucket.distances);
    items += bucket.items;
    labels += bucket.items * n;
    agreement += bucket.items - (2 * distances) / (n * (n - 1));
    disagreement += (2 * distances) / (n - 1);
  }
  if (items === 0) return { observed: undefinedBecause(NO_OVERLAP), krippendorffAlpha: undefinedBecause(NO_OVERLAP) };
  const values = Object.keys(statistics.labels).sort();
  const counts = Float64Array.from(values, (value) => statistics.labels[value]!);
  const expected = expectationOf(counts, values, distance).reduce((sum, each, v) => sum + each * counts[v]!, 0);
  return {
    observed: { value: agreement / items },
    krippendorffAlpha:
      expected === 0
        ? undefinedBecause('all labels are at distance 0')
        : { value: 1 - ((labels - 1) * disagreement) / expected },
  };
}
