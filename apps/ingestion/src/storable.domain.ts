import { STORABLE } from '@assay/contracts/fields';

const DEEPEST = 100;
const LONGEST = 256 * 1024;

/**
 * What was expected of a JSON value that cannot be kept, or undefined where it can: PostgreSQL takes no NUL and no half of a
 * surrogate pair, and a record of the log has a size. Never throws, however deep the value is.
 */
export function unstorable(value: unknown): string | undefined {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  let length = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.depth > DEEPEST) return `at most ${DEEPEST} levels`;
    const entries = typeof next.value === 'object' && next.value !== null ? Object.entries(next.value) : [];
    const texts = typeof next.value === 'string' ? [next.value] : entries.map(([name]) => name);
    for (const text of texts) {
      if (!STORABLE.test(text)) return 'text without NUL and without halves of surrogate pairs';
      length += text.length;
    }
    length += 8;
    if (length > LONGEST) return `at most ${LONGEST} characters`;
    for (const [, inner] of entries) open.push({ value: inner, depth: next.depth + 1 });
  }
  return undefined;
}
