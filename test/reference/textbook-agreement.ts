import { labelTable } from '../../libs/statistics/src/aggregation/label-table';
import { agreementOf } from '../../libs/statistics/src/agreement/agreement-report';
import { labelWeight, readCategorical } from '../../libs/statistics/src/agreement/categorical-coefficients';
import { statisticsOfColumns } from '../../libs/statistics/src/agreement/categorical-columns';
import { sumsLayout, sumsOf } from '../../libs/statistics/src/agreement/categorical-sums';
import { cohenKappa } from '../../libs/statistics/src/agreement/cohen-kappa';
import { columnsOf, itemsOf, itemsOfCounts, itemsOfTable } from '../../libs/statistics/src/agreement/columns.fixture';
import { fleissPerCategory } from '../../libs/statistics/src/agreement/fleiss-per-category';
import { type Metric } from '../../libs/statistics/src/agreement/label-metric';
import { numericAgreement } from '../../libs/statistics/src/agreement/numeric-agreement';
import { readJson } from '../support/label-sets';
import { type Rule, same, words } from './known-values';

const EXACT = 1e-12;
const FIVE_PLACES = 5.01e-6;

type Ratings = readonly (readonly (number | string | null)[])[];

/** Categorical coefficients of items given as lists of label indices. */
function read(items: readonly (readonly number[])[], labels: number, ordinal = false): Record<string, number> {
  const schema = { labels, ordinal };
  const { coefficients } = readCategorical(statisticsOfColumns(columnsOf(items), schema), schema);
  return Object.fromEntries(Object.entries(coefficients).map(([name, { value }]) => [name, value!]));
}

/** What the command says of a table of ratings, a row a worker; the labels are those that occur. */
function reported(ratings: Ratings, metric: Metric): Record<string, { value: number | null }> {
  const rows = ratings.flatMap((row, w) =>
    row.flatMap((value, t) => (value === null ? [] : [{ item: `${t}`, worker: `${w}`, label: `${value}` }])),
  );
  return agreementOf(labelTable(rows), 'rating', { metric, resamples: 0 }).coefficients;
}

/** (observed - coefficient) / (1 - coefficient): the chance agreement that it took off. */
function chanceOf(observed: number, coefficient: number): number {
  return (observed - coefficient) / (1 - coefficient);
}

export function cohenRules(book: {
  examples: { table: number[][] }[];
  prevalence_paradox: { table: number[][] }[];
}): Rule[] {
  const observed = (table: number[][]) => read(itemsOfTable(table), table.length)['observed']!;
  return (['examples', 'prevalence_paradox'] as const).flatMap((part) => {
    const table = (i: string) => book[part][Number(i)]!.table;
    const kappa = (i: string) => cohenKappa(table(i)).value!;
    const rules = [
      same(`${part}/*/po`, (i) => observed(table(i)), EXACT),
      same(`${part}/*/kappa`, kappa, EXACT),
      ...words('input', `${part}/*/table/*/*`, `${part}/*/name`),
    ];
    if (part === 'prevalence_paradox')
      return [...rules, same(`${part}/*/gwet_ac1`, (i) => read(itemsOfTable(table(i)), 2)['gwetAC1'], EXACT)];
    return [
      ...rules,
      same(`${part}/*/pe`, (i) => chanceOf(observed(table(i)), kappa(i)), EXACT),
      same(`${part}/*/published/po`, (i) => observed(table(i)), EXACT),
      same(`${part}/*/published/pe`, (i) => chanceOf(observed(table(i)), kappa(i)), EXACT),
      same(`${part}/*/published/kappa`, kappa, 5.01e-4),
      same(`${part}/*/weighted_linear`, (i) => cohenKappa(table(i), 'linear').value, EXACT),
      same(`${part}/*/weighted_quadratic`, (i) => cohenKappa(table(i), 'quadratic').value, EXACT),
      ...words('prose', `${part}/*/note`),
      ...words('Assay reports no largest kappa', `${part}/*/kappa_max`, `${part}/*/published/kappa_max`),
      ...words('the error of large samples: intervals here are jackknifed or drawn', ...['var_kappa', 'ase', 'low', 'high', 'published/ase', 'published/low', 'published/high'].map((key) => `${part}/*/${key}`)), // prettier-ignore
    ];
  });
}

export function fleissRules({ examples }: { examples: { counts: number[][] }[] }): Rule[] {
  const counts = (i: string) => examples[Number(i)]!.counts;
  const value = (i: string, name: string) => read(itemsOfCounts(counts(i)), counts(i)[0]!.length)[name]!;
  const perCategory = (i: string, k: string) => {
    const schema = { labels: counts(i)[0]!.length, ordinal: false };
    const statistics = statisticsOfColumns(columnsOf(itemsOfCounts(counts(i))), schema);
    return fleissPerCategory(statistics, schema.labels)[Number(k)]!.value;
  };
  return [
    same('examples/*/kappa/published', (i) => value(i, 'fleissKappa'), 5.01e-3),
    same('examples/*/kappa/exact', (i) => value(i, 'fleissKappa'), EXACT),
    same('examples/*/per_category_kappa/exact/*', perCategory, EXACT),
    same('examples/*/percent_agreement', (i) => value(i, 'observed'), EXACT),
    same('examples/*/published_P_bar', (i) => value(i, 'observed'), 5.01e-4),
    same('examples/*/published_Pe_bar', (i) => chanceOf(value(i, 'observed'), value(i, 'fleissKappa')), 5.01e-4),
    same('examples/*/krippendorff_alpha_nominal', (i) => value(i, 'krippendorffAlpha'), EXACT),
    same('examples/*/gwet_ac1', (i) => value(i, 'gwetAC1'), EXACT),
    ...words('input and prose', 'examples/*/counts/*/*', 'examples/*/categories/*', 'examples/*/name', 'examples/*/citation', 'examples/*/per_category_kappa/note'), // prettier-ignore
  ];
}

/** irrCAC rounds to five places. Its errors, p-values and intervals are those of large samples; Assay draws its own, and has no Conger's kappa. */
export function gwetRules(book: {
  two_rater_tables: { table: number[][] }[];
  four_raters: { ratings: unknown; ratings_file: string };
}): Rule[] {
  const four = reported(readJson(`textbook/${book.four_raters.ratings_file}`).ratings, 'nominal');
  const value = (name: string) => four[name]!.value!;
  const names = {
    gwet_ac1: 'gwetAC1',
    fleiss: 'fleissKappa',
    krippendorff: 'krippendorffAlpha',
    brennan_prediger: 'brennanPrediger',
  };
  const table = (i: string) => book.two_rater_tables[Number(i)]!.table;
  const two = (i: string, name: string) => read(itemsOfTable(table(i)), table(i).length, true)[name]!;
  const irrcac = Object.entries(names).flatMap(([key, name]) => [
    same(`four_raters/irrcac/${key}/coefficient_value`, () => value(name), FIVE_PLACES),
    ...(key === 'krippendorff'
      ? []
      : [
          same(`four_raters/irrcac/${key}/pa`, () => value('observed'), FIVE_PLACES),
          same(`four_raters/irrcac/${key}/pe`, () => chanceOf(value('observed'), value(name)), FIVE_PLACES),
        ]),
  ]);
  return [
    same('four_raters/expected/gwet_ac1', () => value('gwetAC1'), EXACT),
    same('four_raters/expected/fleiss_kappa_generalised', () => value('fleissKappa'), EXACT),
    same('four_raters/expected/brennan_prediger', () => value('brennanPrediger'), EXACT),
    same('four_raters/expected/percent_agreement_item_mean', () => value('observed'), EXACT),
    same('four_raters/expected/krippendorff_alpha', () => value('krippendorffAlpha'), EXACT),
    ...irrcac,
    same('two_rater_tables/*/ac1/r_irrcac', (i) => two(i, 'gwetAC1'), FIVE_PLACES),
    same('two_rater_tables/*/ac1/exact', (i) => two(i, 'gwetAC1'), EXACT),
    same('two_rater_tables/*/ac1/pa', (i) => two(i, 'observed'), EXACT),
    same('two_rater_tables/*/ac1/pe', (i) => chanceOf(two(i, 'observed'), two(i, 'gwetAC1')), EXACT),
    same('two_rater_tables/*/ac2_quadratic/r_irrcac', (i) => two(i, 'gwetAC2'), FIVE_PLACES),
    same('two_rater_tables/*/ac2_quadratic/exact', (i) => two(i, 'gwetAC2'), EXACT),
    same('two_rater_tables/*/ac2_quadratic/pa', (i) => nearness(table(i)), EXACT),
    same('two_rater_tables/*/ac2_quadratic/pe', (i) => chanceOf(nearness(table(i)), two(i, 'gwetAC2')), EXACT),
    ...words('input and prose', 'four_raters/ratings_file', 'four_raters/note', 'two_rater_tables/*/name', 'two_rater_tables/*/table/*/*', 'four_raters/irrcac/*/coefficient_name'), // prettier-ignore
    ...words("irrCAC's weighting of alpha's parts", 'four_raters/irrcac/krippendorff/pa', 'four_raters/irrcac/krippendorff/pe'), // prettier-ignore
    ...words('no Conger here', ...['coefficient_value', 'pa', 'pe'].map((key) => `four_raters/irrcac/conger/${key}`)),
    ...words('errors of large samples', ...['se', 'z', 'p_value', 'confidence_interval/*'].map((key) => `four_raters/irrcac/*/${key}`)), // prettier-ignore
  ];
}

/** Observed agreement of two workers where a near label counts in part, quadratic: 1 less the weighted disagreement. */
function nearness(table: number[][]): number {
  const total = table.flat().reduce((a, b) => a + b, 0);
  let sum = 0;
  table.forEach((row, k) => row.forEach((count, l) => (sum += count * labelWeight(k, l, table.length, 'quadratic'))));
  return sum / total;
}

export function iccRules({ ratings_rows_are_targets }: { ratings_rows_are_targets: number[][] }): Rule[] {
  const { itemStart, label } = columnsOf(ratings_rows_are_targets);
  const { icc1, icc1k } = numericAgreement({ itemStart, number: Float64Array.from(label) }, { resamples: 0 });
  return [
    same('exact/ICC1', () => icc1!.value, EXACT),
    same('exact/ICC1k', () => icc1k!.value, EXACT),
    same('published/ICC1', () => icc1!.value, 5.01e-3),
    same('published/ICC1k', () => icc1k!.value, 5.01e-3),
    ...words('input', 'ratings_rows_are_targets/*/*'),
    ...words('forms for the same judges throughout, which a crowd is not', ...['ICC2', 'ICC3', 'ICC2k', 'ICC3k'].flatMap((name) => [`exact/${name}`, `published/${name}`])), // prettier-ignore
  ];
}

/** Alpha by every metric that the file has. */
export function threeCodersRules({ ratings }: { ratings: Ratings }): Rule[] {
  const alpha = (metric: string) => reported(ratings, metric as Metric)['krippendorffAlpha']!.value;
  return [
    same('alpha/ordinal/exact', () => alpha('ordinal'), EXACT),
    same('alpha/nominal/exact', () => alpha('nominal'), EXACT),
    same('alpha/interval/exact', () => alpha('interval'), EXACT),
    same('alpha/nominal/published', () => alpha('nominal'), 5.01e-4),
    same('alpha/interval/published', () => alpha('interval'), 5.01e-4),
    ...words('not published', 'alpha/ordinal/published'),
    ...words('input', 'ratings/*/*', 'raters/*'),
  ];
}

export function alphaRules({ ratings }: { ratings: Ratings }): Rule[] {
  const alpha = (metric: string) => reported(ratings, metric as Metric)['krippendorffAlpha']!.value;
  const items = itemsOf(ratings as number[][]).map((values) => values.map((value) => value - 1));
  const schema = { labels: 5, ordinal: true };
  const sums = sumsOf(statisticsOfColumns(columnsOf(items), schema), schema);
  const at = sumsLayout(schema);
  const coincidence = (k: number, l: number): number =>
    k === l ? sums[at.coincidences + k]! : sums[at.crossCoincidences + Math.min(k, l) * 5 + Math.max(k, l)]!;
  return [
    same('alpha/*/exact', alpha, EXACT),
    same('alpha/*/published', alpha, 5.01e-4),
    same('units', () => items.length),
    same('coincidence_matrix/*/*', (k, l) => coincidence(Number(k), Number(l)), 5.01e-7),
    same('n_pairable', () => sums.subarray(at.counts, at.counts + 5).reduce((a, b) => a + b, 0)),
    ...words('input', 'ratings/*/*', 'raters/*'),
  ];
}

export function twoObserversRules({ examples }: { examples: { ratings: Ratings }[] }): Rule[] {
  const alpha = (i: string) => reported(examples[Number(i)]!.ratings, 'nominal')['krippendorffAlpha']!.value;
  return [
    same('examples/*/alpha_nominal/exact', alpha, EXACT),
    same('examples/*/alpha_nominal/published', alpha, 5.01e-4),
    ...words('input', 'examples/*/name', 'examples/*/ratings/*/*'),
  ];
}
