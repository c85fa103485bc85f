import { type AgreementWeights } from './categorical-coefficients';
import { type EstimatedCoefficient, NO_OVERLAP } from './coefficient';
import { cohenKappa } from './cohen-kappa';
import { jackknife } from './jackknife';
import { forEachPair, type LabelsOfWorkers } from './worker-pairs';

/**
 * Weighted Cohen's kappa of the two workers of a table whose labels have an order, with its delete-one-item jackknife interval. Items with the same two
 * labels are alike, so each cell of their table is left out once.
 */
export function weightedCohen(table: LabelsOfWorkers, weights: AgreementWeights): EstimatedCoefficient {
  const K = table.labels.length;
  const counts = Array.from({ length: K }, () => new Array<number>(K).fill(0));
  forEachPair(table, 1, ({ first, second }) => first.forEach((k, i) => (counts[k]![second[i]!]! += 1)));
  const left = counts.flatMap((row, k) =>
    row.flatMap((count, l) => {
      if (count === 0) return [];
      row[l]! -= 1;
      const without = { kappa: cohenKappa(counts, weights) };
      counts[k]![l]! += 1;
      return new Array<typeof without>(count).fill(without);
    }),
  );
  const kappa = cohenKappa(counts, weights);
  return left.length === 0
    ? { value: null, low: null, high: null, interval: 'jackknife', reason: NO_OVERLAP }
    : jackknife({ kappa }, left)['kappa']!;
}
