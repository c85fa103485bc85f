import { betaInterval, type Share } from './beta-interval';
import { type BelievedLabels } from './confusion';

/** Labels of the pool's accuracy that every worker is taken to have given, so that short histories do not lead or trail a list. */
const POOL_LABELS = 2;

/**
 * Accuracy of each worker without gold: the share of their labels that the posteriors believe, drawn a little to that of all workers, with the
 * interval of that many right and wrong. With tempered posteriors (`believedPosteriors`) it orders workers better than the best single method
 * known on two of three real sets and worse on the third (Spearman with accuracy on gold .84, .92, .86 against .82, .91, .88; `docs/statistics.md`
 * says why). A worker without labels has the pool's.
 */
export function estimatedAccuracies({ workers, labels, item, worker, label, posteriors }: BelievedLabels): Share[] {
  const K = labels.length;
  const right = new Float64Array(workers.length);
  const all = new Float64Array(workers.length);
  const unsure = new Float64Array(workers.length);
  let pool = 0;
  for (let i = 0; i < label.length; i++) {
    const believed = posteriors[item[i]! * K + label[i]!]!;
    right[worker[i]!]! += believed;
    all[worker[i]!]! += 1;
    unsure[worker[i]!]! += believed * (1 - believed);
    pool += believed;
  }
  const share = label.length === 0 ? 1 / Math.max(1, K) : pool / label.length;
  const prior = { right: POOL_LABELS * share, wrong: POOL_LABELS * (1 - share) };
  return Array.from(right, (own, w) => {
    const n = all[w]!;
    const wrong = Math.max(0, n - own);
    const value = (own + prior.right) / (n + POOL_LABELS);
    // Which labels are right is itself unsure: the interval is that of as many labels as have both variances together.
    const weight = 1 / (1 + unsure[w]! / Math.max(1e-9, n * value * (1 - value)));
    return { ...betaInterval(own * weight, wrong * weight, { prior }), value };
  });
}
