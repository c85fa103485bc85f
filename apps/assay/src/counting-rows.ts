import { starts } from '@assay/statistics/aggregation/label-table';
import { type Repeats, type WorkerRole } from '@assay/contracts/project/label-schema';
import { type LabelColumns, numberAt, valueAt } from './label-file';

/**
 * Which rows of a file count: of each worker, item and occasion the highest revision; of those what the policy keeps of repeats, as the pipeline does.
 * Rows are brought together by number, item by item: a key of text for each would cost more than reading the file.
 * @param rows rows of one question, in the order of the file; so are those returned: the same array where no worker has two on an item.
 */
export function countingRows(columns: LabelColumns, rows: Int32Array, repeats: Repeats): Int32Array {
  const { item, worker } = columns;
  /** The last item of each worker, and the row that came first on it. */
  const last = new Int32Array(worker.values.length).fill(-1);
  const first = new Int32Array(worker.values.length);
  const several = new Map<number, number[]>();
  const inOrder = byItem(item.index, item.values.length, rows);
  for (let i = 0; i < inOrder.length; i++) {
    const row = inOrder[i]!;
    const w = worker.index[row]!;
    if (last[w] !== item.index[row]) {
      last[w] = item.index[row]!;
      first[w] = row;
      continue;
    }
    const same = several.get(first[w]!);
    if (same) same.push(row);
    else several.set(first[w]!, [first[w]!, row]);
  }
  if (several.size === 0) return rows;
  const among = new Set([...several.values()].flat());
  const kept = new Set([...several.values()].flatMap((some) => countingOf(columns, some, repeats)));
  return rows.filter((row) => !among.has(row) || kept.has(row));
}

/**
 * Of rows that count those that agreement is taken of, as in the pipeline: of workers whose role counts, of each worker on an item the first occasion, so that
 * nobody agrees with themselves.
 * @param rows rows of one question, in the order of the file; so are those returned.
 */
export function rowsInAgreement(
  columns: LabelColumns,
  rows: Int32Array,
  countRoles: readonly WorkerRole[],
): Int32Array {
  const { item, worker, role, occasion } = columns;
  const inRole = role ? rows.filter((row) => countRoles.includes(valueAt(role, row) ?? 'human')) : rows;
  const occasionOf = (row: number) => numberAt(occasion, row) ?? 0;
  const isEarlier = (a: number, b: number) =>
    occasionOf(a) < occasionOf(b) || (occasionOf(a) === occasionOf(b) && isBefore(columns, a, b));
  const last = new Int32Array(worker.values.length).fill(-1);
  const first = new Int32Array(worker.values.length);
  const outdone = new Set<number>();
  for (const row of byItem(item.index, item.values.length, inRole)) {
    const w = worker.index[row]!;
    if (last[w] === item.index[row] && !isEarlier(row, first[w]!)) {
      outdone.add(row);
      continue;
    }
    if (last[w] === item.index[row]) outdone.add(first[w]!);
    last[w] = item.index[row]!;
    first[w] = row;
  }
  return outdone.size === 0 ? inRole : inRole.filter((row) => !outdone.has(row));
}

/** The rows item by item, in those in the order of the file. */
function byItem(item: Int32Array, items: number, rows: Int32Array): Int32Array {
  let isInOrder = true;
  for (let i = 1; i < rows.length; i++) isInOrder &&= item[rows[i - 1]!]! <= item[rows[i]!]!;
  if (isInOrder) return rows;
  const ofRow = rows.map((row) => item[row]!);
  const place = starts(ofRow, items);
  const sorted = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) sorted[place[ofRow[i]!]!++] = rows[i]!;
  return sorted;
}

/** Which of one worker's rows on one item count. */
function countingOf(columns: LabelColumns, rows: readonly number[], repeats: Repeats): number[] {
  const cells = new Map<number, number[]>();
  const revisionOf = (row: number) => numberAt(columns.revision, row) ?? 0;
  for (const row of rows) {
    const occasion = numberAt(columns.occasion, row) ?? 0;
    const known = cells.get(occasion);
    if (known === undefined || revisionOf(row) > revisionOf(known[0]!)) cells.set(occasion, [row]);
    else if (revisionOf(row) < revisionOf(known[0]!)) continue;
    else if (repeats === 'keep-all') known.push(row);
    else if (repeats === 'keep-first' ? isBefore(columns, row, known[0]!) : !isBefore(columns, row, known[0]!))
      known[0] = row;
  }
  return [...cells.values()].flat();
}

/** Whether a row occurred before another: by time, what has none being the earliest, then by line. */
export function isBefore({ occurredAt }: LabelColumns, a: number, b: number): boolean {
  const [x, y] = [a, b].map((row) => numberAt(occurredAt, row) ?? -Infinity) as [number, number];
  return x < y || (x === y && a < b);
}
