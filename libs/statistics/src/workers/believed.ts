import { type LabelTable } from '../aggregation/label-table';
import { type Evidence, type Posterior, posteriorOf, posteriorsOf } from '../aggregation/posterior';
import { type PublishedModel } from '../aggregation/published-model';

/**
 * What each item is believed to be, T * K: the published model's confidence for its most probable label, and the rest as its posterior spreads it.
 * Tempered, because workers are judged by it: an over-confident posterior calls honest disagreement error.
 */
export function believedPosteriors(model: PublishedModel, table: LabelTable): Float64Array {
  return beliefsOf(model, table).believed;
}

/** What a model makes of each item of a table, T * K each. */
export interface Beliefs {
  /** As they are: over-confident. */
  posteriors: Float64Array;
  /** Tempered, as in `believedPosteriors`. */
  believed: Float64Array;
}

/** Both in one pass. */
export function beliefsOf(model: PublishedModel, table: LabelTable): Beliefs {
  const K = table.labels.length;
  const posteriors = new Float64Array(table.items.length * K);
  const believed = new Float64Array(table.items.length * K);
  const posteriorOfItem = posteriorsOf(table, model);
  for (let t = 0; t < table.items.length; t++) {
    const found = posteriorOfItem(t);
    posteriors.set(found.posterior, t * K);
    believed.set(tempered(found), t * K);
  }
  return { posteriors, believed };
}

/** Rows of the table by worker, in the table's order: those of worker w are at place w. They are parts of one array. */
export function rowsOfWorkers(table: LabelTable): Int32Array[] {
  const next = new Int32Array(table.workers.length + 1);
  for (const worker of table.worker) next[worker + 1]! += 1;
  for (let w = 0; w < table.workers.length; w++) next[w + 1]! += next[w]!;
  const start = next.slice();
  const rows = new Int32Array(table.worker.length);
  for (let row = 0; row < rows.length; row++) rows[next[table.worker[row]!]!++] = row;
  return table.workers.map((_, w) => rows.subarray(start[w], start[w + 1]));
}

/**
 * What is believed of the item of a row without that row's worker: judging a worker by a posterior that holds their own vote finds everyone better
 * than they are, above all where labels are few. Where nobody else labelled the item it is the prior.
 */
export function viewOfOthers(model: PublishedModel, table: LabelTable, row: number): Float64Array {
  const own = table.worker[row]!;
  const item = table.item[row]!;
  const evidence: Evidence[] = [];
  for (let i = table.itemStart[item]!; i < table.itemStart[item + 1]!; i++) {
    if (table.worker[i] !== own) evidence.push({ worker: table.workers[table.worker[i]!]!, label: table.label[i]! });
  }
  return tempered(posteriorOf(model, evidence));
}

function tempered({ posterior, label, confidence }: Posterior): Float64Array {
  return spreadOver(posterior, label, confidence);
}

/** The confidence for the label, and the rest as the posterior spreads it; written into `spread`. */
export function spreadOver(
  posterior: Float64Array,
  label: number,
  confidence: number,
  spread: Float64Array = new Float64Array(posterior.length),
): Float64Array {
  const rest = 1 - posterior[label]!;
  for (let k = 0; k < spread.length; k++) {
    // A posterior of 1 leaves nothing to spread by: evenly.
    spread[k] = (1 - confidence) * (rest > 1e-12 ? posterior[k]! / rest : 1 / (posterior.length - 1));
  }
  spread[label] = confidence;
  return spread;
}
