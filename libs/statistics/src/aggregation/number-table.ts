/** Numbers that workers gave to items, as columns sorted by item and worker; names in the order of their code units. */
export interface NumberTable {
  items: readonly string[];
  workers: readonly string[];
  item: Int32Array;
  worker: Int32Array;
  value: Float64Array;
  /** Numbers of item t are those from itemStart[t] up to but without itemStart[t + 1]. */
  itemStart: Int32Array;
}

export interface NumberRow {
  item: string;
  worker: string;
  value: number;
}

/** @throws RangeError on a value that is not finite. */
export function numberTable(rows: readonly NumberRow[]): NumberTable {
  for (const { item, worker, value } of rows) {
    if (!Number.isFinite(value))
      throw new RangeError(`value ${value} of item "${item}" by worker "${worker}": expected a number`);
  }
  const items = [...new Set(rows.map(({ item }) => item))].sort();
  const workers = [...new Set(rows.map(({ worker }) => worker))].sort();
  const itemIndex = new Map(items.map((item, t) => [item, t]));
  const workerIndex = new Map(workers.map((worker, w) => [worker, w]));
  const sorted = rows
    .map(({ item, worker, value }) => ({ t: itemIndex.get(item)!, w: workerIndex.get(worker)!, value }))
    .sort((a, b) => a.t - b.t || a.w - b.w || a.value - b.value);
  const itemStart = new Int32Array(items.length + 1);
  for (const { t } of sorted) itemStart[t + 1]! += 1;
  for (let t = 0; t < items.length; t++) itemStart[t + 1]! += itemStart[t]!;
  return {
    items,
    workers,
    item: Int32Array.from(sorted, ({ t }) => t),
    worker: Int32Array.from(sorted, ({ w }) => w),
    value: Float64Array.from(sorted, ({ value }) => value),
    itemStart,
  };
}
