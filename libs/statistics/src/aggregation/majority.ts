import { type LabelTable } from './label-table';
import { indexOfMax } from './posterior';
import { weightedVote, type WeightedVote } from './weighted-vote';

/**
 * Vote shares: T * K, the share of each label among the labels of each item. An item without labels has equal shares.
 * @param shares zeros to write them to.
 */
export function voteShares(
  table: LabelTable,
  shares: Float64Array = new Float64Array(table.items.length * table.labels.length),
): Float64Array {
  const K = table.labels.length;
  for (let t = 0; t < table.items.length; t++) {
    const from = table.itemStart[t]!;
    const to = table.itemStart[t + 1]!;
    if (from === to) shares.fill(1 / K, t * K, (t + 1) * K);
    const share = 1 / (to - from);
    for (let i = from; i < to; i++) shares[t * K + table.label[i]!]! += share;
  }
  return shares;
}

/**
 * How a tied vote is settled.
 *   first-label    the label that stands first in the schema
 *   most-frequent  of the tied labels the one that has most labels in the whole table, then the first
 */
export type TieRule = 'first-label' | 'most-frequent';

/** The majority label of each item (an index of `labels`), ties by the rule. An item without labels has -1. */
export function majority(table: LabelTable, ties: TieRule = 'first-label'): Int32Array {
  const { labels } = vote(table);
  if (ties === 'first-label') return labels;
  const K = table.labels.length;
  const frequency = new Float64Array(K);
  for (const label of table.label) frequency[label]! += 1;
  const votes = new Int32Array(K);
  return Int32Array.from(table.items, (_, t) => {
    if (table.itemStart[t] === table.itemStart[t + 1]) return -1;
    votes.fill(0);
    for (let i = table.itemStart[t]!; i < table.itemStart[t + 1]!; i++) votes[table.label[i]!]! += 1;
    const most = votes[labels[t]!]!;
    return indexOfMax(frequency.map((count, k) => (votes[k] === most ? count : -1)));
  });
}

/** The plain vote: every worker has the same weight. */
export function vote(table: LabelTable): WeightedVote {
  return weightedVote(table, new Float64Array(table.workers.length).fill(1));
}
