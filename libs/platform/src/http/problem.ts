import { type FieldError } from '@assay/contracts/field-error';

/**
 * Every code that an error answer can have, with its status and title: the closed list that clients may depend on. `detail` and
 * `errors` are for people.
 */
export const PROBLEMS = {
  malformed: { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'No valid credential' },
  forbidden: { status: 403, title: 'The role of the credential may not do this' },
  own_work: { status: 403, title: 'Nobody decides on what they labelled themselves' },
  not_found: { status: 404, title: 'There is no such thing' },
  conflict: { status: 409, title: 'The state does not allow this' },
  ended: { status: 409, title: 'It has ended' },
  already_claimed: { status: 409, title: 'Another has it in hand' },
  not_claimed: { status: 409, title: 'It must be claimed first' },
  claim_expired: { status: 409, title: 'The time of the claim is over' },
  precondition_failed: { status: 412, title: 'It has changed since it was read' },
  too_large: { status: 413, title: 'The request is too large' },
  unsupported_media_type: { status: 415, title: 'The media type is not understood here' },
  invalid: { status: 422, title: 'What was sent is not valid' },
  idempotency_conflict: { status: 422, title: 'The idempotency key was used for another request' },
  precondition_required: { status: 428, title: 'The request must say which state it changes' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'Something that is needed is not reachable' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** The body of an error answer (RFC 9457, `application/problem+json`). */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  /** What is wrong in this case; no label and no name of a worker. */
  detail: string;
  errors?: readonly FieldError[];
}

/** Thrown by what answers HTTP where the answer is an error; the filter writes it. */
export class Problem extends Error {
  override readonly name = 'Problem';

  /**
   * @param detail what is wrong in this case: value, place, expectation.
   * @param errors of a body, field by field.
   * @param headers that the answer carries besides.
   */
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly errors?: readonly FieldError[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`${code}: ${detail}`);
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  body(): ProblemBody {
    const { status, title } = PROBLEMS[this.code];
    const { code, detail, errors } = this;
    return { type: `urn:assay:problem:${code}`, title, status, code, detail, ...(errors ? { errors } : {}) };
  }
}

/** The one answer for what is not there and for what the caller may not know of. */
export function notFound(what: string, name: string): Problem {
  return new Problem('not_found', `${what} ${JSON.stringify(name.slice(0, 200))}: expected one that exists`);
}

/** The answer to a body whose fields are wrong. */
export function invalid(errors: readonly FieldError[], detail = 'the body has errors'): Problem {
  return new Problem('invalid', detail, errors);
}
