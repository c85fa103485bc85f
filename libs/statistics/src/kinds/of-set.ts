import { labelTable } from '../aggregation/label-table';
import { type Method } from '../aggregation/aggregation';
import { type WrittenDecision, type WrittenRow } from './written';

/** One label an item, out of those that occur. */
export function ofSet(rows: readonly WrittenRow[], method: Method): WrittenDecision[] {
  const table = labelTable(rows);
  const { labels, posterior, confidence } = method(table);
  return table.items.map((item, t) => ({
    item,
    label: table.labels[labels[t]!] ?? '',
    posterior: posterior[t]!,
    confidence: confidence[t]!,
  }));
}
