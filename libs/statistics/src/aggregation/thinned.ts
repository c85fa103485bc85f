import { type LabelTable, starts } from './label-table';

/** Every s-th item of a table with all its labels, s the smallest that leaves at most so many labels, roughly; the table itself if it is small. */
export function thinned(table: LabelTable, mostLabels: number): LabelTable {
  const step = Math.ceil(table.label.length / mostLabels);
  if (step <= 1) return table;
  const keep: number[] = [];
  for (let i = 0; i < table.item.length; i++) if (table.item[i]! % step === 0) keep.push(i);
  const item = Int32Array.from(keep, (i) => table.item[i]! / step);
  const items = table.items.filter((_, t) => t % step === 0);
  return {
    ...table,
    items,
    item,
    worker: Int32Array.from(keep, (i) => table.worker[i]!),
    label: Int32Array.from(keep, (i) => table.label[i]!),
    itemStart: starts(item, items.length),
  };
}
