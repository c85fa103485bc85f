/** A vector that a step of EM improves. `step` writes the next vector and returns what the vector *before* was worth, and how far it moved. */
export interface FixedPoint {
  step(from: Float64Array, to: Float64Array): { merit: number; move: number };
  /** Makes a vector that left the space of parameters (a probability under zero) one of it again. */
  project(vector: Float64Array): void;
}

export interface Converged {
  at: Float64Array;
  /** Steps of EM that were taken, those of refused leaps too. */
  iterations: number;
  converged: boolean;
}

/** Steps of plain EM before the first leap: where EM goes from the start decides which of several maxima it finds, and a leap could change that. */
const PLAIN_STEPS = 6;

/** How much of its merit a leap may lose by rounding and still count as no loss. */
const ROUNDING = 1e-12;

/**
 * Runs EM to its fixed point with SQUAREM leaps: two steps of EM show the direction and the rate at which they shrink, and the leap goes
 * where a geometric series would end (Varadhan and Roland, Scandinavian Journal of Statistics 35, 2008, scheme S3).
 * A leap that lowers the merit is undone, so the merit never falls and the limit is one that EM itself could have reached.
 *
 * It stops when a plain step of EM moves nothing by `tolerance`, after `mostIterations` in any case.
 */
export function squarem(start: Float64Array, map: FixedPoint, tolerance: number, mostIterations: number): Converged {
  let at = Float64Array.from(start);
  let first = new Float64Array(at.length);
  let second = new Float64Array(at.length);
  const leap = new Float64Array(at.length);
  for (let i = 0; i < PLAIN_STEPS; i++) {
    map.step(at, first);
    [at, first] = [first, at];
  }
  let iterations = PLAIN_STEPS;
  let longest = 4;
  while (iterations < mostIterations) {
    map.step(at, first);
    const { merit, move } = map.step(first, second);
    iterations += 2;
    if (move < tolerance) return { at: second, iterations, converged: true };
    const length = Math.min(longest, leapLength(at, first, second));
    for (let i = 0; i < leap.length; i++) {
      const r = first[i]! - at[i]!;
      const v = second[i]! - first[i]! - r;
      leap[i] = at[i]! + 2 * length * r + length * length * v;
    }
    map.project(leap);
    // The step from the leap both judges and settles it.
    const landed = map.step(leap, first);
    iterations += 1;
    const kept = landed.merit >= merit - ROUNDING * Math.abs(merit);
    // Leaps along a boundary of the parameters (cells near zero) fail when they are long: shorten them after a loss, lengthen them after a full one.
    longest = !kept ? Math.max(1, longest / 4) : length === longest ? longest * 4 : longest;
    [at, first, second] = kept ? [first, at, second] : [second, first, at];
  }
  return { at, iterations, converged: false };
}

/** -alpha of scheme S3: |r| / |v|, at least 1 (a length of 1 is the second step of EM itself). */
function leapLength(at: Float64Array, first: Float64Array, second: Float64Array): number {
  let r2 = 0;
  let v2 = 0;
  for (let i = 0; i < at.length; i++) {
    const r = first[i]! - at[i]!;
    const v = second[i]! - first[i]! - r;
    r2 += r * r;
    v2 += v * v;
  }
  return v2 > 0 ? Math.max(1, Math.sqrt(r2 / v2)) : 1;
}
