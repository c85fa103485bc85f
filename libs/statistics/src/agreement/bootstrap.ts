import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { starts } from '../aggregation/label-table';
import { type Coefficient, type Coefficients, type EstimatedCoefficient } from './coefficient';
import { summation, type SumRows } from './sum-rows';
import { expandedTail } from '../numerics/t-quantile';

export interface BootstrapOptions {
  /** Default 1. The same seed and rows give the same interval. */
  seed?: number;
  /** Default 1,000. */
  resamples?: number;
}

/** Most rows of a bootstrap: beyond this items are bundled at random, which keeps the variance and bounds the work. */
export const MOST_ROWS = 1024;

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
    drawRows(generator, multiplicity);
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

/** Draws with replacement as many rows as there are, at most `MOST_ROWS`, two from 32 random bits: how often each. */
function drawRows(generator: RandomGenerator, multiplicity: Float64Array): void {
  const count = multiplicity.length;
  multiplicity.fill(0);
  for (let left = count; left > 0;) {
    const bits = generator.next();
    for (let half = 0; half < 2 && left > 0; half++) {
      const row = rowDrawnBy((bits >>> (16 * half)) & 0xffff, count);
      if (row < 0) continue;
      multiplicity[row]! += 1;
      left -= 1;
    }
  }
}

/**
 * The row, of at most 2^16, that 16 random bits draw, or -1: where a row would be drawn by one number more than others, that number draws nothing
 * (Lemire 2019, Fast random integer generation in an interval).
 */
export function rowDrawnBy(bits: number, rows: number): number {
  const product = bits * rows;
  return (product & 0xffff) < 0x10000 % rows ? -1 : product >>> 16;
}

/** A number from 0 to count - 1, count below 2^31, from remainders of 31 bits: those beyond the last whole multiple are thrown away. */
function drawBelow(generator: RandomGenerator, count: number): number {
  const whole = 0x7fffffff - (0x7fffffff % count);
  let bits = generator.next() >>> 1;
  while (bits >= whole) bits = generator.next() >>> 1;
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
  const tail = expandedTail(rows);
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

/** Which of `rows` rows of a bootstrap each item is in. */
export interface RowOfItem {
  rows: number;
  rowOf: Int32Array;
}

/** Each item as a row of its own, or, above `MOST_ROWS`, in one of that many bundles of equal size (but for one item) drawn at random. */
export function bundles(items: number, seed = 1): RowOfItem {
  const rows = Math.min(items, MOST_ROWS);
  const rowOf = new Int32Array(items);
  for (let t = 0; t < items; t++) rowOf[t] = rows < items ? Math.floor((t * rows) / items) : t;
  if (rows < items) shuffle(rowOf, seed);
  return { rows, rowOf };
}

/** The items of each row, rising. */
export function itemsOfRows({ rows, rowOf }: RowOfItem): Int32Array[] {
  const start = starts(rowOf, rows);
  const next = start.slice();
  const items = new Int32Array(rowOf.length);
  for (let t = 0; t < rowOf.length; t++) items[next[rowOf[t]!]!++] = t;
  return Array.from({ length: rows }, (_, row) => items.subarray(start[row], start[row + 1]));
}

function shuffle(values: Int32Array, seed: number): void {
  const generator = xoroshiro128plus(seed);
  for (let i = values.length - 1; i > 0; i--) {
    const j = drawBelow(generator, i + 1);
    const value = values[i]!;
    values[i] = values[j]!;
    values[j] = value;
  }
}
