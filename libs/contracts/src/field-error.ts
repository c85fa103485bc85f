/** One thing that is wrong with what somebody sent: where, what stood there, and what was expected instead. */
export interface FieldError {
  /** Where, in the sender's own words: `policy.minConfidence`, `questions[0].labels[2]`; empty for the whole. */
  path: string;
  /** What stood there, shortened where it is long (of arrays and objects what they are); undefined where something is missing. */
  value: unknown;
  /** What would have been right: `0 to 1`, `one of human, model`. */
  expected: string;
}

/** A field error whose value is cut to what a person reads: strings to 200 characters, arrays and objects to what they are. */
export function fieldError(path: string, value: unknown, expected: string): FieldError {
  return { path, value: shortened(value), expected };
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}…` : value;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.length > 0 ? `an array of ${value.length}` : [];
  return 'an object';
}

/** `minConfidence 1.2: expected 0 to 1`, for logs and terminals. */
export function describeFieldError(error: FieldError): string {
  const where = error.path === '' ? 'it' : error.path;
  return error.value === undefined
    ? `${where} is missing: expected ${error.expected}`
    : `${where} ${JSON.stringify(error.value)}: expected ${error.expected}`;
}

/** Where and what was expected, without the values: for what others read who may not see them. */
export function describeExpectations(errors: readonly FieldError[]): string {
  return errors.map(({ path, expected }) => `${path === '' ? 'it' : path}: expected ${expected}`).join('; ');
}
