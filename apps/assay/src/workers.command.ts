import { auto } from '@assay/statistics/aggregation/auto';
import { type LabelTable, labelTable } from '@assay/statistics/aggregation/label-table';
import { type RepeatedLabel } from '@assay/statistics/workers/find-inconsistent';
import { type WorkerReport, workerReports } from '@assay/statistics/workers/worker-report';
import { acceptedOf, type Answers, readAnswers } from './answer-file';
import { type Context } from './context';
import { type CountingRow, type QuestionTable, readTables, type TableOptions } from './label-tables';
import { type Column } from './output';
import { DEFAULT_QUESTION } from './project-of-labels';

interface WorkerRow extends WorkerReport {
  question: string;
}

const COLUMNS: readonly Column<WorkerRow>[] = [
  { heading: 'worker', value: (row) => row.worker },
  { heading: 'labels', value: (row) => row.labels },
  { heading: 'accuracy', value: (row) => row.accuracy, digits: 3 },
  { heading: 'low', value: (row) => row.low, digits: 3 },
  { heading: 'high', value: (row) => row.high, digits: 3 },
  { heading: 'spammerScore', value: (row) => (Number.isNaN(row.spammerScore) ? null : row.spammerScore), digits: 3 },
  { heading: 'findings', value: (row) => row.findings.map((finding) => finding.kind).join('|') },
];

/**
 * `assay workers FILE`: every worker of a file by name, without a server. Accuracy is that on gold where there is gold, else what the items
 * are believed to be (`auto`) makes of it.
 */
export async function workersCommand(
  context: Context,
  path: string,
  options: TableOptions & { gold?: string },
): Promise<void> {
  const questions = await readTables(context, path, options);
  const gold = options.gold
    ? await readAnswers(options.gold, questions[0]?.question.name ?? DEFAULT_QUESTION)
    : undefined;
  const rows = questions.flatMap((one) => rowsOf(one, gold));
  const question: Column<WorkerRow> = { heading: 'question', value: (row) => row.question };
  context.output.rows(questions.length > 1 ? [question, ...COLUMNS] : COLUMNS, rows);
}

function rowsOf({ question, rows, policy }: QuestionTable, gold: Answers | undefined): WorkerRow[] {
  const known = gold && acceptedOf(gold, question);
  const { first, repeats } = firstAndRepeats(rows);
  const table = labelTable(first.values(), question.labels);
  const { model } = auto(table, known);
  const { target, reject } = policy.gold;
  const goldPolicy = known && { target, reject };
  const { order, seconds } = columnsOf(table, first);
  return workerReports(table, model, { gold: known, goldPolicy, order, seconds, repeats }).map((report) => ({
    ...report,
    question: question.name,
  }));
}

/** The first label of each worker on each item, and what the worker said when asked again. */
function firstAndRepeats(rows: readonly CountingRow[]) {
  const first = new Map<string, CountingRow>();
  const repeats: RepeatedLabel[] = [];
  for (const row of [...rows].sort((a, b) => a.occasion - b.occasion)) {
    const known = first.get(cellOf(row.item, row.worker));
    if (known) repeats.push({ item: row.item, worker: row.worker, first: known.label, again: row.label });
    else first.set(cellOf(row.item, row.worker), row);
  }
  return { first, repeats };
}

/** When each row of a table occurred among the others, and how long it took: by time, then by line. */
function columnsOf(table: LabelTable, first: ReadonlyMap<string, CountingRow>) {
  const inOrder = [...first.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.line - b.line));
  const place = new Map(inOrder.map((row, index) => [row, index]));
  const rows = Array.from(table.item, (item, i) =>
    first.get(cellOf(table.items[item]!, table.workers[table.worker[i]!]!)),
  );
  return {
    order: Float64Array.from(rows, (row) => (row ? (place.get(row) ?? 0) : 0)),
    seconds: Float64Array.from(rows, (row) => row?.seconds ?? NaN),
  };
}

function cellOf(item: string, worker: string): string {
  return `${item}\u0000${worker}`;
}
