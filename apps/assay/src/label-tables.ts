import { type LabelRow as TableRow, type LabelTable, labelTable } from '@assay/statistics/aggregation/label-table';
import { KIND_OF } from '@assay/contracts/kinds/kinds';
import { type KindName, type Policy, type Question } from '@assay/contracts/project/label-schema';
import { type Context } from './context';
import { eachLabel, openLabels } from './label-file';
import { complete, readProjectFile } from './project-file';
import { projectOfLabels } from './project-of-labels';
import { RowErrors } from './row-errors';
import { checkLabelFile } from './send-labels';

/** The labels of one question of a file, as a table; of repeats the first counts, as in a project that says nothing of them. */
export interface QuestionTable {
  question: Question;
  table: LabelTable;
  policy: Policy;
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
    : complete(await projectOfLabels(file, options.kind ?? 'choice'), file.records.name);
  const { errors, slices } = await checkLabelFile(file, project);
  if (!options.skipBad) errors.refuse();
  else if (errors.count > 0) output.warn(`${errors.words()}\n${errors.count} bad rows left out`);
  const rows = new Map<string, Kept[]>(project.questions.map((question) => [question.name, []]));
  await eachLabel(file, new RowErrors(file.records.name), (row) => {
    if (errors.has(row.line)) return;
    const question = project.questions.find((one) => one.name === row.question) ?? project.questions[0]!;
    const checked = KIND_OF[question.kind].check(row.label, question);
    if (checked.type !== 'label') return;
    const { item, worker, occurredAt = '', occasion = 0, revision = 0, line } = row;
    rows.get(question.name)?.push({ item, worker, label: checked.label, occasion, revision, at: occurredAt, line });
  });
  return project.questions.map((question) => {
    const counting = countingRows(rows.get(question.name) ?? []);
    const bySlice = new Map<string, TableRow[]>();
    for (const row of counting) {
      const slice = slices.get(row.item);
      if (slice !== undefined) bySlice.set(slice, [...(bySlice.get(slice) ?? []), row]);
    }
    return {
      question,
      policy: project.policy,
      table: labelTable(counting, question.labels),
      slices: new Map([...bySlice].map(([slice, some]) => [slice, labelTable(some, question.labels)])),
    };
  });
}

interface Kept extends TableRow {
  occasion: number;
  revision: number;
  at: string;
  line: number;
}

/** Of each worker, item and occasion the highest revision, of those the earliest (keep-first). */
function countingRows(rows: readonly Kept[]): Kept[] {
  const cells = new Map<string, Kept>();
  for (const row of rows) {
    const cell = `${row.item}\u0000${row.worker}\u0000${row.occasion}`;
    const known = cells.get(cell);
    const isBefore = known && (row.at < known.at || (row.at === known.at && row.line < known.line));
    if (!known || row.revision > known.revision || (row.revision === known.revision && isBefore)) cells.set(cell, row);
  }
  return [...cells.values()];
}
