import { type FieldError, fieldError } from '@assay/contracts/field-error';
import { type InboundAnnotation, type InboundAnnotationRef } from '@assay/contracts/inbound/inbound-annotation';
import { utcTimestamp } from '@assay/contracts/iso-timestamp';
import { checkLabels } from '@assay/contracts/kinds/check-labels';
import { type Project } from './project.domain';
import { unstorable } from './storable.domain';

/**
 * How an annotation comes in.
 *
 * Terminology:
 *   inbound    what a tool said, well formed: fields may be left out
 *   claim      the same with every default filled in; only the project's word on its labels is missing
 *   statement  a claim that the project accepts: it is recorded and published as one event
 *   fresh      with neither id, time, order nor revision: it is new each time it is sent, and happens when it is received
 */
export type Inbound =
  { type: 'annotation'; data: InboundAnnotation } | { type: 'retraction'; data: InboundAnnotationRef };

type Completed<T> = T & Required<Pick<InboundAnnotationRef, 'source' | 'role' | 'occasion' | 'revision' | 'order'>>;

/** What a tool said, with every default filled in. See the terminology above. */
export type Claim = { fresh: boolean } & (
  | { type: 'annotation'; data: Completed<InboundAnnotation> }
  | { type: 'retraction'; data: Completed<InboundAnnotationRef> }
);

/** A claim that its project accepts. See the terminology above. */
export interface Statement {
  about: Completed<InboundAnnotationRef>;
  content: LabelsGiven | { type: 'retraction' };
  /** uuid of the assignment that it was handed in for. */
  assignment?: string;
}

/** The assignment and the occasion that an assignment's token speaks for; undefined where it is not of this worker and item. */
export type ReadToken = (
  token: string,
  about: Statement['about'],
) => { assignment: string; occasion: number } | undefined;

/** The labels of a statement, by question, as their kinds write them. */
export interface LabelsGiven {
  type: 'labels';
  labels: Record<string, string>;
  /** The project's schema version by which the labels were checked. */
  schemaVersion: number;
  seconds?: number;
  guideline?: string;
}

/** Why something is not recorded; the errors are for its sender. */
export interface Refusal {
  type: 'refused';
  code: 'invalid' | 'archived' | 'id_conflict';
  errors: FieldError[];
}

/** What a project says to a claim. */
export type Judgement = { type: 'statement'; statement: Statement } | { type: 'waits' } | Refusal;

/** The revision of a retraction that names none: the highest there is, so that it holds whatever arrives before or after it. */
export const LAST_REVISION = Number.MAX_SAFE_INTEGER;

/** Fills in what the tool left out. `source` is that of the credential or the event; `place` tells claims of one request apart. */
export function toClaim(
  inbound: Inbound,
  received: { source: string; at: string; place: number },
): { type: 'claim'; claim: Claim } | Refusal {
  const { data } = inbound;
  const fresh = [data.id, data.occurredAt, data.order, data.revision].every((said) => said === undefined);
  const occurredAt = data.occurredAt === undefined ? undefined : utcTimestamp(data.occurredAt);
  if (data.occurredAt !== undefined && occurredAt === undefined) {
    return invalid(
      fieldError('occurredAt', data.occurredAt, 'an ISO 8601 time with its offset, such as 2026-02-28T09:30:00+01:00'),
    );
  }
  const completed = {
    source: data.source ?? received.source,
    role: data.role ?? 'human',
    occasion: data.occasion ?? 0,
    revision: data.revision ?? (inbound.type === 'retraction' ? LAST_REVISION : 0),
    order: data.order ?? (fresh ? received.place : 0),
    ...(fresh ? { occurredAt: received.at } : occurredAt !== undefined && { occurredAt }),
  };
  return {
    type: 'claim',
    claim:
      inbound.type === 'annotation'
        ? { type: 'annotation', fresh, data: { ...inbound.data, ...completed } }
        : { type: 'retraction', fresh, data: { ...inbound.data, ...completed } },
  };
}

/**
 * What the project says to a claim. It waits for a project that is not there yet, and for the schema version that it names where
 * the present one does not know its labels.
 */
export function judge(claim: Claim, project: Project | undefined): Judgement {
  if (project === undefined) return wait(claim);
  if (project.status === 'archived') {
    return {
      type: 'refused',
      code: 'archived',
      errors: [fieldError('project', claim.data.project, 'a project that is not archived')],
    };
  }
  if (claim.type === 'retraction')
    return { type: 'statement', statement: { about: refOf(claim.data), content: { type: 'retraction' } } };
  const { questions, schemaVersion } = project.state;
  const named = namedLabels(
    claim.data,
    questions.map((question) => question.name),
  );
  if (named.type === 'refused') return invalid(...named.errors);
  const checked = checkLabels(named.labels, questions);
  if (checked.type === 'refused') {
    return (claim.data.schemaVersion ?? 0) > schemaVersion ? wait(claim) : invalid(...checked.errors);
  }
  const { seconds, guideline } = claim.data;
  const content: LabelsGiven = { type: 'labels', labels: checked.labels, schemaVersion, seconds, guideline };
  return { type: 'statement', statement: { about: refOf(claim.data), content } };
}

/**
 * What an assignment's token adds to a statement: the assignment and its occasion. A token of another worker or item, or that nobody signed,
 * refuses the statement; so does an occasion that is not the token's.
 */
export function withAssignment(statement: Statement, claim: Claim, read: ReadToken): Statement | Refusal {
  if (claim.type === 'retraction' || claim.data.assignment === undefined) return statement;
  const given = read(claim.data.assignment, statement.about);
  if (given === undefined) {
    const expected = 'the token of an assignment of this item to this worker';
    return invalid(fieldError('assignment', claim.data.assignment, expected));
  }
  const { occasion } = statement.about;
  if (occasion !== 0 && occasion !== given.occasion)
    return invalid(fieldError('occasion', occasion, 'nothing, where an assignment is given'));
  return { ...statement, about: { ...statement.about, occasion: given.occasion }, assignment: given.assignment };
}

/** What waits travels and is kept as it is, so that it must be possible to keep it. */
function wait(claim: Claim): Judgement {
  if (claim.type === 'retraction') return { type: 'waits' };
  const { label, labels } = claim.data;
  const expected = unstorable(labels ?? label);
  return expected === undefined ? { type: 'waits' } : invalid(fieldError('labels', labels ?? label, expected));
}

/** The labels by question: a single label belongs to the question that is named, or to the only one. */
function namedLabels(
  data: InboundAnnotation,
  questions: readonly string[],
): { type: 'named'; labels: Record<string, unknown> } | { type: 'refused'; errors: FieldError[] } {
  const { label, question, labels } = data;
  if (labels !== undefined) {
    const [path, value] = label !== undefined ? ['label', label] : ['question', question];
    if (value === undefined) return { type: 'named', labels };
    return { type: 'refused', errors: [fieldError(path as string, value, 'nothing, where labels are given')] };
  }
  if (label === undefined) {
    return { type: 'refused', errors: [fieldError('label', undefined, `a label for one of ${questions.join(', ')}`)] };
  }
  if (question !== undefined) return { type: 'named', labels: { [question]: label } };
  if (questions.length === 1) return { type: 'named', labels: { [questions[0]!]: label } };
  return { type: 'refused', errors: [fieldError('question', undefined, `one of ${questions.join(', ')}`)] };
}

function refOf(data: Completed<InboundAnnotationRef>): Completed<InboundAnnotationRef> {
  const { project, item, worker, source, id, role, occasion, revision, occurredAt, order } = data;
  return { project, item, worker, source, id, role, occasion, revision, occurredAt, order };
}

function invalid(...errors: FieldError[]): Refusal {
  return { type: 'refused', code: 'invalid', errors };
}
