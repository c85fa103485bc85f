import { type Columns, ColumnsBuilder } from '../../apps/scoring/src/label-columns.domain';

/** Labels in the order of occurrence as scoring reads them: item by item, by name. */
export function columnsOf(
  labels: readonly { item: string; worker: string; label: string; occasion?: number; seconds?: number }[],
  of: readonly string[],
): Columns {
  const items = new Map<string, Parameters<ColumnsBuilder['add']>[1][number][]>();
  labels.forEach(({ item, worker, label, occasion = 0, seconds }, order) => {
    const entries = items.get(item) ?? [];
    items.set(item, entries);
    entries.push({
      ...{ id: `${order}`, worker, role: 'human', occasion, revision: 0, order },
      ...(seconds !== undefined && { seconds }),
      labels: { label: of.indexOf(label) },
    });
  });
  const builder = new ColumnsBuilder('label', 'keep-first');
  for (const item of [...items.keys()].sort()) builder.add(item, items.get(item)!);
  return builder.finished();
}
