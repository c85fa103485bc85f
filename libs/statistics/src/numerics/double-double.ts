/**
 * A number as the unevaluated sum of two doubles, some 31 digits: sums that are taken back again leave nothing behind, and differences
 * of large squares keep their digits. JSON as it is. Algorithms of Dekker (1971) and Knuth (TAOCP 2, 4.2.2).
 */
export type DoubleDouble = readonly [high: number, low: number];

export const ZERO: DoubleDouble = [0, 0];

/** The exact sum of two doubles. */
export function sumOf(a: number, b: number): DoubleDouble {
  const high = a + b;
  const shadow = high - a;
  return [high, a - (high - shadow) + (b - shadow)];
}

/** The exact product of two doubles, unless it over- or underflows. */
export function productOf(a: number, b: number): DoubleDouble {
  const high = a * b;
  const [a1, a2] = split(a);
  const [b1, b2] = split(b);
  return [high, a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2];
}

export function plus(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const [high, error] = sumOf(a[0], b[0]);
  const [low, lowError] = sumOf(a[1], b[1]);
  const [first, rest] = quickSum(high, error + low);
  return quickSum(first, rest + lowError);
}

export function minus(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  return plus(a, [-b[0], -b[1]]);
}

export function times(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const [high, error] = productOf(a[0], b[0]);
  return quickSum(high, error + a[0] * b[1] + a[1] * b[0]);
}

/** a / b for a double b. */
export function dividedBy(a: DoubleDouble, b: number): DoubleDouble {
  const quotient = a[0] / b;
  const rest = minus(a, productOf(quotient, b));
  return quickSum(quotient, rest[0] / b);
}

/** The nearest double. */
export function valueOf(a: DoubleDouble): number {
  return a[0] + a[1];
}

/** The sum where a is not the smaller in size. */
function quickSum(a: number, b: number): DoubleDouble {
  const high = a + b;
  return [high, b - (high - a)];
}

/** Two halves of 26 bits that add up to the number. */
function split(a: number): DoubleDouble {
  const shifted = 134217729 * a;
  const high = shifted - (shifted - a);
  return [high, a - high];
}
