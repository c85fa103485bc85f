import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse, stringify } from 'uuid';

/** What an assignment's token speaks for. */
export interface AssignmentClaim {
  /** uuid of the assignment. */
  assignment: string;
  project: string;
  item: string;
  /** uuid of the worker. */
  worker: string;
  occasion: number;
}

const ID_BYTES = 16;
const OCCASION_BYTES = 4;
const MAC_BYTES = 32;

/**
 * The token by which ingestion knows, without asking anyone, that a worker was given an item: the assignment's id, the occasion and an
 * HMAC-SHA-256 over all of the claim, as base64url. The occasion is masked, so that a blind repeat looks like any other work; so every token
 * has one length and tells nothing.
 */
export function writeAssignmentToken(secret: string, claim: AssignmentClaim): string {
  const id = Buffer.from(parse(claim.assignment));
  const occasion = Buffer.alloc(OCCASION_BYTES);
  occasion.writeUInt32BE(claim.occasion);
  return Buffer.concat([id, masked(secret, id, occasion), macOf(secret, claim)]).toString('base64url');
}

/**
 * The assignment and the occasion of a token, if it was made for this worker and item; undefined for any other, and for what is no token.
 */
export function readAssignmentToken(
  secret: string,
  token: string,
  about: Pick<AssignmentClaim, 'project' | 'item' | 'worker'>,
): Pick<AssignmentClaim, 'assignment' | 'occasion'> | undefined {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== ID_BYTES + OCCASION_BYTES + MAC_BYTES) return undefined;
  const id = bytes.subarray(0, ID_BYTES);
  const occasion = masked(secret, id, bytes.subarray(ID_BYTES, ID_BYTES + OCCASION_BYTES)).readUInt32BE();
  const assignment = stringifyAny(id);
  const { project, item, worker } = about;
  if (assignment === undefined) return undefined;
  const expected = macOf(secret, { assignment, project, item, worker, occasion });
  return timingSafeEqual(expected, bytes.subarray(-MAC_BYTES)) ? { assignment, occasion } : undefined;
}

function macOf(secret: string, { assignment, project, item, worker, occasion }: AssignmentClaim): Buffer {
  // As JSON, so that fields are told apart wherever their borders are.
  return createHmac('sha256', secret)
    .update(JSON.stringify(['assignment', assignment, project, item, worker, occasion]))
    .digest();
}

/** Hides four bytes behind the keyed hash of the id, or brings them back. */
function masked(secret: string, id: Buffer, bytes: Buffer): Buffer {
  const mask = createHmac('sha256', secret).update('occasion').update(id).digest();
  return Buffer.from(bytes.map((byte, index) => byte ^ mask[index]!));
}

function stringifyAny(id: Buffer): string | undefined {
  try {
    return stringify(id);
  } catch {
    return undefined;
  }
}
