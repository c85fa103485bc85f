import { itemsOfRows, type RowOfItem } from './bootstrap';
import { FEW_LABELS, type LabelsByItem, tallyItem } from './categorical-columns';
import { type CategoricalSchema, type SumsLayout, sumsLayout } from './categorical-sums';
import { rowsOfCells, SumRowsBuilder, type SumRows } from './sum-rows';

/**
 * What the items of each row add to the sums of `categorical-sums.ts`, without `agreeing`, which none of the coefficients is read from: the rows of a bootstrap.
 * Items without labels add nothing.
 */
export function categoricalRows(columns: LabelsByItem, schema: CategoricalSchema, rowOfItem: RowOfItem): SumRows {
  if (!schema.ordinal && schema.labels <= FEW_LABELS) return rowsOfFewLabels(columns, schema, rowOfItem);
  const at = sumsLayout(schema);
  const builder = new SumRowsBuilder(at.width);
  const tally = new Int32Array(schema.labels);
  const present = new Int32Array(schema.labels);
  for (const items of itemsOfRows(rowOfItem)) {
    for (let i = 0; i < items.length; i++) {
      const from = columns.itemStart[items[i]!]!;
      const n = columns.itemStart[items[i]! + 1]! - from;
      if (n === 0) continue;
      const different = tallyItem(columns.label, from, n, tally, present);
      addItemSums(builder, at, schema, n, different, tally, present);
    }
    builder.endRow();
  }
  return builder.rows();
}

/** The sums of all rows fit into the cache, and so the items are taken in the order of the file: reading them row by row is most of the time. */
function rowsOfFewLabels(
  { itemStart, label }: LabelsByItem,
  schema: CategoricalSchema,
  { rows, rowOf }: RowOfItem,
): SumRows {
  const at = sumsLayout(schema);
  const sums = new Float64Array(rows * at.width);
  const tally = new Int32Array(schema.labels);
  for (let t = 0; t < rowOf.length; t++) {
    const from = itemStart[t]!;
    const n = itemStart[t + 1]! - from;
    if (n === 0) continue;
    for (let i = from; i < from + n; i++) tally[label[i]!]! += 1;
    const row = rowOf[t]! * at.width;
    sums[row + at.items]! += 1;
    sums[row + at.labels]! += n;
    for (let k = 0; k < tally.length; k++) sums[row + at.shares + k]! += tally[k]! / n;
    if (n > 1) addPairable(sums, row, at, n, tally);
    tally.fill(0);
  }
  return rowsOfCells(sums, at.width);
}

function addPairable(sums: Float64Array, row: number, at: SumsLayout, n: number, tally: Int32Array): void {
  sums[row + at.pairableItems]! += 1;
  let agreeing = 0;
  for (let k = 0; k < tally.length; k++) {
    const count = tally[k]!;
    sums[row + at.pairableShares + k]! += count / n;
    sums[row + at.counts + k]! += count;
    sums[row + at.coincidences + k]! += (count * (count - 1)) / (n - 1);
    agreeing += count * (count - 1);
  }
  sums[row + at.observed]! += agreeing / (n * (n - 1));
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
