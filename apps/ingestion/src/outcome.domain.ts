import { type FieldError, fieldError } from '@assay/contracts/field-error';
import { type Refusal } from './annotation.domain';

/**
 * What became of one thing that was sent.
 *   accepted    recorded and published; or, where it `waits` for its project, kept until that is there
 *   superseded  recorded and published as well, but a higher revision is held already
 *   duplicate   known since before, word for word
 *   rejected    not recorded
 */
export type Outcome =
  | { status: 'accepted'; waits?: true }
  | { status: 'superseded' }
  | { status: 'duplicate' }
  | { status: 'rejected'; code: Refusal['code']; errors: FieldError[] };

/** A statement as its id and its content are known by. */
export interface Known {
  /** uuid of the event that it is published as. */
  event: string;
  /** SHA-256 (hex) of what it says. */
  hash: string;
  /** What it is a revision of. */
  subject: string;
  revision: number;
}

/** What the record held before: hash by event, and the highest revision by subject. */
export interface Held {
  hashes: ReadonlyMap<string, string>;
  revisions: ReadonlyMap<string, number>;
}

/**
 * The outcome of each statement of a request, in its order, as though they had come one by one: the first to use an id has it for
 * good, another body under it is refused. `sourceIds` are the ids as the source gave them, for the message.
 */
export function outcomes(statements: readonly (Known & { sourceId: string })[], held: Held): Outcome[] {
  const hashes = new Map(held.hashes);
  const revisions = new Map(held.revisions);
  return statements.map(({ event, hash, subject, revision, sourceId }) => {
    const known = hashes.get(event);
    if (known === hash) return { status: 'duplicate' };
    if (known !== undefined) return idConflict(sourceId);
    hashes.set(event, hash);
    const highest = revisions.get(subject) ?? -1;
    revisions.set(subject, Math.max(highest, revision));
    return { status: highest > revision ? 'superseded' : 'accepted' };
  });
}

function idConflict(sourceId: string): Outcome {
  const expected = 'an id that its source has not used for something else';
  return { status: 'rejected', code: 'id_conflict', errors: [fieldError('id', sourceId, expected)] };
}

/** Outcomes of one request, counted. */
export interface Tally {
  received: number;
  accepted: number;
  superseded: number;
  duplicate: number;
  rejected: number;
  waiting: number;
}

/** How many of each outcome; received = accepted + superseded + duplicate + rejected, and those waiting are among the accepted. */
export function tally(all: readonly Outcome[]): Tally {
  const counts: Tally = { received: all.length, accepted: 0, superseded: 0, duplicate: 0, rejected: 0, waiting: 0 };
  for (const one of all) {
    counts[one.status]++;
    if (one.status === 'accepted' && one.waits) counts.waiting++;
  }
  return counts;
}
