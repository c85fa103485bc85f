import { type LabelTable } from './label-table';

/** Labels that are right for an item, by item: one or several (gold and adjudicated items). */
export type AcceptedLabels = ReadonlyMap<string, readonly string[]>;

/**
 * 1 where a label is possible and 0 where it is not, T * K; undefined where nothing is known. Items that are not in the table are ignored.
 * @throws RangeError on an accepted label that is not a label of the table, or an empty list.
 */
export function acceptedMask(table: LabelTable, accepted: AcceptedLabels): Uint8Array | undefined {
  if (accepted.size === 0) return undefined;
  const K = table.labels.length;
  const mask = new Uint8Array(table.items.length * K).fill(1);
  table.items.forEach((item, t) => {
    const right = accepted.get(item);
    if (right === undefined) return;
    if (right.length === 0) throw new RangeError(`accepted labels of item "${item}" are none: expected at least one`);
    mask.fill(0, t * K, (t + 1) * K);
    for (const label of right) {
      const k = table.labels.indexOf(label);
      if (k < 0)
        throw new RangeError(`accepted label "${label}" of item "${item}": expected one of ${table.labels.join(', ')}`);
      mask[t * K + k] = 1;
    }
  });
  return mask;
}
