import { type LabelTable } from './label-table';
import { indexOfMax } from './posterior';

/** Votes with a weight a worker. */
export interface WeightedVote {
  /** T * K: each label's share of the weight on the item; equal shares where the item has no weight. */
  shares: Float64Array;
  /** Index of the label with the most weight, ties to the first; -1 for an item without labels. */
  labels: Int32Array;
}

export function weightedVote(table: LabelTable, weights: ArrayLike<number>): WeightedVote {
  const K = table.labels.length;
  const shares = new Float64Array(table.items.length * K);
  const labels = new Int32Array(table.items.length).fill(-1);
  for (let t = 0; t < table.items.length; t++) {
    const row = shares.subarray(t * K, (t + 1) * K);
    let total = 0;
    for (let i = table.itemStart[t]!; i < table.itemStart[t + 1]!; i++) {
      const weight = Math.max(0, weights[table.worker[i]!]!);
      row[table.label[i]!]! += weight;
      total += weight;
    }
    if (table.itemStart[t] !== table.itemStart[t + 1]) labels[t] = indexOfMax(row);
    if (total > 0) for (let k = 0; k < K; k++) row[k]! /= total;
    else row.fill(1 / K);
  }
  return { shares, labels };
}

/** Share of each worker's labels that are those of `labels` (an index an item); NaN for a worker without labels. */
export function agreementWith(table: LabelTable, labels: Int32Array): Float64Array {
  const same = new Float64Array(table.workers.length);
  const all = new Float64Array(table.workers.length);
  for (let i = 0; i < table.label.length; i++) {
    all[table.worker[i]!]! += 1;
    if (labels[table.item[i]!] === table.label[i]) same[table.worker[i]!]! += 1;
  }
  return same.map((count, w) => count / all[w]!);
}
