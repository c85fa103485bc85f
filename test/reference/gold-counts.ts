import { type LabelSet } from '../support/label-sets';

/** Labels on gold of one worker. */
export interface GoldCount {
  right: number;
  all: number;
  /** null without labels on gold. */
  accuracy: number | null;
}

/** Labels on gold of every worker of a set. */
export function goldCounts({ table, gold }: Pick<LabelSet, 'table' | 'gold'>): Map<string, GoldCount> {
  const counts = table.workers.map((): GoldCount => ({ right: 0, all: 0, accuracy: null }));
  table.label.forEach((label, i) => {
    const known = gold.get(table.items[table.item[i]!]!);
    if (known === undefined) return;
    const count = counts[table.worker[i]!]!;
    count.all += 1;
    count.right += Number(table.labels[label] === known);
    count.accuracy = count.right / count.all;
  });
  return new Map(table.workers.map((worker, w) => [worker, counts[w]!]));
}
