import { type LabelTable } from '@assay/statistics/aggregation/label-table';
import { agreementOf } from '@assay/statistics/agreement/agreement-report';
import { type LabelKind, type Metric, METRIC_OF_KIND } from '@assay/statistics/agreement/label-metric';
import { pairwiseCohen } from '@assay/statistics/agreement/pairwise-cohen';
import { READING_OF_KIND } from '@assay/statistics/kinds/methods-of-kind';
import { readNotNegative } from '@assay/statistics/kinds/numbers';
import { type Context } from './context';
import { CliError, EXIT } from './cli-error';
import { readTables, readWrittenTables, type WrittenRow } from './label-tables';
import { type AgreementReport } from './report';
import { printAgreement } from './report-table';

export interface AgreementOptions {
  project?: string;
  kind?: LabelKind;
  metric?: Metric;
  weights?: 'linear' | 'quadratic';
  by?: 'slice' | 'worker' | 'pair';
  skipBad?: boolean;
}

/** One question of a file, whatever its kind. */
interface Asked {
  name: string;
  kind: LabelKind;
  table: LabelTable;
  slices: ReadonlyMap<string, LabelTable>;
}

/** `assay agreement FILE`: how well the workers of a file agree, without a server; every coefficient with its interval. */
export async function agreementCommand(context: Context, path: string, options: AgreementOptions): Promise<void> {
  const questions = await askedIn(context, path, options);
  if (options.by === 'pair' || options.by === 'worker') return printPairs(context, questions, options.by);
  const parts = questions.flatMap(({ name, kind, table, slices }): [string, AgreementReport][] =>
    options.by === 'slice'
      ? [...slices].map(([slice, some]) => [`${name}/${slice}`, measured(some, kind, options)])
      : [[name, measured(table, kind, options)]],
  );
  // An object of them also where one is called __proto__.
  const reports = Object.fromEntries(parts);
  if (context.output.format !== 'table') {
    const [only] = Object.values(reports);
    context.output.json(questions.length === 1 && options.by === undefined ? only : reports);
    return;
  }
  for (const [name, agreement] of Object.entries(reports)) printAgreement(name, agreement, context.output);
}

/** @throws CliError 6 on labels that the metric cannot measure. */
function measured(table: LabelTable, kind: LabelKind, { metric, weights }: AgreementOptions): AgreementReport {
  try {
    return agreementOf(table, kind, { metric, weights });
  } catch (error) {
    if (error instanceof RangeError) throw new CliError(EXIT.badData, error.message, { cause: error });
    throw error;
  }
}

async function askedIn(context: Context, path: string, options: AgreementOptions): Promise<Asked[]> {
  const { kind = 'choice', metric, ...rest } = options;
  const isOfSet = (kind === 'choice' || kind === 'rating') && (!metric || metric === 'nominal' || metric === 'ordinal');
  if (isOfSet || rest.project) {
    const ofSet = kind === 'rating' ? kind : 'choice';
    const tables = await readTables(context, path, { ...rest, kind: ofSet });
    return tables.map(({ question, table, slices }) => ({ name: question.name, kind: question.kind, table, slices }));
  }
  const tables = await readWrittenTables(context, path, rest, readingOf(kind, metric ?? METRIC_OF_KIND[kind]));
  return tables.map(({ question, ...one }) => ({ name: question, kind, ...one }));
}

/** Reads a label as its kind and the metric have it, and gives what is compared; what they cannot read is a bad row. */
function readingOf(kind: LabelKind, metric: Metric): (row: WrittenRow) => string {
  const ofKind = kind === 'choice' || kind === 'rating' ? undefined : READING_OF_KIND[kind];
  const ofMetric = readingOfMetric(metric);
  return (row) => {
    const read = ofKind?.(row);
    ofMetric?.(row);
    // The name of one of two things is its side, and 1.0 is 1.
    return kind === 'preference' || kind === 'number' ? String(read) : row.label;
  };
}

function readingOfMetric(metric: Metric): ((row: WrittenRow) => unknown) | undefined {
  switch (metric) {
    case 'interval':
      return READING_OF_KIND.number;
    case 'ratio':
      return readNotNegative;
    case 'iou':
      return READING_OF_KIND.boxes;
    case 'span':
      return READING_OF_KIND.spans;
    default:
      return undefined;
  }
}

/** Cohen's kappa of every pair of workers, or its mean over the pairs of each worker. */
function printPairs({ output }: Context, questions: readonly Asked[], by: 'pair' | 'worker'): void {
  const rows = questions.flatMap(({ name, table }) =>
    pairwiseCohen(table).map((pair) => ({
      question: name,
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
