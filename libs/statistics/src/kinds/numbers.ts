import { crh } from '../aggregation/crh';
import { gaussianEm } from '../aggregation/gaussian-em';
import { itemMeans, itemMedians, itemTrimmedMeans } from '../aggregation/item-averages';
import { type NumberTable, numberTable } from '../aggregation/number-table';
import { unreadable, type WrittenDecision, type WrittenMethod, type WrittenRow } from './written';

/** Methods for numbers: `gaussian` knows each worker's bias and noise, `crh` their noise, the others nobody. */
export const NUMBER_METHODS = {
  gaussian: (rows) => {
    const table = readNumbers(rows);
    const { values, deviations } = gaussianEm(table);
    return decided(table, values).map((one, t) => ({ ...one, deviation: deviations[t]! }));
  },
  crh: (rows) => through(rows, (table) => crh(table).values),
  mean: (rows) => through(rows, itemMeans),
  median: (rows) => through(rows, itemMedians),
  'trimmed-mean': (rows) => through(rows, (table) => itemTrimmedMeans(table)),
} satisfies Record<string, WrittenMethod>;

function through(rows: readonly WrittenRow[], values: (table: NumberTable) => Float64Array): WrittenDecision[] {
  const table = readNumbers(rows);
  return decided(table, values(table));
}

/** @throws RangeError where sums or squares of the numbers are more than a double holds. */
function decided(table: NumberTable, values: Float64Array): WrittenDecision[] {
  const beyond = values.findIndex((value) => !Number.isFinite(value));
  if (beyond >= 0) throw new RangeError(`item "${table.items[beyond]}": the numbers are too large to be added up`);
  return table.items.map((item, t) => ({ item, label: String(values[t]!), posterior: null, confidence: null }));
}

function readNumbers(rows: readonly WrittenRow[]): NumberTable {
  return numberTable(rows.map((row) => ({ item: row.item, worker: row.worker, value: readNumber(row) })));
}

/** @throws RangeError where the label is no decimal number. */
export function readNumber(row: WrittenRow): number {
  const value = row.label.trim() === '' ? NaN : Number(row.label);
  if (!Number.isFinite(value)) throw unreadable(row, 'a number');
  return value;
}

/** The same of a ratio scale. @throws RangeError below 0 too. */
export function readNotNegative(row: WrittenRow): number {
  const value = readNumber(row);
  if (value < 0) throw unreadable(row, 'a number from 0');
  return value;
}
