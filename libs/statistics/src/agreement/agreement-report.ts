import { type LabelTable } from '../aggregation/label-table';
import { distanceAgreement, MOST_NUMBERS, MOST_VALUES } from './alpha-of-distance';
import { type BootstrapOptions } from './bootstrap';
import { bootstrapOverItems } from './bootstrap-over-items';
import { type AgreementWeights } from './categorical-coefficients';
import { type EstimatedCoefficient } from './coefficient';
import { squaredRatioDistance } from './label-distances';
import { type LabelKind, type Metric, METRIC_OF_KIND, writtenDistance } from './label-metric';
import { numericAgreement } from './numeric-agreement';
import { readPairwiseCohen } from './pairwise-cohen';
import { rankingAgreement } from './ranking-agreement';
import { spansAgreement } from './spans-agreement';
import { weightedCohen } from './weighted-cohen';
import { type LabelsOfWorkers } from './worker-pairs';

/** The object under `agreement.<question>` of a report. */
export interface AgreementReport {
  /** Items with a label; distinct workers; labels. */
  items: number;
  workers: number;
  labels: number;
  coefficients: Record<string, EstimatedCoefficient>;
}

export interface AgreementOptions extends BootstrapOptions {
  /** Default: the kind's own (`METRIC_OF_KIND`). */
  metric?: Metric;
  /** Of `gwetAC2` and `weightedCohenKappa`; default quadratic. */
  weights?: AgreementWeights;
  /** Items that a pair of workers must have in common; default 10, and 1 where there are only two workers. */
  leastCommon?: number;
}

/**
 * Agreement on a question of any kind, from a table of its counting annotations as they are written in a file: every coefficient that fits, each with
 * an interval that says how it was made. A function of the set of labels and the seed. The labels of a choice, rating or preference are the
 * schema's, of a rating in order.
 * @throws RangeError on a label that is not a number where the metric needs numbers.
 */
export function agreementOf(table: LabelTable, kind: LabelKind, options: AgreementOptions = {}): AgreementReport {
  const metric = options.metric ?? METRIC_OF_KIND[kind];
  if (metric === 'nominal' || metric === 'ordinal') {
    return categoricalAgreement(table, { ...options, ordinal: metric === 'ordinal' });
  }
  return { ...countsOf(table), coefficients: measured(table, kind, metric, options) };
}

/** The most `comparedLabels` of which alpha is exact by a metric; of more it is estimated, from 3,000 drawn ones. */
export function mostExact(metric: Metric): number {
  if (metric === 'nominal' || metric === 'ordinal' || metric === 'interval') return Infinity;
  return metric === 'ratio' ? MOST_NUMBERS : MOST_VALUES;
}

/** How many different labels the items with two or more have. */
export function comparedLabels({ itemStart, label }: LabelTable): number {
  const compared = new Set<number>();
  for (let t = 0; t + 1 < itemStart.length; t++) {
    if (itemStart[t + 1]! - itemStart[t]! < 2) continue;
    for (let i = itemStart[t]!; i < itemStart[t + 1]!; i++) compared.add(label[i]!);
  }
  return compared.size;
}

function measured(
  table: LabelTable,
  kind: LabelKind,
  metric: Exclude<Metric, 'nominal' | 'ordinal'>,
  options: AgreementOptions,
): AgreementReport['coefficients'] {
  if (metric === 'interval') return numericAgreement({ itemStart: table.itemStart, number: numbersOf(table) }, options);
  if (metric === 'ratio') {
    const below = numbersOf(table).find((number) => number < 0);
    if (below !== undefined) throw new RangeError(`label "${below}": expected a number from 0`);
    const values = table.labels.map(Number);
    const { krippendorffAlpha } = distanceAgreement(table, values, squaredRatioDistance, MOST_NUMBERS);
    return { krippendorffAlpha };
  }
  return {
    ...distanceAgreement(table, table.labels, writtenDistance(metric)),
    ...(kind === 'spans' ? spansAgreement(table) : {}),
    ...(kind === 'ranking' ? rankingAgreement(table) : {}),
  };
}

/** The same for labels out of a set, which may be in the form of columns only. */
export function categoricalAgreement(
  table: LabelsOfWorkers,
  options: Omit<AgreementOptions, 'metric'> & { ordinal?: boolean } = {},
): AgreementReport {
  const { workers } = countsOf(table);
  const schema = { labels: table.labels.length, ordinal: options.ordinal ?? false };
  const { items, labels, coefficients } = bootstrapOverItems(table, schema, { ...options, twoWorkers: workers === 2 });
  const pairwise = readPairwiseCohen(table, options.leastCommon ?? (workers === 2 ? 1 : undefined)).coefficients;
  if (workers === 2) coefficients['cohenKappa'] = pairwise.meanPairwiseCohenKappa;
  if (workers === 2 && schema.ordinal) {
    coefficients['weightedCohenKappa'] = weightedCohen(table, options.weights ?? 'quadratic');
  }
  return { items, workers, labels, coefficients: { ...coefficients, ...pairwise } };
}

function countsOf({ itemStart, worker, workers }: LabelsOfWorkers): { items: number; workers: number; labels: number } {
  const seen = new Uint8Array(workers.length);
  for (let i = 0; i < worker.length; i++) seen[worker[i]!] = 1;
  let items = 0;
  for (let t = 0; t + 1 < itemStart.length; t++) if (itemStart[t + 1]! > itemStart[t]!) items += 1;
  return { items, workers: seen.reduce((sum, one) => sum + one, 0), labels: worker.length };
}

function numbersOf(table: LabelTable): Float64Array {
  const values = table.labels.map((label) => {
    const value = label.trim() === '' ? NaN : Number(label);
    if (!Number.isFinite(value)) throw new RangeError(`label "${label}": expected a number`);
    return value;
  });
  return Float64Array.from(table.label, (label) => values[label]!);
}
