/** A coefficient, or why it has no value. */
export type Coefficient = { value: number } | { value: null; reason: string };

/** A value, or the reason where it is not a number: a coefficient whose expected disagreement is zero says nothing. */
export function coefficient(value: number, reasonIfUndefined: string): Coefficient {
  return Number.isFinite(value) ? { value } : { value: null, reason: reasonIfUndefined };
}
