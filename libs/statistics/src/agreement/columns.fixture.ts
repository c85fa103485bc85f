import { type LabelsByItem } from './categorical-columns';
import { type LabelsOfWorkers } from './worker-pairs';

/** Columns of items given as their lists of label indices. */
export function columnsOf(items: readonly (readonly number[])[]): LabelsByItem {
  const itemStart = new Int32Array(items.length + 1);
  items.forEach((labels, t) => (itemStart[t + 1] = itemStart[t]! + labels.length));
  return { itemStart, label: Int32Array.from(items.flat()) };
}

/** The items of a table of ratings, a row a worker, null where there is none. */
export function itemsOf<T>(ratings: readonly (readonly (T | null)[])[]): T[][] {
  return ratings[0]!.map((_, t) => ratings.map((row) => row[t]).filter((value) => value != null));
}

/** The same as columns with workers; `labels` in order. */
export function tableOf<T>(ratings: readonly (readonly (T | null)[])[], labels: readonly T[]): LabelsOfWorkers {
  const present = ratings[0]!.map((_, t) =>
    ratings.map((row, w) => ({ w, value: row[t] })).filter(({ value }) => value != null),
  );
  const columns = columnsOf(present.map((labelled) => labelled.map(({ value }) => labels.indexOf(value as T))));
  return { ...columns, worker: Int32Array.from(present.flat(), ({ w }) => w), workers: ratings, labels };
}

/** Items of two workers whose labels are counted in a table [first][second]. */
export function itemsOfTable(table: readonly (readonly number[])[]): number[][] {
  return table.flatMap((row, k) => row.flatMap((count, l) => Array.from({ length: count }, () => [k, l])));
}

/** Items given as how many of their labels are each. */
export function itemsOfCounts(counts: readonly (readonly number[])[]): number[][] {
  return counts.map((row) => row.flatMap((count, k) => new Array<number>(count).fill(k)));
}
