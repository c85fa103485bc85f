import { categoricalCoefficients, type CoefficientOptions } from './categorical-coefficients';
import { type CategoricalStatistics } from './categorical-statistics';
import { type CategoricalSchema, sumsLayout, sumsOf } from './categorical-sums';
import { type EstimatedCoefficient } from './coefficient';
import { jackknife } from './jackknife';

export interface StripedReading {
  /** Items with a label. */
  items: number;
  labels: number;
  coefficients: Record<string, EstimatedCoefficient>;
}

/**
 * Live agreement: the coefficients over all stripes with their delete-one-stripe jackknife intervals. Empty stripes are skipped; with fewer
 * than three others there is a value but no interval, and the reason says so. The stripes' order changes nothing but the last bits.
 */
export function jackknifeOverStripes(
  stripes: readonly CategoricalStatistics[],
  schema: CategoricalSchema,
  options: CoefficientOptions = {},
): StripedReading {
  const at = sumsLayout(schema);
  const filled = stripes.filter(({ buckets }) => Object.keys(buckets).length > 0);
  const total = new Float64Array(at.width);
  for (const stripe of filled) addTo(total, sumsOf(stripe, schema), 1);
  // One stripe at a time: the vectors of all of them at once would be 120 times as large.
  const left = filled.map((stripe) => {
    const without = Float64Array.from(total);
    addTo(without, sumsOf(stripe, schema), -1);
    return categoricalCoefficients(without, schema, options);
  });
  const estimates = categoricalCoefficients(total, schema, options);
  return { items: total[at.items]!, labels: total[at.labels]!, coefficients: jackknife(estimates, left) };
}

function addTo(sums: Float64Array, others: Float64Array, sign: 1 | -1): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += sign * others[i]!;
}
