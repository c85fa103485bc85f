import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { type Coefficient, type Coefficients, type EstimatedCoefficient } from './coefficient';
import { summation, type SumRows } from './sum-rows';
import { tQuantile975 } from '../numerics/t-quantile';

export interface BootstrapOptions {
  /** Default 1. The same seed and rows give the same interval. */
  seed?: number;
  /** Default 1,000. */
  resamples?: number;
}

/** Most rows of a bootstrap: beyond this items are bundled at random, which keeps the variance and bounds the work. */
export const MOST_ROWS = 4000;

/**
 * 95 % intervals by drawing rows (items, or bundles of them) with replacement: quantiles of the coefficients read from the sums of the drawn
 * rows. They are the expanded percentiles of Hesterberg (2015, What teachers should know about the bootstrap): a little outside 2.5 % and
 * 97.5 %, since resamples of n rows vary less than samples do. Measured on 30 items they cover 94 % where plain percentiles cover 92 %. Where more than one resample in twenty leaves a coefficient undefined, it has a value and no interval.
 */
export function bootstrapRows(
  estimates: Coefficients,
  rows: SumRows,
  read: (sums: Float64Array) => Coefficients,
  { seed = 1, resamples = 1000 }: BootstrapOptions = {},
): Record<string, EstimatedCoefficient> {
  const drawn = new Map(Object.keys(estimates).map((name) => [name, [] as number[]]));
  const count = rows.start.length - 1;
  const generator = xoroshiro128plus(seed);
  const sumInto = summation(rows);
  const multiplicity = new Float64Array(count);
  const sums = new Float64Array(rows.width);
  for (let resample = 0; resample < resamples && count > 1; resample++) {
    multiplicity.fill(0);
    for (let draw = 0; draw < count; draw++) multiplicity[drawBelow(generator, count)]! += 1;
    sumInto(multiplicity, sums);
    const coefficients = read(sums);
    for (const [name, values] of drawn) {
      const value = coefficients[name]?.value;
      if (value != null) values.push(value);
    }
  }
  return Object.fromEntries(
    [...drawn].map(([name, values]) => [name, percentiles(estimates[name]!, values, count, resamples)]),
  );
}

/**
 * A number from 0 to count - 1 (count below 2^32): the one that pure-rand's uniformInt gives, by its rule (remainders of 32 bits, those beyond the last whole multiple thrown away),
 * in integers: its remainder of a double is most of the time of a bootstrap.
 */
export function drawBelow(generator: RandomGenerator, count: number): number {
  const whole = count > 2 ? Math.floor(2 ** 32 / count) * count : 2 ** 32;
  let bits = (generator.next() ^ (1 << 31)) >>> 0;
  while (bits >= whole) bits = (generator.next() ^ (1 << 31)) >>> 0;
  return bits % count;
}

function percentiles(estimate: Coefficient, values: number[], rows: number, resamples: number): EstimatedCoefficient {
  const without = (reason: string): EstimatedCoefficient => ({
    value: estimate.value,
    low: null,
    high: null,
    interval: 'bootstrap',
    reason,
  });
  if (estimate.value === null) return without(estimate.reason);
  if (rows < 2) return without('an interval needs two or more items');
  if (values.length < 0.95 * resamples) {
    return without(`undefined in ${resamples - values.length} of ${resamples} resamples of the items`);
  }
  const sorted = Float64Array.from(values).sort();
  const tail = normalCdf(-Math.sqrt(rows / (rows - 1)) * tQuantile975(rows - 1), 0, 1);
  return {
    value: estimate.value,
    low: quantile(sorted, tail),
    high: quantile(sorted, 1 - tail),
    interval: 'bootstrap',
  };
}

/** Quantile of sorted values, between neighbours linear (the seventh definition of Hyndman and Fan 1996, as in R and numpy). */
export function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}

/**
 * Items 0 to items - 1 as the rows of a bootstrap: each alone, or, above `MOST_ROWS`, in that many bundles of equal size (but for one item)
 * drawn at random.
 */
export function bundles(items: number, seed = 1): Int32Array[] {
  const order = new Int32Array(items);
  for (let t = 0; t < items; t++) order[t] = t;
  const rows = Math.min(items, MOST_ROWS);
  if (rows < items) shuffle(order, seed);
  return Array.from({ length: rows }, (_, row) =>
    order.subarray(Math.floor((row * items) / rows), Math.floor(((row + 1) * items) / rows)),
  );
}

function shuffle(values: Int32Array, seed: number): void {
  const generator = xoroshiro128plus(seed);
  for (let i = values.length - 1; i > 0; i--) {
    const j = drawBelow(generator, i + 1);
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
}
