import { fieldError } from '@assay/contracts/field-error';
import { Integer, Text } from '@assay/contracts/fields';
import { type HttpRequest, type HttpResponse } from './http-request';
import { invalid } from './problem';

/** The part of a query that asks for a page: `?cursor=&limit=`. Other query classes extend it. */
export class PageQuery {
  /** Of the `Link: rel="next"` of the page before. */
  @Text({ max: 2000, optional: true })
  cursor?: string;

  @Integer({ min: 1, max: 1000, optional: true })
  limit?: number;
}

/** How many entries a page has where the query does not say. */
export const PAGE_LIMIT = 100;

/** A cursor is the sort key of the last entry of a page, opaque to clients. */
export function cursorOf(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Whether a part of a sort key can be compared with its column: anybody can write a cursor. */
export type CursorPart = (part: string | number) => boolean;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const isCursorText: CursorPart = (part) => typeof part === 'string';
export const isCursorUuid: CursorPart = (part) => uuid.test(String(part));
export const isCursorInteger: CursorPart = (part) => typeof part === 'number';

/**
 * The sort key in a cursor, or undefined for the first page.
 * @param parts what each part of the key is.
 * @throws Problem `invalid` where it is none of ours.
 */
export function keyOfCursor(cursor: string | undefined, parts: readonly CursorPart[]): (string | number)[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const isKey = (part: unknown) => (typeof part === 'string' && !part.includes('\0')) || Number.isSafeInteger(part);
    if (Array.isArray(key) && key.length === parts.length && key.every(isKey)) {
      const known = key as (string | number)[];
      if (known.every((part, index) => parts[index]!(part))) return known;
    }
  } catch {
    // Falls through: it is no cursor.
  }
  throw invalid([fieldError('cursor', cursor, 'a cursor of a page before, or nothing')], 'the query has errors');
}

/**
 * Cuts rows of which one more than the limit was read to a page, and links to the next one where there is one.
 * @param keyOf sort key of a row.
 */
export function pageOf<Row>(
  request: HttpRequest,
  response: HttpResponse,
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number)[],
): Row[] {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (rows.length > limit && last !== undefined) {
    const [path, query] = request.originalUrl.split('?', 2);
    const next = new URLSearchParams(query);
    next.set('cursor', cursorOf(keyOf(last)));
    response.setHeader('link', `<${path}?${next.toString()}>; rel="next"`);
  }
  return page;
}
