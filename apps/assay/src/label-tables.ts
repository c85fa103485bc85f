import {
  type LabelRow as TableRow,
  type LabelTable,
  labelTable,
  starts,
} from '@assay/statistics/aggregation/label-table';
import { KIND_OF } from '@assay/contracts/kinds/kinds';
import { type KindName, type Policy, type Question, type Repeats } from '@assay/contracts/project/label-schema';
import { DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import { type Context } from './context';
import { CliError, EXIT } from './cli-error';
import { eachLabel, openLabels } from './label-file';
import { complete, readProjectFile } from './project-file';
import { DEFAULT_QUESTION, noLabels, projectOfLabels } from './project-of-labels';
import { RowErrors } from './row-errors';
import { checkLabelFile } from './send-labels';

/** The labels of one question of a file, as a table; of repeats counts what the project's policy says. */
export interface QuestionTable {
  question: Question;
  table: LabelTable;
  policy: Policy;
  /** The rows that count, as they stand in the file. */
  rows: readonly CountingRow[];
  /** Tables of the items of each slice, where the file has slices. */
  slices: Map<string, LabelTable>;
}

export interface TableOptions {
  project?: string;
  kind?: KindName;
  skipBad?: boolean;
}

/**
 * Reads a file of labels into a table for each question.
 * @throws CliError 6 where a row is bad and bad rows are not to be skipped.
 */
export async function readTables({ output }: Context, path: string, options: TableOptions): Promise<QuestionTable[]> {
  const file = await openLabels(path);
  const project = options.project
    ? await readProjectFile(options.project)
    : complete(await projectOfLabels(file, options.kind ?? 'choice', 'measure'), file.records.name);
  const rows = new Map<string, CountingRow[]>(project.questions.map((question) => [question.name, []]));
  const items = new Names();
  const workers = new Names();
  const { errors, slices } = await checkLabelFile(file, project, (row) => {
    const question = project.questions.find((one) => one.name === row.question) ?? project.questions[0]!;
    const checked = KIND_OF[question.kind].check(row.label, question);
    if (checked.type !== 'label') return;
    const { occurredAt = '', occasion = 0, revision = 0, line, seconds } = row;
    const item = items.of(row.item);
    const worker = workers.of(row.worker);
    const { label } = checked;
    rows.get(question.name)?.push({ item, worker, label, occasion, revision, at: occurredAt, line, seconds });
  });
  if (!options.skipBad) errors.refuse();
  else if (errors.count > 0) output.warn(`${errors.words()}\n${errors.count} bad rows left out`);
  return project.questions.map((question) => {
    const counting = countingRows(rows.get(question.name) ?? [], project.policy.repeats);
    const bySlice = new Map<string, TableRow[]>();
    for (const row of counting) {
      const slice = slices.get(row.item);
      if (slice === undefined) continue;
      const some = bySlice.get(slice);
      if (some) some.push(row);
      else bySlice.set(slice, [row]);
    }
    return {
      question,
      policy: project.policy,
      rows: counting,
      table: labelTable(counting, question.labels),
      slices: new Map([...bySlice].map(([slice, some]) => [slice, labelTable(some, question.labels)])),
    };
  });
}

/** A row of a file that counts. */
export interface CountingRow extends TableRow {
  occasion: number;
  revision: number;
  /** ISO 8601, empty where the file does not say. */
  at: string;
  line: number;
  seconds?: number;
}

/** Each name once: a row's own copies of its names would be most of the memory of a large file. */
class Names {
  private readonly names = new Map<string, string>();
  private last = '';

  of(name: string): string {
    // Rows of an item mostly follow each other.
    if (name === this.last) return this.last;
    const known = this.names.get(name);
    if (known === undefined) this.names.set(name, name);
    return (this.last = known ?? name);
  }
}

/**
 * Of each worker, item and occasion the highest revision; of those what the policy keeps of repeats, as the pipeline does. In the order of the file.
 * Rows are brought together by number, item by item: a key of text for each would cost more than reading the file.
 */
function countingRows<Row extends CountingRow>(rows: readonly Row[], repeats: Repeats = DEFAULT_POLICY.repeats): Row[] {
  const [item, items] = numbered(rows, (row) => row.item);
  const [worker, workers] = numbered(rows, (row) => row.worker);
  const place = starts(item, items);
  const byItem = new Int32Array(rows.length);
  item.forEach((t, i) => (byItem[place[t]!++] = i));
  /** The last item of each worker, and the row that came first on it. */
  const last = new Int32Array(workers).fill(-1);
  const first = new Int32Array(workers);
  const several = new Map<number, Row[]>();
  for (const i of byItem) {
    const w = worker[i]!;
    if (last[w] !== item[i]) {
      last[w] = item[i]!;
      first[w] = i;
      continue;
    }
    const same = several.get(first[w]!);
    if (same) same.push(rows[i]!);
    else several.set(first[w]!, [rows[first[w]!]!, rows[i]!]);
  }
  if (several.size === 0) return [...rows];
  const among = new Set([...several.values()].flat());
  const kept = new Set([...several.values()].flatMap((some) => countingOf(some, repeats)));
  return rows.filter((row) => !among.has(row) || kept.has(row));
}

/** A number from 0 for each name, in the order in which they come; and how many there are. */
function numbered<Row>(rows: readonly Row[], nameOf: (row: Row) => string): [Int32Array, number] {
  const numbers = new Map<string, number>();
  const column = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const name = nameOf(rows[i]!);
    const known = numbers.get(name);
    column[i] = known ?? numbers.size;
    if (known === undefined) numbers.set(name, numbers.size);
  }
  return [column, numbers.size];
}

/** Which of one worker's rows on one item count. */
function countingOf<Row extends CountingRow>(rows: readonly Row[], repeats: Repeats): Row[] {
  const cells = new Map<number, Row[]>();
  for (const row of rows) {
    const known = cells.get(row.occasion);
    if (known === undefined || row.revision > known[0]!.revision) cells.set(row.occasion, [row]);
    else if (row.revision < known[0]!.revision) continue;
    else if (repeats === 'keep-all') known.push(row);
    else if (repeats === 'keep-first' ? isBefore(row, known[0]!) : !isBefore(row, known[0]!)) known[0] = row;
  }
  return [...cells.values()].flat();
}

function isBefore(a: CountingRow, b: CountingRow): boolean {
  return a.at < b.at || (a.at === b.at && a.line < b.line);
}

/** A row that counts of a file of any kind, its label as it is written. */
export interface WrittenRow extends CountingRow {
  left?: string;
  right?: string;
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
): Promise<Map<string, WrittenRow[]>> {
  const file = await openLabels(path);
  const errors = new RowErrors(file.records.name);
  const rows = new Map<string, WrittenRow[]>();
  await eachLabel(file, errors, (row) => {
    const { item, worker, question = DEFAULT_QUESTION, occurredAt = '', occasion = 0, revision = 0, line } = row;
    const label = typeof row.label === 'string' ? row.label : JSON.stringify(row.label);
    const { slice, left, right } = row;
    const kept = { item, worker, label, occasion, revision, at: occurredAt, line, slice, left, right };
    try {
      read(kept);
    } catch (error) {
      if (error instanceof RangeError) return errors.add(line, error.message);
      throw error;
    }
    const known = rows.get(question);
    if (known) known.push(kept);
    else rows.set(question, [kept]);
  });
  if (!options.skipBad) errors.refuse();
  else if (errors.count > 0) output.warn(`${errors.words()}\n${errors.count} bad rows left out`);
  if (rows.size === 0) throw new CliError(EXIT.badData, noLabels(file));
  return new Map([...rows].map(([question, some]) => [question, countingRows(some)]));
}

/**
 * The labels of a file of any kind as they are written, a table for each question: what agreement by a distance needs.
 * @throws CliError 6 where a row is bad and bad rows are not to be skipped.
 */
export async function readWrittenTables(
  context: Context,
  path: string,
  options: { skipBad?: boolean },
  read?: (row: WrittenRow) => unknown,
): Promise<{ question: string; table: LabelTable; slices: Map<string, LabelTable> }[]> {
  return [...(await readWrittenRows(context, path, options, read))].map(([question, counting]) => {
    const slices = new Set(counting.flatMap(({ slice }) => (slice === undefined ? [] : [slice])));
    const ofSlice = (slice: string) => labelTable(counting.filter((row) => row.slice === slice));
    return {
      question,
      table: labelTable(counting),
      slices: new Map([...slices].map((slice) => [slice, ofSlice(slice)])),
    };
  });
}
