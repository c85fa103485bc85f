import { labelTable, type LabelRow } from '../../libs/statistics/src/aggregation/label-table';
import { majority } from '../../libs/statistics/src/aggregation/majority';
import { wawa } from '../../libs/statistics/src/aggregation/wawa';
import { agreementOf } from '../../libs/statistics/src/agreement/agreement-report';
import { cohenKappa } from '../../libs/statistics/src/agreement/cohen-kappa';
import { crowdKitSteps } from './plain-em';
import { type RatingTable } from './random-tables';

/** Values by name; null where one is not defined. */
export type Values = Record<string, number | null>;

/** What packages of Python said of a table (`test/checks/agreement-packages.py`). */
export interface PackageAnswers {
  versions: Record<string, string>;
  tables: { table: RatingTable; values: Values }[];
}

/** The same by Assay, by the same names. */
export function valuesOfTable({ values, ratings }: RatingTable): Values {
  const names = values.map((value) => `${value}`);
  const rows = ratings.flatMap((row, w) =>
    row.flatMap((label, t) => (label === null ? [] : [{ item: place(t), worker: place(w), label: names[label]! }])),
  );
  const table = labelTable(rows, names);
  const read = (metric: 'nominal' | 'ordinal' | 'interval' | 'ratio', weights?: 'linear' | 'quadratic') => {
    const { coefficients } = agreementOf(table, 'rating', { metric, weights, resamples: 0 });
    return (name: string) => coefficients[name]!.value;
  };
  const [nominal, linear, quadratic] = [read('nominal'), read('ordinal', 'linear'), read('ordinal', 'quadratic')];
  return {
    'krippendorff nominal': nominal('krippendorffAlpha'),
    'krippendorff ordinal': quadratic('krippendorffAlpha'),
    'krippendorff interval': read('interval')('krippendorffAlpha'),
    'krippendorff ratio': read('ratio')('krippendorffAlpha'),
    'statsmodels fleiss': fleissOfComplete({ values, ratings }),
    ...cohens({ values, ratings }),
    'irrCAC fleiss': nominal('fleissKappa'),
    'irrCAC AC1': nominal('gwetAC1'),
    'irrCAC AC2 linear': linear('gwetAC2'),
    'irrCAC AC2 quadratic': quadratic('gwetAC2'),
    'irrCAC Brennan-Prediger': nominal('brennanPrediger'),
    ...aggregated(rows.map((row) => ({ ...row, label: `${names.indexOf(row.label)}` }))),
  };
}

/** Statsmodels wants as many labels of each item: those that every worker labelled. */
function fleissOfComplete({ values, ratings }: RatingTable): number | null {
  const complete = ratings[0]!.flatMap((_, t) => (ratings.every((row) => row[t] != null) ? [t] : []));
  const rows = complete.flatMap((t) =>
    ratings.map((row, w) => ({ item: place(t), worker: place(w), label: `${row[t]!}` })),
  );
  const names = values.map((_, k) => `${k}`);
  return agreementOf(labelTable(rows, names), 'choice', { resamples: 0 }).coefficients['fleissKappa']!.value;
}

/** Cohen's kappas of the first two workers over the items of both. */
function cohens({ values, ratings }: RatingTable): Values {
  const counts = values.map(() => values.map(() => 0));
  ratings[0]!.forEach((first, t) => {
    const second = ratings[1]![t];
    if (first !== null && second != null) counts[first]![second]! += 1;
  });
  return {
    'sklearn kappa': cohenKappa(counts).value,
    'sklearn kappa linear': cohenKappa(counts, 'linear').value,
    'sklearn kappa quadratic': cohenKappa(counts, 'quadratic').value,
  };
}

/** Rounds of EM after which posteriors are compared. */
const ROUNDS = 5;

/** crowd-kit's posteriors are no lower. */
const LEAST_POSTERIOR = 1e-10;

/** One number a method, into which all of its labels, skills or posteriors go: the sum of each divided by its place. It knows no labels but those that occur. */
function aggregated(rows: readonly LabelRow[]): Values {
  const table = labelTable(rows);
  const labels = Array.from(majority(table), (label) => Number(table.labels[label]));
  const posteriors = crowdKitSteps(table, ROUNDS).posteriors.map((value) => Math.max(LEAST_POSTERIOR, value));
  return {
    'crowd-kit majority': weighed(labels),
    'crowd-kit Wawa skills': weighed(wawa(table).skills),
    'crowd-kit Dawid-Skene': weighed(posteriors),
  };
}

function weighed(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! / (i + 1);
  return sum;
}

/** Names whose code units sort as the numbers do. */
function place(index: number): string {
  return String(index).padStart(3, '0');
}

/** Values that differ by more than 1e-9, or of which only one is defined, in words. */
export function differences(ours: Values, theirs: Values): string[] {
  return Object.entries(theirs).flatMap(([name, theirsIs]) => {
    const own = ours[name];
    const equal =
      own === theirsIs || (typeof own === 'number' && theirsIs !== null && Math.abs(own - theirsIs) <= 1e-9);
    return equal ? [] : [`${name}: ours is ${String(own)}, theirs ${String(theirsIs)}`];
  });
}
