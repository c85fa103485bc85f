/** Labels of one question: columns of equal length; item and worker are any numbers, label an index. */
export interface LabelColumns {
  item: ArrayLike<number>;
  worker: ArrayLike<number>;
  label: ArrayLike<number>;
}

/** Cohen's kappa over the pairs of workers who share at least `minCommon` items. */
export interface PairwiseCohen {
  pairs: number;
  /** Pairs that share enough items, but whose kappa is undefined: both used one label alone. */
  undefinedPairs: number;
  mean: number | null;
  /** Weighted by the number of common items. */
  weightedMean: number | null;
}

/** Pairs with fewer common items say nothing: the standard error of a kappa of ten items is about .3. */
export const MIN_COMMON_ITEMS = 10;

/**
 * Mean of Cohen's kappa (J. Cohen, Educational and Psychological Measurement 20, 1960) over pairs of workers, in O(sum n^2) over the
 * items. Each worker may have one label an item.
 */
export function pairwiseCohen(columns: LabelColumns, labels: number, minCommon = MIN_COMMON_ITEMS): PairwiseCohen {
  const tables = new Map<string, Map<number, number>>();
  for (const rows of rowsByItem(columns)) {
    rows.sort((a, b) => columns.worker[a]! - columns.worker[b]!);
    for (let i = 0; i < rows.length; i++) {
      for (let j = i + 1; j < rows.length; j++) {
        const pair = `${columns.worker[rows[i]!]} ${columns.worker[rows[j]!]}`;
        const cell = columns.label[rows[i]!]! * labels + columns.label[rows[j]!]!;
        let table = tables.get(pair);
        if (!table) tables.set(pair, (table = new Map()));
        table.set(cell, (table.get(cell) ?? 0) + 1);
      }
    }
  }
  const kappas: { kappa: number; common: number }[] = [];
  let undefinedPairs = 0;
  for (const table of tables.values()) {
    const common = [...table.values()].reduce((sum, count) => sum + count, 0);
    if (common < minCommon) continue;
    const kappa = cohenKappa(table, labels, common);
    if (Number.isFinite(kappa)) kappas.push({ kappa, common });
    else undefinedPairs++;
  }
  const weight = kappas.reduce((sum, one) => sum + one.common, 0);
  return {
    pairs: kappas.length,
    undefinedPairs,
    mean: kappas.length === 0 ? null : kappas.reduce((sum, one) => sum + one.kappa, 0) / kappas.length,
    weightedMean: weight === 0 ? null : kappas.reduce((sum, one) => sum + one.kappa * one.common, 0) / weight,
  };
}

function cohenKappa(table: ReadonlyMap<number, number>, labels: number, total: number): number {
  const first = new Map<number, number>();
  const second = new Map<number, number>();
  let agreeing = 0;
  for (const [cell, count] of table) {
    const [k, l] = [Math.floor(cell / labels), cell % labels];
    first.set(k, (first.get(k) ?? 0) + count);
    second.set(l, (second.get(l) ?? 0) + count);
    if (k === l) agreeing += count;
  }
  let chance = 0;
  for (const [k, count] of first) chance += (count / total) * ((second.get(k) ?? 0) / total);
  return chance === 1 ? NaN : (agreeing / total - chance) / (1 - chance);
}

function rowsByItem({ item }: LabelColumns): number[][] {
  const rows = new Map<number, number[]>();
  for (let i = 0; i < item.length; i++) {
    const known = rows.get(item[i]!);
    if (known) known.push(i);
    else rows.set(item[i]!, [i]);
  }
  return [...rows.values()];
}
