/**
 * A number without any rounding, as doubles that add up to it, rising in size, none of them zero: sums that are taken back again leave nothing behind, and differences of
 * large squares keep their digits. JSON as it is. Exact unless a product over- or underflows, so for numbers from 1e-140 to 1e140 in size.
 * Algorithms of Dekker (1971), Knuth (TAOCP 2, 4.2.2) and Shewchuk (1997, Adaptive precision floating-point arithmetic, sections 2.4 to 2.8).
 */
export type ExactSum = readonly number[];

export const NOTHING: ExactSum = [];

/** 2^27 + 1. */
const SPLIT = 134217729;

/** The sum with one more double. */
export function plusDouble(a: ExactSum, b: number): ExactSum {
  const sum = a.slice();
  add(sum, b);
  return sum;
}

export function sumOf(values: Iterable<number>): ExactSum {
  const sum: number[] = [];
  for (const value of values) add(sum, value);
  return sum;
}

export function sumOfSquares(values: Iterable<number>): ExactSum {
  const sum: number[] = [];
  for (const value of values) addProduct(sum, value, value);
  return sum;
}

export function plus(a: ExactSum, b: ExactSum): ExactSum {
  const sum = a.slice();
  for (let i = 0; i < b.length; i++) add(sum, b[i]!);
  return sum;
}

export function minus(a: ExactSum, b: ExactSum): ExactSum {
  const sum = a.slice();
  for (let i = 0; i < b.length; i++) add(sum, -b[i]!);
  return sum;
}

export function timesDouble(a: ExactSum, b: number): ExactSum {
  return times(a, [b]);
}

export function times(a: ExactSum, b: ExactSum): ExactSum {
  const sum: number[] = [];
  for (let j = 0; j < b.length; j++) for (let i = 0; i < a.length; i++) addProduct(sum, a[i]!, b[j]!);
  return sum;
}

/** The sum with the product of two doubles. */
export function plusProduct(a: ExactSum, b: number, c: number): ExactSum {
  const sum = a.slice();
  addProduct(sum, b, c);
  return sum;
}

/** The double next to it, or one beside that. */
export function valueOf(a: ExactSum): number {
  return a.reduce((sum, part) => sum + part, 0);
}

/** Adds a double in place: a sum made anew for each would be most of the time. */
function add(parts: number[], b: number): void {
  let high = b;
  let kept = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    const sum = high + part;
    const shadow = sum - high;
    const error = high - (sum - shadow) + (part - shadow);
    if (error !== 0) parts[kept++] = error;
    high = sum;
  }
  parts.length = kept;
  if (high !== 0) parts.push(high);
}

function addProduct(parts: number[], a: number, b: number): void {
  const product = a * b;
  // Halves of 26 bits, whose products are exact.
  const shiftedA = SPLIT * a;
  const a1 = shiftedA - (shiftedA - a);
  const a2 = a - a1;
  const shiftedB = SPLIT * b;
  const b1 = shiftedB - (shiftedB - b);
  const b2 = b - b1;
  const error = a1 * b1 - product + a1 * b2 + a2 * b1 + a2 * b2;
  if (error !== 0) add(parts, error);
  add(parts, product);
}
