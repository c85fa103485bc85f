import { isUtcTimestamp } from '@assay/contracts/fields';
import { type WorkerRole } from '@assay/contracts/project/label-schema';
import { type CellReader, type Check, NumberReader, type ValueColumn, ValueReader, words } from './cell-readers';
import { CliError, EXIT } from './cli-error';
import { eachCsvRecord, eachJsonRecord, excerpt, openRecords, type RecordFile } from './records';
import { type RowErrors } from './row-errors';

/** The good rows of a file of labels (interfaces, section 3), in order, as columns; what no row has is not there. */
export interface LabelColumns {
  /** Rows. */
  length: number;
  /** Line on which each row begins. */
  line: Int32Array;
  item: ValueColumn;
  worker: ValueColumn;
  /** As it was read: text from CSV, any JSON value from JSON Lines. */
  label: ValueColumn<unknown>;
  question?: ValueColumn;
  left?: ValueColumn;
  right?: ValueColumn;
  slice?: ValueColumn;
  role?: ValueColumn<WorkerRole>;
  occasion?: Float64Array;
  revision?: Float64Array;
  seconds?: Float64Array;
  /** Milliseconds since 1970. */
  occurredAt?: Float64Array;
}

const COLUMNS = [
  ...(['task', 'item', 'worker', 'label', 'question', 'timestamp', 'seconds', 'role'] as const),
  ...(['occasion', 'revision', 'left', 'right', 'slice'] as const),
];

/** A file of labels whose header is as it should be. */
export interface LabelFile {
  records: RecordFile;
  /** Columns that mean nothing to Assay. */
  ignored: string[];
}

/**
 * Opens a file of labels.
 * @param bytes of a piece of a large one; see `openRecords`.
 * @throws CliError 3 where there is none, 6 where a column is missing.
 */
export async function openLabels(path: string, bytes?: number): Promise<LabelFile> {
  const records = await openRecords(path, bytes);
  requireColumns(records, [['task', 'item'], ['worker'], ['label']]);
  return { records, ignored: records.columns.filter((column) => !(COLUMNS as readonly string[]).includes(column)) };
}

/** @throws CliError 6 naming each column that is missing, and those that are there. */
export function requireColumns(records: RecordFile, wanted: readonly (readonly string[])[]): void {
  const missing = wanted.filter((names) => !names.some((name) => records.columns.includes(name)));
  if (missing.length === 0) return;
  const words = missing.map((names) => `column ${names.map((name) => `"${name}"`).join(' or ')} is missing`).join(', ');
  const expected = wanted.map((names) => names[0]).join(', ');
  throw new CliError(
    EXIT.badData,
    `${records.name}:1: ${words}; expected ${expected}, found ${records.columns.join(', ')}`,
  );
}

/**
 * Reads every label once, in order. Bad rows go to `errors`, each with the first thing that is wrong with it; whether the label is one of its question's is
 * the project's to say.
 */
export function readLabels({ records }: LabelFile, errors: RowErrors): LabelColumns {
  const most = mostRows(records);
  const readers = readersOf(most, (column) => records.format === 'jsonl' || records.columns.includes(column));
  const lines = new Int32Array(most);
  const length = records.format === 'csv' ? readCsv(records, readers, lines, errors) : readJson(records, readers, lines, errors); // prettier-ignore
  const nothing = { values: [], index: new Int32Array(0) };
  return {
    length,
    line: lines.subarray(0, length),
    item: readers.item?.column(length) ?? nothing,
    worker: readers.worker?.column(length) ?? nothing,
    label: readers.label?.column(length) ?? nothing,
    question: readers.question?.column(length),
    left: readers.left?.column(length),
    right: readers.right?.column(length),
    slice: readers.slice?.column(length),
    role: readers.role?.column(length),
    occasion: readers.occasion?.column(length),
    revision: readers.revision?.column(length),
    seconds: readers.seconds?.column(length),
    occurredAt: readers.timestamp?.column(length),
  };
}

/** One reader for each column that there is, in the order in which a row is checked. `task` is another word for `item`. */
function readersOf(most: number, isThere: (column: string) => boolean) {
  const text = (column: string, check?: Check) =>
    isThere(column) ? new ValueReader(most, check, { optional: true }) : undefined;
  const number = (column: string, parse: (value: unknown) => number, expected: string) =>
    isThere(column) ? new NumberReader(most, parse, expected) : undefined;
  return {
    item: isThere('item') || isThere('task') ? new ValueReader(most, idProblem) : undefined,
    worker: isThere('worker') ? new ValueReader(most, idProblem) : undefined,
    label: isThere('label') ? new ValueReader(most, missingProblem, { any: true }) : undefined,
    question: text('question'),
    left: text('left'),
    right: text('right'),
    slice: text('slice'),
    occasion: number('occasion', countOf, 'a whole number from 0'),
    revision: number('revision', countOf, 'a whole number from 0'),
    seconds: number('seconds', secondsOf, 'a number from 0 to 31536000'),
    timestamp: number('timestamp', momentOf, 'ISO 8601 such as 2026-02-28T09:30:00Z'),
    role: text('role', roleProblem),
  };
}

type Readers = ReturnType<typeof readersOf>;

/** More rows than a file of so many bytes can have: of CSV, in which item and worker are not empty, or of JSON with three fields. */
function mostRows({ size, columns, format }: RecordFile): number {
  const shortest = format === 'csv' ? columns.length + 2 : '{"item":1,"worker":1,"label":1}\n'.length;
  return Math.floor(size / shortest) + 1;
}

/** Returns how many rows are good. */
function readCsv(records: RecordFile, readers: Readers, lines: Int32Array, errors: RowErrors): number {
  const cells: { name: string; cell: number; reader: CellReader }[] = [];
  for (const [column, reader] of Object.entries(readers)) {
    const name = column === 'item' && records.columns.includes('task') ? 'task' : column;
    if (reader) cells.push({ name, cell: records.columns.indexOf(name), reader });
  }
  let n = 0;
  eachCsvRecord(records, errors, (row, line) => {
    for (let i = 0; i < cells.length; i++) {
      const problem = cells[i]!.reader.readCell(row, cells[i]!.cell, n);
      if (problem !== undefined) return errors.add(line, `${cells[i]!.name} ${problem}`);
    }
    lines[n++] = line;
  });
  return n;
}

function readJson(records: RecordFile, readers: Readers, lines: Int32Array, errors: RowErrors): number {
  const columns = Object.entries(readers) as [keyof Readers, CellReader][];
  let n = 0;
  eachJsonRecord(records, [...columns.map(([column]) => column), 'task'], errors, (values, line) => {
    const task = values[columns.length];
    for (const [i, [column, reader]] of columns.entries()) {
      const isTask = column === 'item' && task !== undefined;
      const problem = reader.readValue(isTask ? (task ?? values[i]) : values[i], n);
      if (problem !== undefined) return errors.add(line, `${isTask ? 'task' : column} ${problem}`);
    }
    lines[n++] = line;
  });
  return n;
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(Number(value)) && Number(value) >= 0 ? Number(value) : NaN;
}

function secondsOf(value: unknown): number {
  return Number(value) >= 0 && Number(value) <= 31_536_000 ? Number(value) : NaN;
}

function momentOf(value: unknown): number {
  return Date.parse(utcTimestamp(words(value)) ?? '');
}

function missingProblem(value: unknown): string | undefined {
  return value === undefined || value === null ? 'is missing' : undefined;
}

function idProblem(value: unknown): string | undefined {
  const id = value as string;
  if (id === '' || id.length > 200) return `${excerpt(id)}; expected 1 to 200 characters`;
  return id.includes('\u0000') ? `${excerpt(id)} holds a NUL character; expected text` : undefined;
}

function roleProblem(value: unknown): string | undefined {
  return value === 'human' || value === 'model' ? undefined : `${excerpt(value as string)}; expected human or model`;
}

/** The value of a row of a column. */
export function valueAt<Value>(column: ValueColumn<Value> | undefined, row: number): Value | undefined {
  const index = column?.index[row] ?? -1;
  return index < 0 ? undefined : column!.values[index];
}

/** The number of a row of a column. */
export function numberAt(column: Float64Array | undefined, row: number): number | undefined {
  const number = column?.[row] ?? NaN;
  return Number.isNaN(number) ? undefined : number;
}

const iso8601 = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d+))?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * ISO 8601 as `2026-02-28T09:30:00.000Z`, or undefined where it is none. A date is its midnight; without an offset it is UTC;
 * what is finer than a millisecond is cut off.
 */
export function utcTimestamp(text: string): string | undefined {
  const match = iso8601.exec(text.trim());
  if (!match) return undefined;
  const [, day = '', time = '00:00', fraction = '', offset = 'Z'] = match;
  const seconds = time.length === 5 ? `${time}:00` : time;
  const local = `${day}T${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}`;
  if (!isUtcTimestamp(`${local}Z`)) return undefined;
  const zone = offset === 'Z' ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(-2)}`;
  const moment = new Date(`${local}${zone}`);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}
