import { isUtcTimestamp } from '@assay/contracts/fields';
import { type WorkerRole } from '@assay/contracts/project/label-schema';
import { CliError, EXIT } from './cli-error';
import { eachRecord, excerpt, openRecords, type RecordFile } from './records';
import { type RowErrors } from './row-errors';

/** One row of a file of labels (interfaces, section 3). */
export interface LabelRow {
  /** Line on which the row begins. */
  line: number;
  item: string;
  worker: string;
  /** As it was read: text from CSV, any JSON value from JSON Lines. */
  label: unknown;
  question?: string;
  /** UTC, to the millisecond. */
  occurredAt?: string;
  seconds?: number;
  role?: WorkerRole;
  occasion?: number;
  revision?: number;
  left?: string;
  right?: string;
  slice?: string;
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
 * @throws CliError 3 where there is none, 6 where a column is missing.
 */
export async function openLabels(path: string): Promise<LabelFile> {
  const records = await openRecords(path);
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

/** Reads every label once, in order. Bad rows go to `errors`; whether the label is one of its question's is the project's to say. */
export async function eachLabel(
  file: LabelFile,
  errors: RowErrors,
  onRow: (row: LabelRow) => void | Promise<void>,
): Promise<void> {
  await eachRecord(file.records, COLUMNS, errors, (values, line) => {
    const row = readRow(values, line);
    if (typeof row === 'string') errors.add(line, row);
    else return onRow(row);
  });
}

/** A row out of its values in the order of COLUMNS, or what is wrong with it. */
function readRow(values: readonly unknown[], line: number): LabelRow | string {
  const [
    task,
    itemCell,
    workerCell,
    label,
    question,
    timestamp,
    seconds,
    role,
    occasion,
    revision,
    left,
    right,
    slice,
  ] = values;
  const item = words(task ?? itemCell);
  const worker = words(workerCell);
  const problem = idProblem(task === undefined ? 'item' : 'task', item) ?? idProblem('worker', worker);
  if (problem) return problem;
  if (label === undefined || label === null) return 'label is missing';
  const row: LabelRow = { line, item, worker, label };

  if (isGiven(question)) row.question = words(question);
  if (isGiven(left)) row.left = words(left);
  if (isGiven(right)) row.right = words(right);
  if (isGiven(slice)) row.slice = words(slice);
  if (isGiven(occasion)) {
    if (!isCount(occasion)) return `occasion ${excerpt(words(occasion))}; expected a whole number from 0`;
    row.occasion = Number(occasion);
  }
  if (isGiven(revision)) {
    if (!isCount(revision)) return `revision ${excerpt(words(revision))}; expected a whole number from 0`;
    row.revision = Number(revision);
  }
  if (isGiven(seconds)) {
    row.seconds = Number(seconds);
    if (!(row.seconds >= 0 && row.seconds <= 31_536_000)) {
      return `seconds ${excerpt(words(seconds))}; expected a number from 0 to 31536000`;
    }
  }
  if (isGiven(timestamp)) {
    row.occurredAt = utcTimestamp(words(timestamp));
    if (!row.occurredAt)
      return `timestamp ${excerpt(words(timestamp))}; expected ISO 8601 such as 2026-02-28T09:30:00Z`;
  }
  if (isGiven(role)) {
    if (role !== 'human' && role !== 'model') return `role ${excerpt(words(role))}; expected human or model`;
    row.role = role;
  }
  return row;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(Number(value)) && Number(value) >= 0;
}

function idProblem(name: string, id: string): string | undefined {
  if (id === '' || id.length > 200) return `${name} ${excerpt(id)}; expected 1 to 200 characters`;
  return id.includes('\u0000') ? `${name} ${excerpt(id)} holds a NUL character; expected text` : undefined;
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
