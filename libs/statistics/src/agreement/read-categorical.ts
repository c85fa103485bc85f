import { type CategoricalStatistics } from './categorical-statistics';
import { type Coefficient, coefficient } from './coefficient';

/** What categorical agreement is read with. */
export interface CategoricalSchema {
  /** K, the number of labels of the schema: of the data it would make chance agreement depend on what happened to be said. */
  labels: number;
  /** Whether labels have an order: adds the ordinal alpha in place of the nominal one. */
  ordinal: boolean;
}

export const CATEGORICAL_COEFFICIENTS = [
  'observed',
  'krippendorffAlpha',
  'fleissKappa',
  'gwetAC1',
  'brennanPrediger',
] as const;
export type CategoricalCoefficient = (typeof CATEGORICAL_COEFFICIENTS)[number];

/** Agreement over some items. */
export interface CategoricalAgreement {
  /** Items with at least one label, and with at least two. */
  items: number;
  pairableItems: number;
  labels: number;
  coefficients: Record<CategoricalCoefficient, Coefficient>;
}

const NO_PAIR = 'no item has two labels';
const ONE_LABEL = 'only one label was used';

/**
 * Reads every coefficient from the statistics, in O(buckets x labels used).
 *
 *   observed          mean over items with n >= 2 of sum_k n_k (n_k - 1) / (n (n - 1)) (item mean, not pooled over pairs)
 *   krippendorffAlpha 1 - Do / De on the coincidence matrix (K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011)
 *   fleissKappa       generalised to any n: (observed - sum p_k^2) / (1 - sum p_k^2), p_k the mean share of k over all rated items
 *   gwetAC1           chance sum p_k (1 - p_k) / (K - 1) (K. Gwet, British J. of Mathematical and Statistical Psychology 61, 2008)
 *   brennanPrediger   chance 1 / K
 */
export function readCategorical(statistics: CategoricalStatistics, schema: CategoricalSchema): CategoricalAgreement {
  const K = schema.labels;
  const shares = new Float64Array(K);
  let items = 0;
  let pairableItems = 0;
  let labels = 0;
  let agreeing = 0;
  for (const [name, bucket] of Object.entries(statistics.buckets)) {
    const n = Number(name);
    items += bucket.items;
    labels += n * bucket.items;
    for (const [k, count] of Object.entries(bucket.counts)) shares[Number(k)]! += count / n;
    if (n < 2) continue;
    pairableItems += bucket.items;
    for (const [k, count] of Object.entries(bucket.pairs)) if (!k.includes(',')) agreeing += count / (n * (n - 1));
  }
  const observed = agreeing / pairableItems;
  let squares = 0;
  for (let k = 0; k < K; k++) squares += (shares[k]! / items) ** 2;
  const corrected = (chance: number) =>
    coefficient((observed - chance) / (1 - chance), pairableItems === 0 ? NO_PAIR : ONE_LABEL);
  return {
    items,
    pairableItems,
    labels,
    coefficients: {
      observed: coefficient(observed, NO_PAIR),
      krippendorffAlpha: krippendorffAlpha(statistics, schema),
      fleissKappa: corrected(squares),
      gwetAC1: corrected((1 - squares) / (K - 1)),
      brennanPrediger: corrected(1 / K),
    },
  };
}

function krippendorffAlpha(statistics: CategoricalStatistics, schema: CategoricalSchema): Coefficient {
  const margins = new Float64Array(schema.labels);
  let total = 0;
  for (const [name, bucket] of Object.entries(statistics.buckets)) {
    if (Number(name) < 2) continue;
    for (const [k, count] of Object.entries(bucket.counts)) {
      margins[Number(k)]! += count;
      total += count;
    }
  }
  if (total === 0) return { value: null, reason: NO_PAIR };
  const [disagreement, expected] = schema.ordinal
    ? ordinalSums(statistics, margins)
    : nominalSums(statistics, margins, total);
  return coefficient(1 - ((total - 1) * disagreement) / expected, ONE_LABEL);
}

/** Sums of o_kl and of n_k n_l over k != l. */
function nominalSums(statistics: CategoricalStatistics, margins: Float64Array, total: number): [number, number] {
  let agreeing = 0;
  for (const [name, bucket] of Object.entries(statistics.buckets)) {
    if (Number(name) < 2) continue;
    for (const [k, count] of Object.entries(bucket.pairs)) if (!k.includes(',')) agreeing += count / (Number(name) - 1);
  }
  let squares = 0;
  for (const margin of margins) squares += margin * margin;
  return [total - agreeing, total * total - squares];
}

/** Sums of o_kl d(k, l) and of n_k n_l d(k, l) over k != l; d(k, l) = (sum of n_g from k to l - (n_k + n_l) / 2)^2, which needs all margins. */
function ordinalSums(statistics: CategoricalStatistics, margins: Float64Array): [number, number] {
  const upTo = new Float64Array(margins.length + 1);
  margins.forEach((margin, k) => (upTo[k + 1] = upTo[k]! + margin));
  const distance = (k: number, l: number) => (upTo[l + 1]! - upTo[k]! - (margins[k]! + margins[l]!) / 2) ** 2;
  let disagreement = 0;
  for (const [name, bucket] of Object.entries(statistics.buckets)) {
    if (Number(name) < 2) continue;
    for (const [pair, count] of Object.entries(bucket.pairs)) {
      const comma = pair.indexOf(',');
      if (comma === -1) continue;
      const d = distance(Number(pair.slice(0, comma)), Number(pair.slice(comma + 1)));
      disagreement += (2 * count * d) / (Number(name) - 1);
    }
  }
  let expected = 0;
  for (let k = 0; k < margins.length; k++) {
    for (let l = k + 1; l < margins.length; l++) expected += 2 * margins[k]! * margins[l]! * distance(k, l);
  }
  return [disagreement, expected];
}
