import { medoid } from '../aggregation/medoid';
import { multiLabel } from '../aggregation/multi-label';
import { masiDistance } from '../agreement/label-distances';
import { listed } from '../agreement/label-metric';
import { byItem, unreadable, type WrittenDecision, type WrittenMethod, type WrittenRow } from './written';

/** Answers times labels that `auto` decides one by one; more would take minutes. */
const MOST_ANSWERS = 100_000_000;

/** Methods for several labels an item: one decision a label by `auto`, by the majority, or the answer nearest to all others by MASI. */
export const CHOICES_METHODS = {
  auto: (rows): WrittenDecision[] => {
    const labels = labelsIn(rows);
    // Nobody ever ticked anything: there is no label to decide, and no doubt either.
    if (labels.length === 0) return CHOICES_METHODS.majority(rows);
    if (labels.length * rows.length > MOST_ANSWERS) {
      const numbers = `method "auto" on ${words(rows.length)} answers of ${words(labels.length)} labels`;
      throw new RangeError(`${numbers}: expected a product up to ${words(MOST_ANSWERS)} (majority has no limit)`);
    }
    const chosen = rows.map(({ item, worker, label }) => ({ item, worker, labels: listed(label) }));
    return multiLabel(chosen, labels).map(({ item, labels: decided, posterior, confidence }) => ({
      item,
      label: decided.join('|'),
      // Of the least sure of the decisions, as the confidence is.
      posterior: posterior.reduce((least, p, k) => Math.min(least, decided.includes(labels[k]!) ? p : 1 - p), 1),
      confidence,
    }));
  },
  majority: (rows: readonly WrittenRow[]): WrittenDecision[] =>
    [...byItem(rows)].map(([item, given]) => {
      const answers = given.map(({ label }) => new Set(listed(label)));
      // Of the labels that are not there nobody doubts that.
      const labels = labelsIn(given);
      const shares = labels.map((label) => answers.filter((answer) => answer.has(label)).length / answers.length);
      const label = labels.filter((_, k) => shares[k]! > 0.5).join('|');
      const share = Math.min(1, ...shares.map((s) => (s > 0.5 ? s : 1 - s)));
      return { item, label, posterior: share, confidence: share };
    }),
  medoid: (rows) =>
    [...byItem(rows)].map(([item, given]) => {
      const answers = given.map(({ label }) => listed(label));
      return { item, label: given[medoid(answers, masiDistance)]!.label, posterior: null, confidence: null };
    }),
} satisfies Record<string, WrittenMethod>;

/** @throws RangeError where a label is empty, as after a last `|`. */
export function readChoices(row: WrittenRow): string[] {
  const labels = listed(row.label);
  if (labels.includes('')) throw unreadable(row, 'labels such as a|b, none of them empty');
  return labels;
}

function labelsIn(rows: readonly WrittenRow[]): string[] {
  return [...new Set(rows.flatMap(({ label }) => listed(label)))].sort();
}

function words(count: number): string {
  return count.toLocaleString('en-US');
}
