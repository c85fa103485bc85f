import { minus, NOTHING, plus, plusProduct, times, timesDouble, valueOf } from '../numerics/exact-sum';
import { type Coefficient, type Coefficients, NO_OVERLAP, undefinedBecause } from './coefficient';
import { type NumericBucket, type NumericStatistics } from './numeric-statistics';

/** What the coefficients of numbers are read from, over items with two or more labels. All but the last two add over items. */
export interface NumericSums {
  items: number;
  labels: number;
  /** Sum over the items of n squared. */
  squaredSizes: number;
  /** Sum of squared differences of the labels from the mean of their item. */
  within: number;
  /** The same, each item's share times n / (n - 1): what Krippendorff's alpha observes. */
  pairable: number;
  /** Sum of squared differences of all labels from their mean. */
  total: number;
  /** Sum over all labels of the squared difference of the mean of their item from the mean of all: `total` less `within`. */
  between: number;
}

/** The sums of some statistics; buckets are taken by rising n, so the same statistics give the same bits. */
export function numericSumsOf(statistics: NumericStatistics): NumericSums {
  const sums = { items: 0, labels: 0, squaredSizes: 0, within: 0, pairable: 0 };
  let sum = NOTHING;
  let squares = NOTHING;
  const sizes = Object.keys(statistics.buckets)
    .map(Number)
    .filter((size) => size > 1)
    .sort((a, b) => a - b);
  for (const n of sizes) {
    const bucket = statistics.buckets[n]!;
    const within = valueOf(minus(timesDouble(bucket.squares, n), bucket.squaredSums)) / n;
    sums.items += bucket.items;
    sums.labels += bucket.items * n;
    sums.squaredSizes += bucket.items * n * n;
    sums.within += within;
    sums.pairable += (within * n) / (n - 1);
    sum = plus(sum, bucket.sum);
    squares = plus(squares, bucket.squares);
  }
  if (sums.labels === 0) return { ...sums, total: 0, between: 0 };
  const total = valueOf(minus(timesDouble(squares, sums.labels), times(sum, sum))) / sums.labels;
  const mean = valueOf(sum) / sums.labels;
  const aroundMean = sizes.reduce((all, n) => all + squaredSumsAround(mean, n, statistics.buckets[n]!) / n, 0);
  // The mean is rounded.
  const left = valueOf(plusProduct(sum, -mean, sums.labels));
  return { ...sums, total, between: Math.max(0, aroundMean - (left * left) / sums.labels) };
}

/** Sum over the items of a bucket of the square of the sum of their labels, each label less `mean`. */
function squaredSumsAround(mean: number, n: number, { items, sum, squaredSums }: NumericBucket): number {
  const squaredMean = plusProduct(NOTHING, mean, mean);
  const crossed = timesDouble(timesDouble(sum, mean), -2 * n);
  return valueOf(plus(plus(squaredSums, crossed), timesDouble(squaredMean, items * n * n)));
}

/**
 * The coefficients of numbers, over items with two or more labels:
 *   krippendorffAlpha  interval
 *   icc1, icc1k        one-way random effects: of one label, and of the mean of as many as an item has on average (Shrout and Fleiss
 *                      1979; items of unequal size by the ANOVA estimator, Donner 1986)
 */
export function numericCoefficients(sums: NumericSums): Coefficients {
  if (sums.items === 0) {
    const none = undefinedBecause(NO_OVERLAP);
    return { krippendorffAlpha: none, icc1: none, icc1k: none };
  }
  if (!Number.isFinite(sums.total) || !Number.isFinite(sums.pairable)) {
    const none = undefinedBecause('the numbers are too large');
    return { krippendorffAlpha: none, icc1: none, icc1k: none };
  }
  if (sums.total === 0) {
    const none = undefinedBecause('all numbers are equal');
    return { krippendorffAlpha: none, icc1: none, icc1k: none };
  }
  return { krippendorffAlpha: { value: intervalAlpha(sums) }, ...intraclass(sums) };
}

function intervalAlpha({ labels, pairable, total }: NumericSums): number {
  return 1 - (pairable * (labels - 1)) / (labels * total);
}

function intraclass({ items, labels, squaredSizes, within, between }: NumericSums): {
  icc1: Coefficient;
  icc1k: Coefficient;
} {
  if (items < 2) {
    const none = undefinedBecause('a single item has two or more labels');
    return { icc1: none, icc1k: none };
  }
  const betweenMean = between / (items - 1);
  const withinMean = within / (labels - items);
  const size = (labels - squaredSizes / labels) / (items - 1);
  // All items have one mean: between is rounding, and nothing is left to be reliable about.
  if (betweenMean <= 1e-12 * withinMean) {
    return { icc1: { value: -1 / (size - 1) }, icc1k: undefinedBecause('all items have the same mean') };
  }
  return {
    icc1: { value: (betweenMean - withinMean) / (betweenMean + (size - 1) * withinMean) },
    icc1k: { value: (betweenMean - withinMean) / betweenMean },
  };
}

/** Spearman-Brown: the reliability of the mean (or vote) of m labels where that of one is `single`; -Infinity at its pole. */
export function reliabilityOf(single: number, m: number): number {
  return (m * single) / (1 + (m - 1) * single);
}
