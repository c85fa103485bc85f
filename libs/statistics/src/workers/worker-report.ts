import { type LabelTable } from '../aggregation/label-table';
import { MOST_MATRIX_LABELS, type PublishedModel } from '../aggregation/published-model';
import { betaInterval } from './beta-interval';
import { beliefsOf, rowsOfWorkers } from './believed';
import { confusionCounts, confusionMatrix, spammerScore } from './confusion';
import { estimatedAccuracies } from './estimated-accuracy';
import { type RepeatedLabel } from './find-inconsistent';
import { type Finding } from './finding';
import { findAll } from './find-all';
import { type GoldTestPolicy } from './gold-test';

/** What a report says of one worker. */
export interface WorkerReport {
  worker: string;
  labels: number;
  /** On gold where there is gold, else estimated from what the items are believed to be; with its 95 % interval. */
  accuracy: number;
  low: number;
  high: number;
  /** Gold items the accuracy comes from; 0 where it is estimated. */
  goldChecks: number;
  spammerScore: number;
  findings: Finding[];
}

export interface WorkerReportOptions {
  /** Accepted labels by item. */
  gold?: ReadonlyMap<string, readonly string[]>;
  /** Without it no sequential test is made. */
  goldPolicy?: GoldTestPolicy;
  /** Order of occurrence: for each row of the table a number that rises with time. Without it nothing that needs an order is looked for. */
  order?: ArrayLike<number>;
  /** Seconds that each row took; NaN where unknown. */
  seconds?: ArrayLike<number>;
  /** Blind repeats; the table holds the first label of each. */
  repeats?: readonly RepeatedLabel[];
}

/**
 * All workers of a table, by name: how accurate each is and what there is to say against them. A function of the labels, the model and the options.
 */
export function workerReports(
  table: LabelTable,
  model: PublishedModel,
  options: WorkerReportOptions = {},
): WorkerReport[] {
  const K = table.labels.length;
  const beliefs = beliefsOf(model, table);
  const believed = { ...table, posteriors: beliefs.believed };
  const estimates = estimatedAccuracies(believed);
  const rows = rowsOfWorkers(table).map((own) => inOrder(own, options.order));
  const checks = goldChecks(table, rows, options.gold);
  const findings = findAll(table, model, beliefs, rows, checks, options);
  const counts = K > MOST_MATRIX_LABELS ? undefined : confusionCounts(believed);
  return table.workers.map((worker, w) => {
    const own = checks[w]!;
    const right = own.filter(Boolean).length;
    const share = own.length > 0 ? betaInterval(right, own.length - right) : estimates[w]!;
    return {
      worker,
      labels: rows[w]!.length,
      accuracy: share.value,
      low: share.low,
      high: share.high,
      goldChecks: own.length,
      spammerScore: counts ? spammerScore(confusionMatrix(counts, w, K), K) : NaN,
      findings: findings[w]!,
    };
  });
}

/** For each worker whether each answer to a gold item is right, in the order of occurrence. */
function goldChecks(
  table: LabelTable,
  rows: readonly Int32Array[],
  gold: ReadonlyMap<string, readonly string[]> | undefined,
): boolean[][] {
  if (!gold) return rows.map(() => []);
  return rows.map((own) =>
    Array.from(own).flatMap((row) => {
      const accepted = gold.get(table.items[table.item[row]!]!);
      return accepted === undefined ? [] : [accepted.includes(table.labels[table.label[row]!]!)];
    }),
  );
}

function inOrder(rows: Int32Array, order: ArrayLike<number> | undefined): Int32Array {
  if (!order || rows.every((row, i) => i === 0 || order[rows[i - 1]!]! <= order[row]!)) return rows;
  return rows.slice().sort((a, b) => order[a]! - order[b]!);
}
