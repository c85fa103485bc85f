import { bradleyTerry } from '../../libs/statistics/src/aggregation/bradley-terry';
import { dawidSkene } from '../../libs/statistics/src/aggregation/dawid-skene';
import { labelTable } from '../../libs/statistics/src/aggregation/label-table';
import { indexOfMax } from '../../libs/statistics/src/aggregation/posterior';
import { type Rule, same, words } from './known-values';

export function bradleyTerryRules({ wins_row_beats_column }: { wins_row_beats_column: number[][] }): Rule[] {
  const rows = wins_row_beats_column
    .flatMap((row, a) => row.map((count, b) => ({ a, b, count })))
    .filter(({ count }) => count > 0);
  const comparisons = {
    items: wins_row_beats_column.map((_, i) => `${i}`),
    winner: Int32Array.from(rows, ({ a }) => a),
    loser: Int32Array.from(rows, ({ b }) => b),
    weight: Float64Array.from(rows, ({ count }) => count),
  };
  const { scores } = bradleyTerry(comparisons, { ridge: 0 });
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  const strength = (i: string) => Math.exp(scores[Number(i)]! - mean);
  const drawn = bradleyTerry(comparisons);
  return [
    same('strength_geometric_mean_1/exact/*', strength),
    same('strength_geometric_mean_1/published/*', strength, 5.01e-4),
    same('map_ridge_0_1/log_scores/*', (i) => drawn.scores[Number(i)]!, 1e-8),
    same('map_ridge_0_1/objective', () => drawn.objective),
    ...words('input and prose', 'wins_row_beats_column/*/*', 'map_ridge_0_1/definition'),
  ];
}

/** The 45 patients of 1979; published figures are given to two places, as the file says to .006. */
export function dawidSkeneRules(book: { labels: number[][]; published: { tolerance: number } }): Rule[] {
  const rows = book.labels.map(([patient, observer, label]) => ({
    item: `${patient}`.padStart(2, '0'),
    worker: `${observer}`,
    label: `${label}`,
  }));
  const table = labelTable(rows, ['1', '2', '3', '4']);
  const fit = dawidSkene(table, { prior: { type: 'none' } });
  const rate = (w: number, truth: string, label: string) => fit.matrices[(w * 4 + Number(label)) * 4 + Number(truth)];
  const posterior = (patient: number, k: string) => fit.posteriors[patient * 4 + Number(k)];
  const { tolerance } = book.published;
  const best = (t: number) => indexOfMax(fit.posteriors.subarray(t * 4, (t + 1) * 4));
  return [
    same('published/class_marginals/*', (k) => fit.prior[Number(k)], tolerance),
    same('published/error_rates_by_observer_true_row_observed_column/*/*/*', (observer, truth, label) => rate(Number(observer) - 1, truth!, label!), tolerance), // prettier-ignore
    same('published/posteriors_not_0_or_1/*/*', (patient, k) => posterior(Number(patient) - 1, k!), tolerance),
    same('converged/class_marginals/*', (k) => fit.prior[Number(k)], 1e-6),
    same('converged/error_rates/*/*/*', (w, truth, label) => rate(Number(w), truth!, label!), 1e-5),
    same('converged/posteriors/*/*', (t, k) => posterior(Number(t), k!), 1e-5),
    same('converged/log_likelihood', () => fit.logLikelihood),
    // The class of most posterior, in spite of its name: patient 2 has five votes of seven for class 3, and is of class 4.
    same('majority_class/*', (t) => best(Number(t)) + 1),
    ...words('input and prose', 'columns/*', 'labels/*/*', 'published/tolerance', 'converged/iterations', 'converged/note'), // prettier-ignore
  ];
}
