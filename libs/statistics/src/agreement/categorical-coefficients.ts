import {
  type Coefficient,
  type Coefficients,
  NO_OVERLAP,
  ONE_LABEL_IN_SCHEMA,
  chanceCorrected,
  undefinedBecause,
} from './coefficient';
import { type CategoricalStatistics } from './categorical-statistics';
import { type CategoricalSchema, type SumsLayout, sumsLayout, sumsOf } from './categorical-sums';
import { alphaOfCoincidences, ordinalDistance } from './coincidence-alpha';

/** How near labels of an order are to each other in `gwetAC2`, from 1 (equal) to 0 (the two ends). */
export type AgreementWeights = 'linear' | 'quadratic';

export interface CategoricalReading {
  /** Items with a label. */
  items: number;
  labels: number;
  coefficients: Coefficients;
}

/**
 * Every coefficient that follows from categorical statistics, however many they are:
 *   observed          mean over items with two or more labels of the share of agreeing pairs: an item mean, not pair-pooled
 *   krippendorffAlpha nominal, or ordinal where the schema is (Krippendorff 2011, Computing Krippendorff's alpha-reliability)
 *   fleissKappa       generalised to items of any overlap: shares of labels over every item with a label, as irrCAC does
 *   gwetAC1           Gwet 2008 (BJMSP 61); `gwetAC2` with weights where the schema is ordinal
 *   brennanPrediger   chance agreement 1/K
 *   scottPi           only where `twoWorkers`: Scott's pi, shares over the items that both labelled
 */
export function readCategorical(
  statistics: CategoricalStatistics,
  schema: CategoricalSchema,
  options: CoefficientOptions = {},
): CategoricalReading {
  const sums = sumsOf(statistics, schema);
  const at = sumsLayout(schema);
  return {
    items: sums[at.items]!,
    labels: sums[at.labels]!,
    coefficients: categoricalCoefficients(sums, schema, options),
  };
}

export interface CoefficientOptions {
  /** Default quadratic. */
  weights?: AgreementWeights;
  /** All labels come from two workers. */
  twoWorkers?: boolean;
}

/** The coefficients of a vector of sums (`categorical-sums.ts`). */
export function categoricalCoefficients(
  sums: Float64Array,
  schema: CategoricalSchema,
  { weights = 'quadratic', twoWorkers = false }: CoefficientOptions = {},
): Coefficients {
  const at = sumsLayout(schema);
  const K = schema.labels;
  const pairable = sums[at.pairableItems]!;
  const observed = sums[at.observed]! / pairable;
  const ifOverlap = (coefficient: () => Coefficient) => (pairable > 0 ? coefficient() : undefinedBecause(NO_OVERLAP));
  const ifChoice = (coefficient: () => Coefficient) =>
    ifOverlap(() => (K > 1 ? coefficient() : undefinedBecause(ONE_LABEL_IN_SCHEMA)));
  const coefficients: Coefficients = {
    observed: ifOverlap(() => ({ value: observed })),
    krippendorffAlpha: ifOverlap(() => krippendorffAlpha(sums, at, schema)),
    fleissKappa: ifOverlap(() => chanceCorrected(observed, squares(sums, at.shares, K))),
    gwetAC1: ifChoice(() => chanceCorrected(observed, (1 - squares(sums, at.shares, K)) / (K - 1))),
    brennanPrediger: ifChoice(() => chanceCorrected(observed, 1 / K)),
  };
  if (schema.ordinal) coefficients['gwetAC2'] = ifChoice(() => gwetAC2(sums, at, K, weights));
  if (twoWorkers) {
    coefficients['scottPi'] = ifOverlap(() => chanceCorrected(observed, squares(sums, at.pairableShares, K)));
  }
  return coefficients;
}

function krippendorffAlpha(sums: Float64Array, at: SumsLayout, { labels: K, ordinal }: CategoricalSchema): Coefficient {
  const counts = sums.subarray(at.counts, at.counts + K);
  if (ordinal) {
    const coincidences = sums.subarray(at.crossCoincidences, at.crossCoincidences + K * K);
    return alphaOfCoincidences(coincidences, counts, ordinalDistance(counts));
  }
  return nominalAlpha(sums.subarray(at.coincidences, at.coincidences + K), counts);
}

/** 1 - (n - 1) (n - sum_c o_cc) / (n^2 - sum_c n_c^2): no work that grows with K^2. */
function nominalAlpha(diagonal: Float64Array, counts: Float64Array): Coefficient {
  let labels = 0;
  let agreeing = 0;
  let expectedAgreeing = 0;
  for (let k = 0; k < counts.length; k++) {
    labels += counts[k]!;
    agreeing += diagonal[k]!;
    expectedAgreeing += counts[k]! * (counts[k]! - 1);
  }
  const expectedDisagreeing = labels * (labels - 1) - expectedAgreeing;
  if (expectedDisagreeing === 0) return undefinedBecause('only one label was used');
  return { value: 1 - ((labels - 1) * (labels - agreeing)) / expectedDisagreeing };
}

/** Gwet's AC2: agreement weighted by nearness; chance agreement sum_kl w_kl / (K (K - 1)) * sum_k p_k (1 - p_k). */
function gwetAC2(sums: Float64Array, at: SumsLayout, K: number, weights: AgreementWeights): Coefficient {
  let agreement = sums[at.observed]!;
  let weightTotal = K;
  for (let k = 0; k < K; k++) {
    for (let l = k + 1; l < K; l++) {
      const weight = labelWeight(k, l, K, weights);
      weightTotal += 2 * weight;
      agreement += 2 * weight * sums[at.crossAgreement + k * K + l]!;
    }
  }
  const expected = (weightTotal / (K * (K - 1))) * (1 - squares(sums, at.shares, K));
  return chanceCorrected(agreement / sums[at.pairableItems]!, expected);
}

/** 1 - |k - l| / (K - 1), or 1 less the square of that quotient. */
export function labelWeight(k: number, l: number, K: number, weights: AgreementWeights): number {
  const distance = k === l ? 0 : Math.abs(k - l) / (K - 1);
  return 1 - (weights === 'linear' ? distance : distance * distance);
}

/** Sum of the squared shares of K labels. */
function squares(sums: Float64Array, from: number, K: number): number {
  let total = 0;
  for (let k = 0; k < K; k++) total += sums[from + k]!;
  let squared = 0;
  for (let k = 0; k < K; k++) squared += (sums[from + k]! / total) ** 2;
  return squared;
}
