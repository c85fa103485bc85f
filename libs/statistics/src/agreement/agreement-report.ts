import { type BootstrapOptions } from './bootstrap';
import { bootstrapOverItems } from './bootstrap-over-items';
import { type AgreementWeights } from './categorical-coefficients';
import { type EstimatedCoefficient } from './coefficient';
import { readPairwiseCohen } from './pairwise-cohen';
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
  /** The labels have an order (a rating). */
  ordinal?: boolean;
  /** Of `gwetAC2`; default quadratic. */
  weights?: AgreementWeights;
  /** Items that a pair of workers must have in common; default 10, and 1 where there are only two workers. */
  leastCommon?: number;
}

/**
 * Agreement on a question of kind choice, rating or preference, from a table of its counting annotations: every coefficient that fits, each with an
 * interval that says how it was made. The table's labels are the schema's. A function of the set of labels and the seed.
 */
export function categoricalAgreement(table: LabelsOfWorkers, options: AgreementOptions = {}): AgreementReport {
  const workers = distinct(table.worker);
  const schema = { labels: table.labels.length, ordinal: options.ordinal ?? false };
  const { items, labels, coefficients } = bootstrapOverItems(table, schema, { ...options, twoWorkers: workers === 2 });
  const pairwise = readPairwiseCohen(table, options.leastCommon ?? (workers === 2 ? 1 : undefined)).coefficients;
  if (workers === 2) coefficients['cohenKappa'] = pairwise.meanPairwiseCohenKappa;
  return { items, workers, labels, coefficients: { ...coefficients, ...pairwise } };
}

function distinct(column: Int32Array): number {
  return new Set(column).size;
}
