import { type NumberTable } from './number-table';

/** Mean of each item's numbers. */
export function itemMeans(table: NumberTable): Float64Array {
  return eachItem(table, (values) => values.reduce((a, b) => a + b, 0) / values.length);
}

/** Median of each item's numbers: of an even count the mean of the two in the middle. */
export function itemMedians(table: NumberTable): Float64Array {
  return eachItem(table, (values) => medianOf(values));
}

/** Mean of each item's numbers without a share of them at either end (default a fifth, rounded down). */
export function itemTrimmedMeans(table: NumberTable, share = 0.2): Float64Array {
  return eachItem(table, (values) => {
    const cut = Math.floor(values.length * share);
    const kept = values.slice(cut, values.length - cut);
    return kept.reduce((a, b) => a + b, 0) / kept.length;
  });
}

/** Median of numbers that are sorted. */
export function medianOf(sorted: ArrayLike<number>): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function eachItem(table: NumberTable, summary: (sorted: Float64Array) => number): Float64Array {
  return Float64Array.from(table.items, (_, t) =>
    summary(table.value.slice(table.itemStart[t]!, table.itemStart[t + 1]!).sort()),
  );
}
