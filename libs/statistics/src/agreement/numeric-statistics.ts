import { type ExactSum, minus, NOTHING, plus, sumOf, sumOfSquares, times } from '../numerics/exact-sum';

/**
 * What agreement on numbers needs to know of many items; adds over disjoint items, and an item can be taken out again. JSON as it is. No sum is rounded (`ExactSum`), so
 * after any adding and taking out the coefficients are those of the batch, for numbers from 1e-140 to 1e140 in size, and 0.
 */
export interface NumericStatistics {
  /** By n, the number of labels of the item, from 1; a bucket without items is not there. */
  buckets: Record<string, NumericBucket>;
}

export interface NumericBucket {
  items: number;
  /** Sum of the labels, and of their squares. */
  sum: ExactSum;
  squares: ExactSum;
  /** Sum over the items of the square of the sum of their labels. */
  squaredSums: ExactSum;
}

/** One item's labels. */
export type Numbers = Iterable<number> & { readonly length: number };

export function emptyNumericStatistics(): NumericStatistics {
  return { buckets: {} };
}

/** Adds one item's labels (in any order), in place. An item without labels changes nothing. */
export function addNumbers(statistics: NumericStatistics, labels: Numbers): void {
  if (labels.length > 0) change(statistics, String(labels.length), bucketOf(labels), plus, 1);
}

/** Takes out an item that was added with the same labels, in place. */
export function removeNumbers(statistics: NumericStatistics, labels: Numbers): void {
  if (labels.length > 0) change(statistics, String(labels.length), bucketOf(labels), minus, -1);
}

/** Adds the statistics of other items to `into`, in place; with `sign` -1 takes them out. */
export function mergeNumericStatistics(into: NumericStatistics, other: NumericStatistics, sign: 1 | -1 = 1): void {
  for (const [n, bucket] of Object.entries(other.buckets)) change(into, n, bucket, sign === 1 ? plus : minus, sign);
}

function bucketOf(labels: Numbers): NumericBucket {
  const sum = sumOf(labels);
  return { items: 1, sum, squares: sumOfSquares(labels), squaredSums: times(sum, sum) };
}

function change(
  statistics: NumericStatistics,
  n: string,
  by: NumericBucket,
  add: (a: ExactSum, b: ExactSum) => ExactSum,
  sign: 1 | -1,
): void {
  const own = statistics.buckets[n] ?? { items: 0, sum: NOTHING, squares: NOTHING, squaredSums: NOTHING };
  const items = own.items + sign * by.items;
  if (items === 0) {
    delete statistics.buckets[n];
    return;
  }
  const [sum, squares] = [add(own.sum, by.sum), add(own.squares, by.squares)];
  statistics.buckets[n] = { items, sum, squares, squaredSums: add(own.squaredSums, by.squaredSums) };
}
