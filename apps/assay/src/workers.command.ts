import { type Policy, type Question } from '@assay/contracts/project/label-schema';
import { auto } from '@assay/statistics/aggregation/auto';
import { type LabelTable } from '@assay/statistics/aggregation/label-table';
import { type RepeatedLabel } from '@assay/statistics/workers/find-inconsistent';
import { type WorkerReport, workerReports } from '@assay/statistics/workers/worker-report';
import { acceptedOf, type Answers, readAnswers } from './answer-file';
import { type Context } from './context';
import { isBefore } from './counting-rows';
import { type LabelColumns, numberAt } from './label-file';
import { type QuestionTable, readTables, tableOfSome, type TableOptions } from './label-tables';
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
  const questions = (await readTables(context, path, options)).map(askedOf);
  const gold = options.gold
    ? await readAnswers(
        options.gold,
        questions[0]?.question.name ?? DEFAULT_QUESTION,
        questions.map(({ question }) => question),
      )
    : undefined;
  const rows = questions.flatMap((one) => rowsOf(one, gold));
  if (gold && rows.every(({ goldChecks }) => goldChecks === 0)) context.output.say('gold: it names none of the items');
  const question: Column<WorkerRow> = { heading: 'question', value: (row) => row.question };
  context.output.rows(questions.length > 1 ? [question, ...COLUMNS] : COLUMNS, rows);
}

/** What there is to know of the workers of one question, without the columns of the file, which are nearly as large as the table. */
interface Asked {
  question: Question;
  policy: Policy;
  /** The first label of each worker on each item, and what they said when asked again. */
  table: LabelTable;
  repeats: readonly RepeatedLabel[];
  /** For each row of the table a number that rises with time, and the time that it took. */
  order: ArrayLike<number>;
  seconds?: Float64Array;
}

function askedOf(questionTable: QuestionTable): Asked {
  const { question, policy, columns } = questionTable;
  const { first, repeats } = firstAndRepeats(questionTable);
  const { table, rows } = repeats.length > 0 ? tableOfSome(questionTable, first) : questionTable;
  const took = columns.seconds;
  const seconds = took && Float64Array.from(rows, (row) => took[row]!);
  return { question, policy, table, repeats, order: orderOf(columns, rows), seconds };
}

function rowsOf({ question, policy, table, ...known }: Asked, gold: Answers | undefined): WorkerRow[] {
  const accepted = gold && acceptedOf(gold, question);
  const { model } = auto(table, accepted);
  const { target, reject } = policy.gold;
  const goldPolicy = accepted && { target, reject };
  return workerReports(table, model, { gold: accepted, goldPolicy, ...known }).map((report) => ({
    ...report,
    question: question.name,
  }));
}

/** The rows of the table that are the first label of a worker on an item, and what the worker said when asked again. */
function firstAndRepeats({ table, columns, rows }: QuestionTable): { first: Int32Array; repeats: RepeatedLabel[] } {
  const first = new Int32Array(rows.length);
  let firsts = 0;
  const repeats: (RepeatedLabel & { row: number; occasion: number })[] = [];
  const occasionOf = (i: number) => numberAt(columns.occasion, rows[i]!) ?? 0;
  for (let from = 0, to = 0; from < rows.length; from = to) {
    while (to < rows.length && table.item[to] === table.item[from] && table.worker[to] === table.worker[from]) to++;
    if (to === from + 1) {
      first[firsts++] = from;
      continue;
    }
    const asked = Array.from({ length: to - from }, (_, i) => from + i);
    asked.sort((a, b) => occasionOf(a) - occasionOf(b) || rows[a]! - rows[b]!);
    first[firsts++] = asked[0]!;
    for (const i of asked.slice(1)) {
      const [item, worker] = [table.items[table.item[i]!]!, table.workers[table.worker[i]!]!];
      const [said, again] = [asked[0]!, i].map((one) => table.labels[table.label[one]!]!) as [string, string];
      repeats.push({ item, worker, first: said, again, row: rows[i]!, occasion: occasionOf(i) });
    }
  }
  return {
    first: first.subarray(0, firsts),
    repeats: repeats.sort((a, b) => a.occasion - b.occasion || a.row - b.row),
  };
}

/** For each row of a table a number that rises with the time at which it occurred. */
function orderOf(columns: LabelColumns, rows: Int32Array): ArrayLike<number> {
  if (!columns.occurredAt) return rows;
  const inOrder = rows.map((_, i) => i).sort((a, b) => (isBefore(columns, rows[a]!, rows[b]!) ? -1 : 1));
  const order = new Int32Array(rows.length);
  inOrder.forEach((i, place) => (order[i] = place));
  return order;
}
