import { type LabelTable } from '@assay/statistics/aggregation/label-table';
import { agreementOf, comparedLabels, mostExact } from '@assay/statistics/agreement/agreement-report';
import { type LabelKind, type Metric, METRIC_OF_KIND } from '@assay/statistics/agreement/label-metric';
import { LEAST_COMMON, pairwiseCohen } from '@assay/statistics/agreement/pairwise-cohen';
import { alikeOfKind, READING_OF_KIND } from '@assay/statistics/kinds/methods-of-kind';
import { readNotNegative } from '@assay/statistics/kinds/numbers';
import { type Context } from './context';
import { ofLabels } from './cli-error';
import { readTables, readWrittenTables, type WrittenRow } from './label-tables';
import { type Column, type Output } from './output';
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
  if (options.by === 'slice' && questions.every(({ slices }) => slices.size === 0))
    context.output.say(`${path}: no slices; expected a column slice`);
  const parts = questions.flatMap(({ name, kind, table, slices }): [string, AgreementReport][] =>
    options.by === 'slice'
      ? [...slices].map(([slice, some]) => [`${name}/${slice}`, measured(context, some, kind, options)])
      : [[name, measured(context, table, kind, options)]],
  );
  // An object of them also where one is called __proto__.
  const reports = Object.fromEntries(parts);
  if (context.output.format === 'csv') return context.output.rows(COEFFICIENT_COLUMNS, parts.flatMap(coefficientRows));
  if (context.output.format !== 'table') {
    const [only] = Object.values(reports);
    context.output.json(questions.length === 1 && options.by === undefined ? only : reports);
    return;
  }
  for (const [name, agreement] of Object.entries(reports)) printAgreement(name, agreement, context.output);
}

/** @throws CliError 6 on labels that the metric cannot measure. */
function measured(
  { output }: Context,
  table: LabelTable,
  kind: LabelKind,
  { metric = METRIC_OF_KIND[kind], weights }: AgreementOptions,
): AgreementReport {
  const most = mostExact(metric);
  const compared = table.labels.length > most ? comparedLabels(table) : 0;
  if (compared > most)
    output.say(`krippendorffAlpha of ${compared} different labels is an estimate; it is exact up to ${most}`);
  return ofLabels(() => agreementOf(table, kind, { metric, weights }));
}

async function askedIn(context: Context, path: string, options: AgreementOptions): Promise<Asked[]> {
  const { kind = 'choice', metric, ...rest } = options;
  const isOfSet = (kind === 'choice' || kind === 'rating') && (!metric || metric === 'nominal' || metric === 'ordinal');
  if (isOfSet || rest.project) {
    const ofSet = kind === 'rating' ? kind : 'choice';
    const tables = await readTables(context, path, { ...rest, kind: ofSet }, 'agreement');
    const read = metric && readingOfMetric(metric);
    if (read) for (const { table } of tables) ofLabels(() => readEach(table, read));
    return tables.map(({ question, table, slices }) => ({ name: question.name, kind: question.kind, table, slices }));
  }
  const read = readingOf(kind, metric ?? METRIC_OF_KIND[kind]);
  const alike = (rows: readonly WrittenRow[]) => ofLabels(() => alikeOfKind(kind, rows));
  const tables = await readWrittenTables(context, path, rest, read, alike);
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

/** Reads each label of a table where it first stands. */
function readEach(
  { items, workers, labels, item, worker, label }: LabelTable,
  read: (row: WrittenRow) => unknown,
): void {
  const seen = new Set<number>();
  label.forEach((k, i) => {
    if (seen.has(k)) return;
    seen.add(k);
    read({ item: items[item[i]!]!, worker: workers[worker[i]!]!, label: labels[k]!, occasion: 0 });
  });
}

function readingOfMetric(metric: Metric): ((row: WrittenRow) => unknown) | undefined {
  switch (metric) {
    case 'interval':
      return READING_OF_KIND.number;
    case 'ratio':
      return readNotNegative;
    case 'jaccard':
    case 'masi':
      return READING_OF_KIND.choices;
    case 'iou':
      return READING_OF_KIND.boxes;
    case 'span':
      return READING_OF_KIND.spans;
    default:
      return undefined;
  }
}

const COEFFICIENT_COLUMNS = columnsOf(['question', 'coefficient', 'value', 'low', 'high', 'interval', 'reason'] as const); // prettier-ignore
const PAIR_COLUMNS = columnsOf(['question', 'first', 'second', 'common', 'kappa'] as const);
const WORKER_COLUMNS = columnsOf(['question', 'worker', 'pairs', 'meanKappa'] as const);

function columnsOf<Name extends string>(
  names: readonly Name[],
): Column<Record<Name, string | number | null | undefined>>[] {
  return names.map((heading) => ({
    heading,
    value: (row) => row[heading],
    ...(heading === 'kappa' || heading === 'meanKappa' ? { digits: 3 } : {}),
  }));
}

/** The coefficients of one question, or of one slice of it. */
function coefficientRows([question, { coefficients }]: [string, AgreementReport]) {
  return Object.entries(coefficients).map(([coefficient, estimated]) => {
    const { value, low, high, interval, reason } = estimated;
    return { question, coefficient, value, low, high, interval, reason };
  });
}

/** Cohen's kappa of every pair of workers with an item in common, or its mean over the pairs of each worker that have enough to say something. */
function printPairs({ output }: Context, questions: readonly Asked[], by: 'pair' | 'worker'): void {
  if (by === 'worker') {
    output.rows(
      WORKER_COLUMNS,
      questions.flatMap((asked) => meansOfWorkers(output, asked)),
    );
    return;
  }
  const pairs = questions.flatMap(({ name, table }) =>
    pairwiseCohen(table, 1).map(({ u, v, common, kappa }) => ({
      question: name,
      first: table.workers[u]!,
      second: table.workers[v]!,
      common,
      kappa: kappa.value,
    })),
  );
  output.rows(PAIR_COLUMNS, pairs);
}

/** As in the report: of pairs with ten items in common, and of two workers with one. Says of how many workers there is nothing to say. */
function meansOfWorkers(output: Output, { name, table }: Asked) {
  const { workers } = table;
  const least = workers.length === 2 ? 1 : LEAST_COMMON;
  const sums = workers.map((worker) => ({ worker, pairs: 0, kappa: 0 }));
  for (const { u, v, kappa } of pairwiseCohen(table, least)) {
    if (kappa.value === null) continue;
    for (const sum of [sums[u]!, sums[v]!]) {
      sum.pairs += 1;
      sum.kappa += kappa.value;
    }
  }
  const paired = sums.filter(({ pairs }) => pairs > 0);
  const left = workers.length - paired.length;
  if (left > 0)
    output.say(
      `question "${name}": ${left} of ${workers.length} workers left out; expected another with ${least} items in common and two labels used on them`,
    );
  return paired.map(({ worker, pairs, kappa }) => ({ question: name, worker, pairs, meanKappa: kappa / pairs }));
}
