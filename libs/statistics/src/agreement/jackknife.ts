import { type CategoricalStatistics, emptyStatistics, mergeStatistics } from './categorical-statistics';
import { type Coefficient } from './coefficient';
import {
  CATEGORICAL_COEFFICIENTS,
  type CategoricalAgreement,
  type CategoricalSchema,
  readCategorical,
} from './read-categorical';

/** A coefficient with its 95 % interval, or why there is none. */
export type IntervalCoefficient =
  | { value: number; low: number; high: number; interval: 'jackknife' | 'bootstrap' }
  | { value: number; low: null; high: null; interval: null; reason: string }
  | { value: null; low: null; high: null; interval: null; reason: string };

/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054;

/** Agreement over all stripes with intervals. */
export interface StripedAgreement extends Omit<CategoricalAgreement, 'coefficients'> {
  coefficients: Record<string, IntervalCoefficient>;
}

/**
 * Reads agreement over stripes of items with the delete-one-stripe jackknife: with m stripes that hold items and t_i the coefficient
 * without stripe i, the variance is (m - 1) / m sum (t_i - mean t)^2 (B. Efron and C. Stein, Annals of Statistics 9, 1981), and the
 * interval the value +- 1.96 standard errors, cut to [-1, 1]. Fewer than two stripes give none.
 */
export function jackknifeOverStripes(
  stripes: readonly CategoricalStatistics[],
  schema: CategoricalSchema,
): StripedAgreement {
  const held = stripes.filter((stripe) => Object.keys(stripe.buckets).length > 0);
  const total = emptyStatistics();
  for (const stripe of held) mergeStatistics(total, stripe);
  const whole = readCategorical(total, schema);
  const without = held.map((stripe) => {
    mergeStatistics(total, stripe, -1);
    const rest = readCategorical(total, schema).coefficients;
    mergeStatistics(total, stripe);
    return rest;
  });
  const coefficients = CATEGORICAL_COEFFICIENTS.map((name) => {
    const deleted = without.map((rest) => rest[name]);
    return [name, withInterval(whole.coefficients[name], deleted)] as const;
  });
  return { ...whole, coefficients: Object.fromEntries(coefficients) };
}

function withInterval(whole: Coefficient, without: readonly Coefficient[]): IntervalCoefficient {
  const none = { low: null, high: null, interval: null } as const;
  if (whole.value === null) return { value: null, ...none, reason: whole.reason };
  const values = without.map((one) => one.value).filter((value) => value !== null);
  if (values.length < 2 || values.length < without.length) {
    return { value: whole.value, ...none, reason: 'too few items for an interval' };
  }
  const m = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / m;
  const variance = ((m - 1) / m) * values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = Z * Math.sqrt(variance);
  return {
    value: whole.value,
    low: Math.max(-1, whole.value - half),
    high: Math.min(1, whole.value + half),
    interval: 'jackknife',
  };
}
