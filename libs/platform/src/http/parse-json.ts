/** How deep what is sent may be nested. */
const DEEPEST = 32;

/** Bytes as JSON, or what was expected of them instead. */
export type Parsed = { type: 'value'; value: unknown } | { type: 'unreadable'; expected: string };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads JSON in UTF-8. Refuses what is nested deeper than 32, and the key `__proto__`, which would become the prototype of what
 * somebody copies it into. Never throws, whatever the bytes.
 */
export function parseJson(bytes: Buffer): Parsed {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { type: 'unreadable', expected: 'UTF-8' };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const [, position] = /at position (\d+)/.exec((error as Error).message) ?? [];
    return { type: 'unreadable', expected: position === undefined ? 'JSON' : `JSON (see character ${position})` };
  }
  const expected = expectedShape(value, 0);
  return expected === undefined ? { type: 'value', value } : { type: 'unreadable', expected };
}

function expectedShape(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === DEEPEST) return `nesting of at most ${DEEPEST}`;
  if (!Array.isArray(value) && Object.hasOwn(value, '__proto__')) return 'no key __proto__';
  for (const part of Object.values(value)) {
    const expected = expectedShape(part, depth + 1);
    if (expected !== undefined) return expected;
  }
  return undefined;
}
