import { type LabelTable } from './label-table';

/** Votes with a weight a worker. */
export interface WeightedVote {
  /** Index of the label with the most weight, ties to the first of those that were given; -1 for an item without labels. */
  labels: Int32Array;
  /** That label's share of the weight on the item; an equal share, 1/K, where the item has no weight. */
  share: Float64Array;
}

/** O(N + K), however many labels there are: of most of them an item has none. */
export function weightedVote(table: LabelTable, weights: ArrayLike<number>): WeightedVote {
  const K = table.labels.length;
  const labels = new Int32Array(table.items.length).fill(-1);
  const share = new Float64Array(table.items.length).fill(1 / K);
  // Reused from item to item.
  const weightOf = new Float64Array(K);
  for (let t = 0; t < table.items.length; t++) {
    const [from, to] = [table.itemStart[t]!, table.itemStart[t + 1]!];
    let total = 0;
    for (let i = from; i < to; i++) {
      const weight = Math.max(0, weights[table.worker[i]!]!);
      weightOf[table.label[i]!]! += weight;
      total += weight;
    }
    for (let i = from; i < to; i++) {
      const [label, best] = [table.label[i]!, labels[t]!];
      const ahead = best === -1 ? 1 : weightOf[label]! - weightOf[best]!;
      if (ahead > 0 || (ahead === 0 && label < best)) labels[t] = label;
    }
    if (total > 0) share[t] = weightOf[labels[t]!]! / total;
    for (let i = from; i < to; i++) weightOf[table.label[i]!] = 0;
  }
  return { labels, share };
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
