import { auto } from '@assay/statistics/aggregation/auto';
import { type AcceptedLabels } from '@assay/statistics/aggregation/accepted-labels';
import { type LabelTable } from '@assay/statistics/aggregation/label-table';
import {
  chunkRows,
  type ModelHeader,
  modelHeader,
  type WorkerRow,
  workerRows,
} from '@assay/statistics/aggregation/published-model-json';
import { evidenceOf } from '@assay/statistics/aggregation/posterior';
import { type PublishedModel } from '@assay/statistics/aggregation/published-model';
import { temperatureOnGold } from '@assay/statistics/aggregation/temperature-on-gold';
import { beliefsOf } from '@assay/statistics/workers/believed';
import { confusionCounts } from '@assay/statistics/workers/confusion';
import { type RepeatedLabel } from '@assay/statistics/workers/find-inconsistent';
import { type WorkerReport, workerReports } from '@assay/statistics/workers/worker-report';
import { MOST_IDS } from './finding.domain';
import { type Columns } from './label-columns.domain';

/** Bytes of the JSON of the workers of a chunk, at most. */
const CHUNK_BYTES = 250 * 1024;

/** What one question is fitted from: a function of the set of labels and of what is known. */
export interface FitInput {
  columns: Columns;
  /** Labels of the question, in the order of the schema. */
  labels: readonly string[];
  /** Accepted labels of gold items. */
  gold: ReadonlyMap<string, readonly string[]>;
  /** Labels that experts gave; they outdo gold. */
  adjudicated: ReadonlyMap<string, readonly string[]>;
}

/** What came of it. */
export interface FittedModel {
  question: string;
  labels: number;
  items: number;
  header: ModelHeader;
  chunks: WorkerRow[][];
  /** One a worker, by name. */
  workers: FittedWorker[];
}

export interface FittedWorker extends WorkerReport {
  /** Of a worker with findings the items of the last labels that they rest on, in the order of occurrence. */
  evidence: string[];
  /** Expected confusion counts, K * K cells [label * K + truth]; absent for questions of more than 32 labels. */
  confusion?: number[];
}

/** Labels from which on no confusion is kept a worker: the model has none either. */
const MOST_CONFUSION_LABELS = 32;

/**
 * Fits one question (`auto`), gold and adjudicated items clamped to their accepted labels, and reports its workers: of repeats on an item the
 * first occasion counts there, the others show how a worker agrees with themselves.
 */
export function fitQuestion({ columns, labels, gold, adjudicated }: FitInput): FittedModel {
  const all = tableOf(columns, labels, 'all');
  const known = {
    gold: withoutUnlabelled(new Map(gold), all.table),
    adjudicated: withoutUnlabelled(new Map(adjudicated), all.table),
  };
  const model = fitted(all.table, known);
  const first = tableOf(columns, labels, 'first');
  const reports = workerReports(first.table, model, {
    gold: withoutUnlabelled(new Map(gold), first.table),
    order: first.order,
    ...(first.seconds && { seconds: first.seconds }),
    repeats: first.repeats,
  });
  const confusion = confusionOf(first.table, model, labels.length);
  return {
    question: columns.question,
    labels: all.table.label.length,
    items: all.table.items.length,
    header: modelHeader(model),
    chunks: atLeastOne(chunkRows(workerRows(model), CHUNK_BYTES)),
    workers: reports.map((report, w) => ({
      ...report,
      evidence: report.findings.length > 0 ? lastItemsOf(first, w) : [],
      ...(confusion && { confusion: confusion(w) }),
    })),
  };
}

/** Items of the last labels of a worker. */
function lastItemsOf({ table, order }: OrderedTable, w: number): string[] {
  const own: number[] = [];
  table.worker.forEach((worker, row) => {
    if (worker === w) own.push(row);
  });
  // Rows stand by the names of their items: what tells equal places apart.
  own.sort((a, b) => order[a]! - order[b]! || a - b);
  return own.slice(-MOST_IDS).map((row) => table.items[table.item[row]!]!);
}

/**
 * The model with every known item clamped. Where there is gold the confidence is tempered by it, as a fit that does not know it would have
 * decided it; not by what experts decided, which is what workers could not.
 */
function fitted(table: LabelTable, known: { gold: AcceptedLabels; adjudicated: AcceptedLabels }): PublishedModel {
  const { model } = auto(table, new Map([...known.gold, ...known.adjudicated]));
  if (known.gold.size === 0) return model;
  const audited = table.items.flatMap((item, t) => {
    const [label, other] = known.gold.get(item) ?? [];
    return label === undefined || other !== undefined
      ? []
      : [{ evidence: evidenceOf(table, t), label: table.labels.indexOf(label) }];
  });
  const tempering = temperatureOnGold(auto(table, known.adjudicated).model, audited);
  return { ...model, tempering };
}

/** A model of no workers is published too: in one chunk. */
function atLeastOne(chunks: WorkerRow[][]): WorkerRow[][] {
  return chunks.length > 0 ? chunks : [[]];
}

/** What is known of items that nobody labelled says nothing of workers. */
function withoutUnlabelled(
  known: Map<string, readonly string[]>,
  { items }: LabelTable,
): Map<string, readonly string[]> {
  const labelled = new Set(items);
  return new Map([...known].filter(([item]) => labelled.has(item)));
}

function confusionOf(table: LabelTable, model: Parameters<typeof beliefsOf>[0], K: number) {
  if (K > MOST_CONFUSION_LABELS) return undefined;
  const counts = confusionCounts({ ...table, posteriors: beliefsOf(model, table).believed });
  return (w: number) => [...counts.subarray(w * K * K, (w + 1) * K * K)];
}

interface OrderedTable {
  table: LabelTable;
  /** N: place of each row in the order of occurrence. */
  order: Float64Array;
  seconds?: Float64Array;
  repeats: RepeatedLabel[];
}

/** The columns as a table in the order of the names: of all counting labels, or of the first of each worker on each item. */
function tableOf(columns: Columns, labels: readonly string[], which: 'all' | 'first'): OrderedTable {
  const workers = [...columns.workers].sort();
  const place = new Map(workers.map((name, index) => [name, index]));
  const workerAt = Int32Array.from(columns.workers, (name) => place.get(name)!);
  const byName = Int32Array.from(columns.items.keys()).sort((a, b) => byText(columns.items[a]!, columns.items[b]!));
  const rows: number[] = [];
  const itemStart = new Int32Array(byName.length + 1);
  const repeats: RepeatedLabel[] = [];
  byName.forEach((item, t) => {
    const own = rowsOfItem(columns, item, workerAt);
    let before = -1;
    for (const row of own) {
      const isRepeat = before >= 0 && columns.worker[row] === columns.worker[before];
      if (which === 'first' && isRepeat) repeats.push(repeatOf(columns, labels, item, before, row));
      else rows.push((before = row));
    }
    if (which === 'all') sortByLabel(rows, itemStart[t]!, columns, workerAt);
    itemStart[t + 1] = rows.length;
  });
  const { seconds } = columns;
  return {
    table: {
      items: Array.from(byName, (item) => columns.items[item]!),
      ...{ workers, labels, itemStart },
      item: itemColumn(itemStart),
      worker: Int32Array.from(rows, (row) => workerAt[columns.worker[row]!]!),
      label: Int32Array.from(rows, (row) => columns.label[row]!),
    },
    order: Float64Array.from(rows, (row) => columns.when[row]!),
    ...(seconds && { seconds: Float64Array.from(rows, (row) => seconds[row]!) }),
    repeats,
  };
}

/** Rows of one item by worker name; those of one worker stay in the order of their occasions. */
function rowsOfItem({ starts, worker }: Columns, item: number, workerAt: Int32Array): Int32Array {
  const rows = Int32Array.from({ length: starts[item + 1]! - starts[item]! }, (_, i) => starts[item]! + i);
  return rows.sort((a, b) => workerAt[worker[a]!]! - workerAt[worker[b]!]! || a - b);
}

/** Puts several labels of one worker on one item into the order that a label table has, whatever the occasions. */
function sortByLabel(rows: number[], from: number, { worker, label }: Columns, workerAt: Int32Array): void {
  const own = rows.splice(from).sort((a, b) => workerAt[worker[a]!]! - workerAt[worker[b]!]! || label[a]! - label[b]!);
  rows.push(...own);
}

function repeatOf(
  { items, workers, worker, label }: Columns,
  labels: readonly string[],
  item: number,
  first: number,
  again: number,
): RepeatedLabel {
  return {
    item: items[item]!,
    worker: workers[worker[first]!]!,
    first: labels[label[first]!]!,
    again: labels[label[again]!]!,
  };
}

function itemColumn(itemStart: Int32Array): Int32Array {
  const column = new Int32Array(itemStart.at(-1) ?? 0);
  for (let t = 0; t + 1 < itemStart.length; t++) column.fill(t, itemStart[t]!, itemStart[t + 1]!);
  return column;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
