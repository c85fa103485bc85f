import { type HttpRequest } from './http-request';
import { Problem } from './problem';

/** The ETag of a thing that has a revision. */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/**
 * Checks `If-Match` against the revision that a thing has now (undefined: it does not exist). `*` matches whatever exists. A request
 * without the header passes: who wants no lost update says what it has read.
 * @throws Problem `precondition_failed`.
 */
export function checkIfMatch(request: HttpRequest, revision: number | undefined): void {
  const header = request.headers['if-match'];
  if (header === undefined) return;
  const wanted = header.split(',').map((tag) => tag.trim());
  if (revision !== undefined && (wanted.includes('*') || wanted.includes(etagOf(revision)))) return;
  const now = revision === undefined ? 'nothing is there' : `it is ${etagOf(revision)}`;
  throw new Problem('precondition_failed', `if-match ${header.slice(0, 200)}: ${now}`);
}
