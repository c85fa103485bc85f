/**
 * A number without any rounding, as doubles that add up to it, rising in size, none of them zero: sums that are taken back again leave nothing behind, and differences of
 * large squares keep their digits. JSON as it is. Exact unless a product over- or underflows, so for numbers from 1e-140 to 1e140 in size.
 * Algorithms of Dekker (1971), Knuth (TAOCP 2, 4.2.2) and Shewchuk (1997, Adaptive precision floating-point arithmetic, sections 2.4 to 2.8).
 */
export type ExactSum = readonly number[];

export const NOTHING: ExactSum = [];

/** The sum with one more double. */
export function plusDouble(a: ExactSum, b: number): ExactSum {
  const parts: number[] = [];
  let high = b;
  for (const part of a) {
    const sum = high + part;
    const shadow = sum - high;
    const error = high - (sum - shadow) + (part - shadow);
    if (error !== 0) parts.push(error);
    high = sum;
  }
  if (high !== 0) parts.push(high);
  return parts;
}

export function plus(a: ExactSum, b: ExactSum): ExactSum {
  return b.reduce(plusDouble, a);
}

export function minus(a: ExactSum, b: ExactSum): ExactSum {
  return b.reduce((sum, part) => plusDouble(sum, -part), a);
}

export function timesDouble(a: ExactSum, b: number): ExactSum {
  return a.reduce((sum, part) => plusProduct(sum, part, b), NOTHING);
}

export function times(a: ExactSum, b: ExactSum): ExactSum {
  return b.reduce((sum, part) => plus(sum, timesDouble(a, part)), NOTHING);
}

/** The sum with the product of two doubles. */
export function plusProduct(sum: ExactSum, a: number, b: number): ExactSum {
  const product = a * b;
  const [a1, a2] = split(a);
  const [b1, b2] = split(b);
  const error = a1 * b1 - product + a1 * b2 + a2 * b1 + a2 * b2;
  return plusDouble(error === 0 ? sum : plusDouble(sum, error), product);
}

/** The double next to it, or one beside that. */
export function valueOf(a: ExactSum): number {
  return a.reduce((sum, part) => sum + part, 0);
}

/** Two halves of 26 bits that add up to the number. */
function split(a: number): [number, number] {
  const shifted = 134217729 * a;
  const high = shifted - (shifted - a);
  return [high, a - high];
}
