import { categoricalAgreement } from '@assay/statistics/agreement/agreement-report';
import { pairwiseCohen } from '@assay/statistics/agreement/pairwise-cohen';
import { type Context } from './context';
import { type QuestionTable, readTables, type TableOptions } from './label-tables';
import { type AgreementReport } from './report';
import { printAgreement } from './report-table';

export interface AgreementOptions extends TableOptions {
  metric?: 'nominal' | 'ordinal';
  weights?: 'linear' | 'quadratic';
  by?: 'slice' | 'worker' | 'pair';
}

/** `assay agreement FILE`: how well the workers of a file agree, without a server; intervals by bootstrap over items. */
export async function agreementCommand(context: Context, path: string, options: AgreementOptions): Promise<void> {
  const questions = await readTables(context, path, options);
  const isOrdinal = ({ question }: QuestionTable) =>
    options.metric === 'ordinal' || (!options.metric && question.kind === 'rating');
  const report = (one: QuestionTable, table = one.table): AgreementReport =>
    categoricalAgreement(table, { ordinal: isOrdinal(one), weights: options.weights });
  if (options.by === 'pair' || options.by === 'worker') return printPairs(context, questions, options.by);
  const reports: Record<string, AgreementReport> = {};
  for (const one of questions) {
    if (options.by !== 'slice') reports[one.question.name] = report(one);
    else for (const [slice, table] of one.slices) reports[`${one.question.name}/${slice}`] = report(one, table);
  }
  if (context.output.format !== 'table') {
    const [only] = Object.values(reports);
    context.output.json(questions.length === 1 && options.by === undefined ? only : reports);
    return;
  }
  for (const [name, agreement] of Object.entries(reports)) printAgreement(name, agreement, context.output);
}

/** Cohen's kappa of every pair of workers, or its mean over the pairs of each worker. */
function printPairs({ output }: Context, questions: readonly QuestionTable[], by: 'pair' | 'worker'): void {
  const rows = questions.flatMap(({ question, table }) =>
    pairwiseCohen(table).map((pair) => ({
      question: question.name,
      first: table.workers[pair.u]!,
      second: table.workers[pair.v]!,
      common: pair.common,
      kappa: pair.kappa.value,
    })),
  );
  if (by === 'pair') {
    const columns = (['question', 'first', 'second', 'common', 'kappa'] as const).map((heading) => ({
      heading,
      value: (row: (typeof rows)[number]) => row[heading],
      ...(heading === 'kappa' ? { digits: 3 } : {}),
    }));
    return output.rows(columns, rows);
  }
  const byWorker = new Map<string, { question: string; worker: string; kappas: number[] }>();
  for (const row of rows) {
    if (row.kappa === null) continue;
    for (const worker of [row.first, row.second]) {
      const key = `${row.question} ${worker}`;
      const known = byWorker.get(key) ?? { question: row.question, worker, kappas: [] };
      known.kappas.push(row.kappa);
      byWorker.set(key, known);
    }
  }
  const workers = [...byWorker.values()].map(({ question, worker, kappas }) => ({
    question,
    worker,
    pairs: kappas.length,
    meanKappa: kappas.reduce((sum, kappa) => sum + kappa, 0) / kappas.length,
  }));
  const columns = (['question', 'worker', 'pairs', 'meanKappa'] as const).map((heading) => ({
    heading,
    value: (row: (typeof workers)[number]) => row[heading],
    ...(heading === 'meanKappa' ? { digits: 3 } : {}),
  }));
  output.rows(columns, workers);
}
