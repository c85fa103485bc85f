import { type AcceptedLabels } from '@assay/statistics/aggregation/accepted-labels';
import {
  type Decided,
  expectedCalibrationError,
  logLoss,
  type ReliabilityBin,
  reliabilityDiagram,
} from '@assay/statistics/aggregation/calibration';
import { type LabelTable } from '@assay/statistics/aggregation/label-table';
import { type Aggregation, type Method } from '@assay/statistics/aggregation/aggregation';
import { METHODS } from '@assay/statistics/aggregation/methods';
import { aggregateWithGold } from '@assay/statistics/aggregation/with-gold';
import { type LabelKind } from '@assay/statistics/agreement/label-metric';
import { METHODS_OF_KIND, READING_OF_KIND } from '@assay/statistics/kinds/methods-of-kind';
import { type WrittenDecision } from '@assay/statistics/kinds/written';
import { accuracyAgainst } from './accuracy';
import { acceptedOf, type Answers, readAnswers } from './answer-file';
import { CliError, EXIT, ofLabels } from './cli-error';
import { type Question } from '@assay/contracts/project/label-schema';
import { type Context } from './context';
import { readTables, readWrittenRows, type TableOptions, type WrittenRow } from './label-tables';
import { type Column } from './output';
import { DEFAULT_QUESTION } from './project-of-labels';

export interface AggregateOptions extends Omit<TableOptions, 'kind'> {
  method?: string;
  kind?: LabelKind;
  gold?: string;
  truth?: string;
  reliability?: boolean;
}

interface AggregateRow extends WrittenDecision {
  question: string;
}

const COLUMNS: readonly Column<AggregateRow>[] = [
  { heading: 'task', value: (row) => row.item },
  { heading: 'question', value: (row) => row.question },
  { heading: 'label', value: (row) => row.label },
  { heading: 'posterior', value: (row) => row.posterior },
  { heading: 'confidence', value: (row) => row.confidence },
];
/** What was decided of a file. */
interface Aggregated {
  /** The first question, which a key means that names none. */
  question: string;
  columns: readonly Column<AggregateRow>[];
  /** Made one by one each time: so many objects would be a third of the memory of the command. */
  rows: Iterable<AggregateRow>;
}

const DEVIATION: Column<AggregateRow> = { heading: 'deviation', value: (row) => row.deviation };

/**
 * `assay aggregate FILE`: the label of every item, without a server; by default what the pipeline settles to. With an answer key it says how right and how sure it was; asked for the
 * reliability, it prints that instead of the labels.
 * @throws CliError 2 on a method that there is not, 6 on labels that the method cannot read.
 */
export async function aggregateCommand(context: Context, path: string, options: AggregateOptions): Promise<void> {
  if (options.reliability && !options.truth)
    throw new CliError(EXIT.usage, '--reliability without --truth: expected an answer key');
  const { question, columns, rows } = await aggregated(context, path, options);
  const key = options.truth ? await readAnswers(options.truth, question) : undefined;
  const gold = options.gold ? await readAnswers(options.gold, question) : undefined;
  if (key) sayHowRight(context, rows, key, gold);
  if (key && options.reliability) return printReliability(context, decidedRows(rows, key, gold));
  if (context.output.format === 'json') return context.output.json(Array.from(rows, named));
  context.output.rows(columns, rows);
}

/** A row as it is called outside. */
function named({ item, question, label, posterior, confidence, deviation }: AggregateRow) {
  return { task: item, question, label, posterior, confidence, ...(deviation === undefined ? {} : { deviation }) };
}

async function aggregated(context: Context, path: string, options: AggregateOptions): Promise<Aggregated> {
  const { kind = 'choice', ...rest } = options;
  if (kind === 'choice' || kind === 'rating') return aggregatedOfSet(context, path, { ...rest, kind });
  for (const option of ['gold', 'project'] as const)
    if (options[option]) throw new CliError(EXIT.usage, `--${option} with kind ${kind}: expected choice or rating`);
  const methods = METHODS_OF_KIND[kind];
  const method = chosen(methods, options.method ?? Object.keys(methods)[0]!, `kind ${kind}`);
  const rows: AggregateRow[] = [];
  for (const [question, written] of await readWrittenRows(context, path, options, READING_OF_KIND[kind])) {
    const decisions = ofLabels(() => method(firstOccasions(written)));
    for (const one of decisions) rows.push({ ...one, question });
  }
  const columns = rows.some(({ deviation }) => deviation !== undefined) ? [...COLUMNS, DEVIATION] : COLUMNS;
  return { question: rows[0]?.question ?? DEFAULT_QUESTION, columns, rows };
}

async function aggregatedOfSet(
  context: Context,
  path: string,
  options: TableOptions & { method?: string; gold?: string },
): Promise<Aggregated> {
  const method = chosen(METHODS, options.method ?? 'auto', 'choice and rating');
  // Without the columns of the file, which are nearly as large as the tables.
  const tables = (await readTables(context, path, options)).map(({ question, table }) => ({ question, table }));
  const first = tables[0]?.question.name ?? DEFAULT_QUESTION;
  const questions = tables.map((one) => one.question);
  const gold = options.gold ? await readAnswers(options.gold, first, questions) : undefined;
  const decided = tables.map(({ question, table }) => ({
    question,
    items: table.items,
    aggregation: ofLabels(() => (gold ? withGold(context, table, method, acceptedOf(gold, question)) : method(table))),
  }));
  const question = tables.find(({ table }) => table.items.length > 0)?.question.name ?? first;
  return { question, columns: COLUMNS, rows: { [Symbol.iterator]: () => rowsOf(decided) } };
}

function* rowsOf(
  decided: readonly { question: Question; items: readonly string[]; aggregation: Aggregation }[],
): Generator<AggregateRow> {
  for (const { question, items, aggregation } of decided) {
    for (let t = 0; t < items.length; t++) {
      yield {
        item: items[t]!,
        question: question.name,
        label: question.labels[aggregation.labels[t]!] ?? '',
        posterior: aggregation.posterior[t]!,
        confidence: aggregation.confidence[t]!,
      };
    }
  }
}

function withGold({ output }: Context, table: LabelTable, method: Method, gold: AcceptedLabels): Aggregation {
  const { aggregation, audit } = aggregateWithGold(table, method, gold);
  const right = audit.filter((one) => one.right).length;
  const temperature = aggregation.model?.tempering.temperature;
  const tempered = temperature === undefined ? '' : `; confidence at temperature ${temperature.toFixed(2)}`;
  output.say(`gold: ${right} of ${audit.length} items would have been decided right without it${tempered}`);
  return aggregation;
}

function chosen<M>(methods: Readonly<Record<string, M>>, name: string, of: string): M {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!method) {
    const known = Object.keys(methods).join(', ');
    throw new CliError(EXIT.usage, `method "${name}" of ${of}: expected one of ${known}`);
  }
  return method;
}

/** What a worker said of an item when first asked: blind repeats measure the worker, and count in no consensus of drawings and the like. */
function firstOccasions(rows: readonly WrittenRow[]): WrittenRow[] {
  const first = new Map<string, WrittenRow>();
  for (const row of rows) {
    const cell = `${row.item}\u0000${row.worker}`;
    const known = first.get(cell);
    if (!known || row.occasion < known.occasion) first.set(cell, row);
  }
  return [...first.values()];
}

/** Rows whose right label is known, gold left out; only those of methods that say how sure they are. */
function decidedRows(rows: Iterable<AggregateRow>, key: Answers, gold: Answers | undefined): Decided[] {
  const decided: Decided[] = [];
  for (const { item, question, label, confidence } of rows) {
    const accepted = key.get(item)?.get(question);
    if (!accepted || confidence === null || gold?.get(item)?.has(question)) continue;
    decided.push({ right: accepted.has(label), confidence });
  }
  return decided;
}

function sayHowRight({ output }: Context, rows: Iterable<AggregateRow>, key: Answers, gold: Answers | undefined): void {
  const accuracy = accuracyAgainst(key, rows, new Set(gold?.keys()));
  if (!accuracy) return output.say('truth: it names none of the items');
  const { items, correct, value, low, high } = accuracy;
  output.say(`truth: ${correct} of ${items} right, ${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`);
  const decided = decidedRows(rows, key, gold);
  if (decided.length === 0) return;
  const calibration = expectedCalibrationError(decided).toFixed(4);
  output.say(`confidence: log loss ${logLoss(decided).toFixed(4)}, expected calibration error ${calibration}`);
}

/** The reliability diagram, a bin a row; an empty bin has no confidence and no accuracy. */
function printReliability({ output }: Context, decided: readonly Decided[]): void {
  const columns = (['low', 'high', 'count', 'confidence', 'accuracy'] as const).map(
    (heading): Column<ReliabilityBin> => ({
      heading,
      value: (bin) => (Number.isNaN(bin[heading]) ? null : bin[heading]),
      ...(heading === 'confidence' || heading === 'accuracy' ? { digits: 3 } : {}),
    }),
  );
  output.rows(columns, reliabilityDiagram(decided));
}
