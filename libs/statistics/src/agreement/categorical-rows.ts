import {
  addItemOfFewLabels,
  denseBucket,
  type DenseBucket,
  FEW_LABELS,
  type LabelsByItem,
  tallyItem,
} from './categorical-columns';
import { type CategoricalSchema, type SumsLayout, sumsLayout } from './categorical-sums';
import { SumRowsBuilder, type SumRows } from './sum-rows';

/**
 * What each group of items adds to the sums of `categorical-sums.ts`, without `agreeing`, which none of the coefficients is read from: the rows of a bootstrap.
 * @param groups items of each row; items without labels add nothing.
 */
export function categoricalRows(
  columns: LabelsByItem,
  schema: CategoricalSchema,
  groups: Iterable<Iterable<number>>,
): SumRows {
  if (!schema.ordinal && schema.labels <= FEW_LABELS) return rowsOfFewLabels(columns, schema, groups);
  const at = sumsLayout(schema);
  const builder = new SumRowsBuilder(at.width);
  const tally = new Int32Array(schema.labels);
  const present = new Int32Array(schema.labels);
  for (const items of groups) {
    for (const t of items) {
      const from = columns.itemStart[t]!;
      const n = columns.itemStart[t + 1]! - from;
      if (n === 0) continue;
      const different = tallyItem(columns.label, from, n, tally, present);
      addItemSums(builder, at, schema, n, different, tally, present);
    }
    builder.endRow();
  }
  return builder.rows();
}

/** Items of as many labels are counted together: what a division an item costs would be most of it. */
function rowsOfFewLabels(
  { itemStart, label }: LabelsByItem,
  schema: CategoricalSchema,
  groups: Iterable<Iterable<number>>,
): SumRows {
  const at = sumsLayout(schema);
  const builder = new SumRowsBuilder(at.width);
  const tally = new Int32Array(schema.labels);
  for (const items of groups) {
    const buckets = new Map<number, DenseBucket>();
    for (const t of items) {
      const n = itemStart[t + 1]! - itemStart[t]!;
      if (n === 0) continue;
      let bucket = buckets.get(n);
      if (!bucket) buckets.set(n, (bucket = denseBucket(schema)));
      addItemOfFewLabels(bucket, label, itemStart[t]!, n, tally);
    }
    for (const [n, bucket] of buckets) addBucketSums(builder, at, n, bucket);
    builder.endRow();
  }
  return builder.rows();
}

function addBucketSums(
  builder: SumRowsBuilder,
  at: SumsLayout,
  n: number,
  { items, counts, pairs }: DenseBucket,
): void {
  builder.add(at.items, items);
  builder.add(at.labels, n * items);
  if (n > 1) builder.add(at.pairableItems, items);
  for (let k = 0; k < counts.length; k++) {
    if (counts[k] === 0) continue;
    builder.add(at.shares + k, counts[k]! / n);
    if (n < 2) continue;
    builder.add(at.pairableShares + k, counts[k]! / n);
    builder.add(at.counts + k, counts[k]!);
    builder.add(at.observed, pairs[k]! / (n * (n - 1)));
    builder.add(at.coincidences + k, pairs[k]! / (n - 1));
  }
}

function addItemSums(
  builder: SumRowsBuilder,
  at: SumsLayout,
  { labels: K, ordinal }: CategoricalSchema,
  n: number,
  different: number,
  tally: Int32Array,
  present: Int32Array,
): void {
  builder.add(at.items, 1);
  builder.add(at.labels, n);
  if (n > 1) builder.add(at.pairableItems, 1);
  const pairs = n * (n - 1);
  for (let a = 0; a < different; a++) {
    const k = present[a]!;
    const count = tally[k]!;
    builder.add(at.shares + k, count / n);
    if (n < 2) continue;
    builder.add(at.pairableShares + k, count / n);
    builder.add(at.counts + k, count);
    for (let b = 0; ordinal && b < a; b++) {
      const l = present[b]!;
      const cell = k < l ? k * K + l : l * K + k;
      builder.add(at.crossCoincidences + cell, (count * tally[l]!) / (n - 1));
      builder.add(at.crossAgreement + cell, (count * tally[l]!) / pairs);
    }
    if (count < 2) continue;
    builder.add(at.observed, (count * (count - 1)) / pairs);
    builder.add(at.coincidences + k, (count * (count - 1)) / (n - 1));
  }
  for (let a = 0; a < different; a++) tally[present[a]!] = 0;
}
