import { v5 } from 'uuid';

/** Namespace of every id that Assay derives. Never changed: ids would not be those of the past. */
const NAMESPACE = '5d1a6f3e-4f0b-5c37-9d1c-2c8f6a7b9e10';

/** The uuid v5 of what an event says, so that saying it twice is one event. Parts are told apart: ('a', 'b') is not ('ab'). */
export function eventId(...parts: (string | number)[]): string {
  return v5(JSON.stringify(parts), NAMESPACE);
}
