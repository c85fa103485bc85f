import { type FieldError, fieldError } from '@assay/contracts/field-error';
import { parseJson } from './parse-json';
import { Problem } from './problem';

/** One of many things in a body: the value of a line, or what is wrong with the line. `line` counts from 1. */
export type Line = { line: number; value: unknown } | { line: number; errors: FieldError[] };

/**
 * The things in a body: the lines of NDJSON (empty ones count but are left out), the entries of a JSON array, or one JSON value. A line that
 * cannot be read is that line's error; a JSON body that cannot be read is the request's.
 * @throws Problem `malformed`, `too_large`.
 */
export function readLines(bytes: Buffer, isNdjson: boolean, most: number): Line[] {
  const lines = isNdjson ? ndjsonLines(bytes, most) : jsonLines(bytes);
  if (lines.length > most) throw tooMany(most);
  return lines;
}

function jsonLines(bytes: Buffer): Line[] {
  const parsed = parseJson(bytes);
  if (parsed.type === 'unreadable') throw new Problem('malformed', `body: expected ${parsed.expected}`);
  const values = Array.isArray(parsed.value) ? (parsed.value as unknown[]) : [parsed.value];
  return values.map((value, index) => ({ line: index + 1, value }));
}

function ndjsonLines(bytes: Buffer, most: number): Line[] {
  const lines: Line[] = [];
  let line = 0;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    line++;
    const one = bytes.subarray(start, end);
    start = end + 1;
    if (isBlank(one)) continue;
    if (lines.length === most) throw tooMany(most);
    const parsed = parseJson(one);
    lines.push(
      parsed.type === 'value'
        ? { line, value: parsed.value }
        : { line, errors: [fieldError('', undefined, parsed.expected)] },
    );
  }
  return lines;
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function tooMany(most: number): Problem {
  return new Problem('too_large', `body: expected at most ${most} lines`);
}
