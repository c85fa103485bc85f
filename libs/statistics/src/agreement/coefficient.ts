/** A coefficient, or why there is none: an undefined coefficient is an answer, not an error. */
export type Coefficient = { value: number } | { value: null; reason: string };

/** Coefficients by name. */
export type Coefficients = Record<string, Coefficient>;

/**
 * A coefficient with its 95 % interval, and how that was made. `low` and `high` are null where there is a value but no interval; the reason
 * then says why.
 */
export interface EstimatedCoefficient {
  value: number | null;
  low: number | null;
  high: number | null;
  interval: IntervalKind;
  reason?: string;
}

/**
 *   jackknife  leaves out one group (a stripe, an item) after the other
 *   bootstrap  draws items with replacement, seeded
 */
export type IntervalKind = 'jackknife' | 'bootstrap';

/** Chance-corrected agreement: (observed - expected) / (1 - expected). */
export function chanceCorrected(observed: number, expected: number): Coefficient {
  // By chance alone everything would agree: 0/0. The sums of shares that lead here are exact only to rounding.
  if (1 - expected < 1e-12) return undefinedBecause(ONE_LABEL);
  return { value: (observed - expected) / (1 - expected) };
}

export function undefinedBecause(reason: string): { value: null; reason: string } {
  return { value: null, reason };
}

/** Reasons that several coefficients share. */
export const NO_OVERLAP = 'no item has two or more labels';
export const ONE_LABEL = 'only one label was used';
export const ONE_LABEL_IN_SCHEMA = 'the schema has a single label';
