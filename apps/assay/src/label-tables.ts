import { type LabelTable, labelTable, tableOfColumns } from '@assay/statistics/aggregation/label-table';
import { type KindName, type Policy, type Question } from '@assay/contracts/project/label-schema';
import { DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import { type CheckedLabels, checkLabels, Slices } from './checked-labels';
import { type Context } from './context';
import { CliError, EXIT } from './cli-error';
import { countingRows, rowsInAgreement } from './counting-rows';
import { type LabelColumns, numberAt, openLabels, readLabels, valueAt } from './label-file';
import { type Output } from './output';
import { complete, readProjectFile } from './project-file';
import { DEFAULT_QUESTION, noLabels, projectOfLabels, sortedLabels } from './project-of-labels';
import { RowErrors } from './row-errors';

/** The labels of one question of a file, as a table; of repeats counts what the project's policy says. */
export interface QuestionTable {
  question: Question;
  table: LabelTable;
  policy: Policy;
  /** The file, and which of its rows each row of the table is. */
  columns: LabelColumns;
  rows: Int32Array;
  /** Tables of the items of each slice, where the file has slices. */
  slices: Map<string, LabelTable>;
}

export interface TableOptions {
  project?: string;
  kind?: KindName;
  skipBad?: boolean;
}

/** What a table is for: agreement takes fewer of the rows that count (`rowsInAgreement`). */
export type Purpose = 'aggregation' | 'agreement';

/**
 * Reads a file of labels into a table for each question.
 * @throws CliError 6 where a row is bad and bad rows are not to be skipped.
 */
export async function readTables(
  { output }: Context,
  path: string,
  options: TableOptions,
  purpose: Purpose = 'aggregation',
): Promise<QuestionTable[]> {
  const { name, columns, errors } = await readFile(path, output);
  // Bad rows are the answer where they are all that there is.
  if (columns.length === 0 && !options.skipBad) errors.refuse();
  const project = options.project
    ? await readProjectFile(options.project)
    : complete(projectOfLabels(name, columns, options.kind ?? 'choice', 'measure'), name);
  const checked = checkLabels(columns, project, errors);
  refuse(errors, output, options);
  return project.questions.map((question, q) => {
    const rows = rowsFor(purpose, columns, rowsOf(checked, q), project.policy);
    return {
      question,
      policy: project.policy,
      columns,
      ...tableOfRows(columns, checked, question, rows),
      slices: new Map(
        [...rowsBySlice(columns, checked, rows)].map(([slice, some]) => [
          slice,
          tableOfRows(columns, checked, question, some).table,
        ]),
      ),
    };
  });
}

/** The columns of a file; its text is not kept. Names those that mean nothing to Assay. */
async function readFile(
  path: string,
  output: Output,
): Promise<{ name: string; columns: LabelColumns; errors: RowErrors }> {
  const file = await openLabels(path);
  if (file.ignored.length > 0) output.say(`${file.records.name}: ignored columns ${file.ignored.join(', ')}`);
  const { name } = file.records;
  const errors = new RowErrors(name);
  return { name, columns: readLabels(file, errors), errors };
}

function refuse(errors: RowErrors, output: Output, options: { skipBad?: boolean }): void {
  if (!options.skipBad) errors.refuse();
  else if (errors.count > 0) output.warn(`${errors.words()}\n${errors.count} bad rows left out`);
}

function rowsFor(purpose: Purpose, columns: LabelColumns, rows: Int32Array, policy: Policy): Int32Array {
  const counting = countingRows(columns, rows, policy.repeats);
  // The same rows come back where nobody labelled an item twice.
  if (purpose === 'aggregation' || (counting === rows && !columns.role)) return counting;
  return rowsInAgreement(columns, counting, policy.countRoles);
}

function rowsOf({ question }: CheckedLabels, q: number): Int32Array {
  const rows = new Int32Array(question.length);
  let count = 0;
  for (let i = 0; i < question.length; i++) if (question[i] === q) rows[count++] = i;
  return rows.subarray(0, count);
}

function tableOfRows(
  { item, worker }: LabelColumns,
  checked: Pick<CheckedLabels, 'label'>,
  question: Question,
  rows: Int32Array,
): { table: LabelTable; rows: Int32Array } {
  const { table, row } = tableOfColumns(
    { names: item.values, index: picked(item.index, rows) },
    { names: worker.values, index: picked(worker.index, rows) },
    { names: question.labels, index: picked(checked.label, rows) },
  );
  return { table, rows: rows.length === item.index.length ? row : row.map((i) => rows[i]!) };
}

/** The values of rows, rising, of a column; of all rows the column itself, for a million rows are 4 MiB. */
function picked<Column extends Int32Array | Int16Array>(column: Column, rows: Int32Array): Column | Int32Array {
  if (rows.length === column.length) return column;
  const values = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = column[rows[i]!]!;
  return values;
}

function rowsBySlice({ item }: LabelColumns, { slices }: CheckedLabels, rows: Int32Array): Map<string, Int32Array> {
  const bySlice = new Map<string, number[]>();
  if (slices.size === 0) return new Map();
  for (const row of rows) {
    const slice = slices.get(item.values[item.index[row]!]!);
    if (slice === undefined) continue;
    const some = bySlice.get(slice);
    if (some) some.push(row);
    else bySlice.set(slice, [row]);
  }
  return new Map([...bySlice].map(([slice, some]) => [slice, Int32Array.from(some)]));
}

/** The same table of some of its rows, for items and workers that have some. */
export function tableOfSome({ question, table, columns, rows }: QuestionTable, some: Int32Array) {
  const label = new Int16Array(columns.length);
  rows.forEach((row, i) => (label[row] = table.label[i]!));
  return tableOfRows(columns, { label }, question, some.map((i) => rows[i]!).sort());
}

/** A row that counts of a file of any kind, its label as it is written. */
export interface WrittenRow {
  item: string;
  worker: string;
  label: string;
  occasion: number;
  left?: string;
  right?: string;
  /** Of the item. */
  slice?: string;
}

/**
 * The rows that count of a file of any kind as they are written, by question.
 * @param read throws RangeError on a label that the kind does not have: a bad row.
 * @throws CliError 6 where a row is bad and bad rows are not to be skipped.
 */
export async function readWrittenRows(
  { output }: Context,
  path: string,
  options: { skipBad?: boolean },
  read: (row: WrittenRow) => unknown = () => undefined,
  purpose: Purpose = 'aggregation',
): Promise<Map<string, WrittenRow[]>> {
  const { name, columns, errors } = await readFile(path, output);
  const rows = new Map<string, number[]>();
  const slices = new Slices(columns);
  for (let i = 0; i < columns.length; i++) {
    const problem = problemOf(() => read(writtenRow(columns, i))) ?? (slices.take(i) ? undefined : slices.problem(i));
    if (problem !== undefined) {
      errors.add(columns.line[i]!, problem);
      continue;
    }
    const question = valueAt(columns.question, i) ?? DEFAULT_QUESTION;
    const known = rows.get(question);
    if (known) known.push(i);
    else rows.set(question, [i]);
  }
  refuse(errors, output, options);
  if (rows.size === 0) throw new CliError(EXIT.badData, noLabels(name));
  const counting = (some: number[]) => rowsFor(purpose, columns, Int32Array.from(some), DEFAULT_POLICY);
  const sliceOf = slices.byItem();
  const withSlice = (row: WrittenRow) => ({ ...row, slice: sliceOf.get(row.item) });
  return new Map(
    [...rows].map(([question, some]) => [
      question,
      Array.from(counting(some), (row) => withSlice(writtenRow(columns, row))),
    ]),
  );
}

function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function writtenRow(columns: LabelColumns, row: number): WrittenRow {
  const label = valueAt(columns.label, row);
  return {
    item: valueAt(columns.item, row)!,
    worker: valueAt(columns.worker, row)!,
    label: writtenLabel(label),
    occasion: numberAt(columns.occasion, row) ?? 0,
    left: valueAt(columns.left, row),
    right: valueAt(columns.right, row),
  };
}

/** A label as it stands in CSV: of JSON Lines a list of texts is `a|b|c`. */
function writtenLabel(label: unknown): string {
  if (typeof label === 'string') return label;
  const isList = Array.isArray(label) && label.every((one) => typeof one === 'string');
  return isList ? label.join('|') : JSON.stringify(label);
}

/**
 * The labels of a file of any kind, a table for each question, in the order of numbers, then words: what agreement by a distance needs.
 * @param read gives what of a row is compared, and throws as that of `readWrittenRows`.
 * @param alike makes the rows that count mean the same on each item.
 * @throws CliError 6 where a row is bad and bad rows are not to be skipped.
 */
export async function readWrittenTables(
  context: Context,
  path: string,
  options: { skipBad?: boolean },
  read: (row: WrittenRow) => string,
  alike: (rows: readonly WrittenRow[]) => readonly WrittenRow[],
): Promise<{ question: string; table: LabelTable; slices: Map<string, LabelTable> }[]> {
  return [...(await readWrittenRows(context, path, options, read, 'agreement'))].map(([question, written]) => {
    const counting = alike(written).map((row) => ({ ...row, label: read(row) }));
    const labels = sortedLabels([...new Set(counting.map(({ label }) => label))]);
    const slices = new Set(counting.flatMap(({ slice }) => (slice === undefined ? [] : [slice])));
    const ofSlice = (slice: string) =>
      labelTable(
        counting.filter((row) => row.slice === slice),
        labels,
      );
    return {
      question,
      table: labelTable(counting, labels),
      slices: new Map([...slices].map((slice) => [slice, ofSlice(slice)])),
    };
  });
}
