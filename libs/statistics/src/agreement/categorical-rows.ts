import { type LabelsByItem, tallyItem } from './categorical-columns';
import { type CategoricalSchema, type SumsLayout, sumsLayout } from './categorical-sums';
import { SumRowsBuilder, type SumRows } from './sum-rows';

/**
 * What each group of items adds to the sums of `categorical-sums.ts`: the rows of a bootstrap.
 * @param groups items of each row; items without labels add nothing.
 */
export function categoricalRows(
  columns: LabelsByItem,
  schema: CategoricalSchema,
  groups: Iterable<Iterable<number>>,
): SumRows {
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
    builder.add(at.agreeing + k, (count * (count - 1)) / pairs);
    builder.add(at.coincidences + k, (count * (count - 1)) / (n - 1));
  }
  for (let a = 0; a < different; a++) tally[present[a]!] = 0;
}
