/**
 * What agreement on labels out of a set needs to know of many items: exact integers, which add over disjoint items (stripes, slices,
 * partitions, sites) and from which an item can be taken out again. JSON as it is.
 *
 * Terminology:
 *   n      labels of an item
 *   n_k    labels of an item that are k
 *   bucket items with the same n: dividing by n or n - 1 waits until reading, so that nothing is ever rounded
 */
export interface CategoricalStatistics {
  /** By n, from 1; a bucket without items is not there. */
  buckets: Record<string, Bucket>;
}

export interface Bucket {
  items: number;
  /** Sum over the items of n_k, by label index k; zeros are not there. */
  counts: Record<string, number>;
  /** Sum over the items of n_k (n_k - 1) by "k", and, where order matters, of n_k n_l by "k,l" with k < l; zeros are not there. */
  pairs: Record<string, number>;
}

/** The statistics of no items. */
export function emptyStatistics(): CategoricalStatistics {
  return { buckets: {} };
}

/**
 * Adds one item's labels (indices in the order of the schema, any order), in place. An item without labels changes nothing.
 * @param ordinal also keeps pairs of different labels, which only distances need: K^2 numbers where nominal needs K.
 */
export function addItem(statistics: CategoricalStatistics, labels: readonly number[], ordinal: boolean): void {
  change(statistics, labels, ordinal, 1);
}

/** Takes out an item that was added with the same labels, in place: what is left is what would be had it never been added. */
export function removeItem(statistics: CategoricalStatistics, labels: readonly number[], ordinal: boolean): void {
  change(statistics, labels, ordinal, -1);
}

/** Adds the statistics of other items, in place; with `sign` -1 takes them out. */
export function mergeStatistics(into: CategoricalStatistics, other: CategoricalStatistics, sign: 1 | -1 = 1): void {
  for (const [n, bucket] of Object.entries(other.buckets)) {
    const own = bucketOf(into, n);
    own.items += sign * bucket.items;
    for (const [k, count] of Object.entries(bucket.counts)) bump(own.counts, k, sign * count);
    for (const [k, count] of Object.entries(bucket.pairs)) bump(own.pairs, k, sign * count);
    dropEmpty(into, n);
  }
}

function change(statistics: CategoricalStatistics, labels: readonly number[], ordinal: boolean, sign: 1 | -1): void {
  if (labels.length === 0) return;
  const bucket = bucketOf(statistics, String(labels.length));
  bucket.items += sign;
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const present = [...counts].sort(([a], [b]) => a - b);
  present.forEach(([k, count], place) => {
    bump(bucket.counts, String(k), sign * count);
    bump(bucket.pairs, String(k), sign * count * (count - 1));
    if (ordinal)
      for (const [l, other] of present.slice(place + 1)) bump(bucket.pairs, `${k},${l}`, sign * count * other);
  });
  dropEmpty(statistics, String(labels.length));
}

function bucketOf(statistics: CategoricalStatistics, n: string): Bucket {
  return (statistics.buckets[n] ??= { items: 0, counts: {}, pairs: {} });
}

function bump(numbers: Record<string, number>, name: string, by: number): void {
  const sum = (numbers[name] ?? 0) + by;
  if (sum === 0) delete numbers[name];
  else numbers[name] = sum;
}

function dropEmpty(statistics: CategoricalStatistics, n: string): void {
  const bucket = statistics.buckets[n];
  if (bucket?.items === 0 && Object.keys(bucket.counts).length === 0) delete statistics.buckets[n];
}
