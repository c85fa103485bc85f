import { dividedBy, type DoubleDouble, minus, plus, productOf, times, ZERO } from '../numerics/double-double';

/**
 * What agreement on numbers needs to know of many items; adds over disjoint items, and an item can be taken out again. JSON as it is.
 * Sums are kept to some 31 digits, so after any adding and taking out the coefficients are those of the batch to 1e-12, unless what was taken out was
 * a thousand million times as large as the differences that remain.
 */
export interface NumericStatistics {
  /** By n, the number of labels of the item, from 1; a bucket without items is not there. */
  buckets: Record<string, NumericBucket>;
}

export interface NumericBucket {
  items: number;
  /** Sum of the labels, and of their squares. */
  sum: DoubleDouble;
  squares: DoubleDouble;
  /** Sum over the items of the squared differences of their labels from their mean. */
  within: DoubleDouble;
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
  let sum = ZERO;
  let squares = ZERO;
  for (const label of labels) {
    sum = plus(sum, [label, 0]);
    squares = plus(squares, productOf(label, label));
  }
  return { items: 1, sum, squares, within: minus(squares, dividedBy(times(sum, sum), labels.length)) };
}

function change(
  statistics: NumericStatistics,
  n: string,
  by: NumericBucket,
  add: (a: DoubleDouble, b: DoubleDouble) => DoubleDouble,
  sign: 1 | -1,
): void {
  const own = statistics.buckets[n] ?? { items: 0, sum: ZERO, squares: ZERO, within: ZERO };
  const items = own.items + sign * by.items;
  if (items === 0) {
    delete statistics.buckets[n];
    return;
  }
  const [sum, squares, within] = [add(own.sum, by.sum), add(own.squares, by.squares), add(own.within, by.within)];
  statistics.buckets[n] = { items, sum, squares, within };
}
