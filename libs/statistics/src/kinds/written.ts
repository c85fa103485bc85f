/** A label as it is written in a file: one row. */
export interface WrittenRow {
  item: string;
  worker: string;
  /** `a|b|c` for choices and rankings (best first), JSON for boxes and spans, a decimal number, else text; empty for an empty answer. */
  label: string;
  /** What was compared, of preferences. */
  left?: string;
  right?: string;
}

/** What a method makes of one item, written as labels are. */
export interface WrittenDecision {
  item: string;
  label: string;
  /** Null where a method gives no probability: the mean of numbers, a medoid and an order have none. */
  posterior: number | null;
  confidence: number | null;
  /** Standard deviation of a number or a score, of the methods that know it. */
  deviation?: number;
}

/** A method of a kind. @throws RangeError on a label that it cannot read, naming label, item and worker. */
export type WrittenMethod = (rows: readonly WrittenRow[]) => WrittenDecision[];

/** The rows of each item, items and workers in the order of their names. */
export function byItem(rows: readonly WrittenRow[]): Map<string, WrittenRow[]> {
  const groups = new Map<string, WrittenRow[]>();
  const sorted = [...rows].sort((a, b) => compare(a.item, b.item) || compare(a.worker, b.worker));
  for (const row of sorted) {
    const known = groups.get(row.item);
    if (known) known.push(row);
    else groups.set(row.item, [row]);
  }
  return groups;
}

/** Names a label that cannot be read. */
export function unreadable({ item, worker, label }: WrittenRow, expected: string): RangeError {
  return new RangeError(`label "${label}" of item "${item}" by worker "${worker}": expected ${expected}`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
