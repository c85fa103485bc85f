import { type Bucket, type CategoricalStatistics, emptyStatistics } from './categorical-statistics';
import { type CategoricalSchema } from './categorical-sums';

/** Labels in the order of their items: those of item t are label[itemStart[t]] up to but without label[itemStart[t + 1]]. */
export interface LabelsByItem {
  /** One longer than the number of items. */
  itemStart: Int32Array;
  /** Label index of each annotation. */
  label: Int32Array;
}

/**
 * The statistics of a whole file, in one pass over typed arrays without allocation per label: the same object as adding its items one by
 * one with `addItem`.
 */
export function statisticsOfColumns(
  { itemStart, label }: LabelsByItem,
  schema: CategoricalSchema,
): CategoricalStatistics {
  const dense = new Map<number, DenseBucket>();
  const bucketOf = (n: number) => {
    let bucket = dense.get(n);
    if (!bucket) dense.set(n, (bucket = denseBucket(schema)));
    return bucket;
  };
  const tally = new Int32Array(schema.labels);
  const present = new Int32Array(schema.labels);
  const fewLabels = !schema.ordinal && schema.labels <= FEW_LABELS;
  const patterns = new Patterns();
  for (let t = 0; t + 1 < itemStart.length; t++) {
    const from = itemStart[t]!;
    const n = itemStart[t + 1]! - from;
    if (n === 0) continue;
    if (fewLabels && n <= MOST_IN_PATTERN) {
      let pattern = 0;
      for (let i = from; i < from + n; i++) pattern = (pattern + (1 << (4 * label[i]!))) | 0;
      patterns.add(pattern);
      if (patterns.isFull) patterns.takeOut(bucketOf);
    } else if (fewLabels) addItemOfFewLabels(bucketOf(n), label, from, n, tally);
    else addToBucket(bucketOf(n), schema, tallyItem(label, from, n, tally, present), tally, present);
  }
  patterns.takeOut(bucketOf);
  const statistics = emptyStatistics();
  for (const [n, bucket] of dense) statistics.buckets[n] = sparse(bucket, schema.labels);
  return statistics;
}

/** How often an item has each of eight labels is 32 bits, up to so many labels. */
const MOST_IN_PATTERN = 15;

/**
 * How many items have the same counts: four bits a label, the first lowest. Few labels an item are few patterns (126 of five labels of five kinds), so that
 * nearly all of an item's time is to add up its pattern.
 */
class Patterns {
  private readonly pattern = new Int32Array(1 << 12);
  /** Open addressing: 0 where there is none. */
  private readonly items = new Int32Array(1 << 12);
  private different = 0;

  add(pattern: number): void {
    let slot = Math.imul(pattern, 0x9e3779b1) >>> 20;
    while (this.items[slot]! > 0 && this.pattern[slot] !== pattern) slot = (slot + 1) & 0xfff;
    if (this.items[slot] === 0) this.different += 1;
    this.pattern[slot] = pattern;
    this.items[slot]! += 1;
  }

  get isFull(): boolean {
    return this.different > 1 << 11;
  }

  /** Adds the items to the buckets of as many labels, and is empty again. */
  takeOut(bucketOf: (n: number) => DenseBucket): void {
    this.items.forEach((items, slot) => {
      if (items === 0) return;
      const counts = Array.from({ length: FEW_LABELS }, (_, k) => (this.pattern[slot]! >>> (4 * k)) & 15);
      const bucket = bucketOf(counts.reduce((sum, count) => sum + count, 0));
      bucket.items += items;
      for (let k = 0; k < bucket.counts.length; k++) {
        bucket.counts[k]! += items * counts[k]!;
        bucket.pairs[k]! += items * counts[k]! * (counts[k]! - 1);
      }
    });
    this.items.fill(0);
    this.different = 0;
  }
}

/** Counts the labels of one item into `tally`, which is all zero before; returns how many different ones stand in `present`. */
export function tallyItem(label: Int32Array, from: number, n: number, tally: Int32Array, present: Int32Array): number {
  let different = 0;
  for (let i = from; i < from + n; i++) {
    const k = label[i]!;
    if (tally[k]! === 0) present[different++] = k;
    tally[k]! += 1;
  }
  return different;
}

interface DenseBucket {
  items: number;
  counts: Float64Array;
  /** K sums of n_k (n_k - 1); K * K sums of n_k n_l where ordinal, cells with k < l used. */
  pairs: Float64Array;
  cross: Float64Array;
}

function denseBucket({ labels: K, ordinal }: CategoricalSchema): DenseBucket {
  return {
    items: 0,
    counts: new Float64Array(K),
    pairs: new Float64Array(K),
    cross: new Float64Array(ordinal ? K * K : 0),
  };
}

/** Up to so many labels it takes half the time to look at all of them, not to list those that an item has. */
export const FEW_LABELS = 8;

function addItemOfFewLabels(bucket: DenseBucket, label: Int32Array, from: number, n: number, tally: Int32Array): void {
  const { counts, pairs } = bucket;
  bucket.items += 1;
  for (let i = from; i < from + n; i++) tally[label[i]!]! += 1;
  for (let k = 0; k < tally.length; k++) {
    const count = tally[k]!;
    counts[k]! += count;
    pairs[k]! += count * (count - 1);
    tally[k] = 0;
  }
}

/** Adds a tallied item, and sets the tally back to zero. */
function addToBucket(
  bucket: DenseBucket,
  { labels: K, ordinal }: CategoricalSchema,
  different: number,
  tally: Int32Array,
  present: Int32Array,
): void {
  bucket.items += 1;
  for (let a = 0; a < different; a++) {
    const k = present[a]!;
    const count = tally[k]!;
    bucket.counts[k]! += count;
    bucket.pairs[k]! += count * (count - 1);
    for (let b = 0; ordinal && b < a; b++) {
      const l = present[b]!;
      bucket.cross[k < l ? k * K + l : l * K + k]! += count * tally[l]!;
    }
  }
  for (let a = 0; a < different; a++) tally[present[a]!] = 0;
}

function sparse(bucket: DenseBucket, K: number): Bucket {
  const counts: Record<string, number> = {};
  const pairs: Record<string, number> = {};
  for (let k = 0; k < K; k++) {
    if (bucket.counts[k]! > 0) counts[k] = bucket.counts[k]!;
    if (bucket.pairs[k]! > 0) pairs[k] = bucket.pairs[k]!;
  }
  for (let cell = 0; cell < bucket.cross.length; cell++) {
    if (bucket.cross[cell]! > 0) pairs[`${Math.floor(cell / K)},${cell % K}`] = bucket.cross[cell]!;
  }
  return { items: bucket.items, counts, pairs };
}
