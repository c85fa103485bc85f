import { type Coefficient, type Coefficients, type EstimatedCoefficient } from './coefficient';
import { tQuantile975 } from '../numerics/t-quantile';

/**
 * Fewest groups of an interval. Where one of two items is left out, agreement beyond chance on the other is 0 whatever was said there: the interval would
 * have no width.
 */
export const LEAST_GROUPS = 3;

/**
 * 95 % intervals by leaving out one group of items after the other: with G groups and estimates e_g without group g,
 * variance = (G - 1) / G * sum_g (e_g - mean e)^2, and the interval is estimate +- t(G - 1) * its root, cut to the range of a coefficient
 * (at most 1, and from 0 where it is a share). Groups must be alike by chance, as stripes of a hash are.
 * @param left the coefficients without group g, one entry a group that is not empty.
 * @param shares those that cannot be below 0; chance-corrected ones can.
 */
export function jackknife(
  estimates: Coefficients,
  left: readonly Coefficients[],
  shares: readonly string[] = [],
): Record<string, EstimatedCoefficient> {
  const names = Object.keys(estimates);
  return Object.fromEntries(
    names.map((name) => [
      name,
      jackknifeOf(
        estimates[name]!,
        left.map((coefficients) => coefficients[name]!),
        shares.includes(name) ? 0 : -Infinity,
      ),
    ]),
  );
}

function jackknifeOf(estimate: Coefficient, left: readonly Coefficient[], least: number): EstimatedCoefficient {
  const without = (reason: string): EstimatedCoefficient => ({
    value: estimate.value,
    low: null,
    high: null,
    interval: 'jackknife',
    reason,
  });
  if (estimate.value === null) return without(estimate.reason);
  const G = left.length;
  if (G < LEAST_GROUPS) return without('an interval needs three or more groups of items');
  const values = left.map(({ value }) => value).filter((value) => value !== null);
  if (values.length < G) return without(`undefined without one of the ${G} groups of items`);
  const error = jackknifeError(values);
  const reach = tQuantile975(G - 1) * error;
  return {
    value: estimate.value,
    low: Math.max(least, estimate.value - reach),
    high: Math.min(1, estimate.value + reach),
    interval: 'jackknife',
  };
}

/** Standard error of an estimate from its values without each of G groups. */
export function jackknifeError(left: ArrayLike<number>): number {
  let sum = 0;
  for (let g = 0; g < left.length; g++) sum += left[g]!;
  const mean = sum / left.length;
  let squares = 0;
  for (let g = 0; g < left.length; g++) squares += (left[g]! - mean) ** 2;
  return Math.sqrt(((left.length - 1) / left.length) * squares);
}
