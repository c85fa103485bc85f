import { type FieldError } from '@assay/contracts/field-error';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type Claim, judge, type Refusal } from './annotation.domain';
import { sourceIdOf, toRow } from './annotation.identity';
import { recordAnnotations, type Submission } from './annotation.record';
import { type Outcome } from './outcome.domain';
import { projectsNamed } from './project.queries';

/** What became of a claim; `waits` is for the caller to keep, as it stands there, until its project can judge it. */
export type Submitted = Outcome | { status: 'waits'; claim: Claim };

/**
 * Judges claims by their projects, records and publishes those that are accepted.
 * @returns what became of each, in order.
 */
export async function submitClaims(
  tx: Transaction,
  claims: readonly ({ type: 'claim'; claim: Claim } | Refusal)[],
  at: string,
): Promise<Submitted[]> {
  const names = claims.flatMap((read) => (read.type === 'claim' ? [read.claim.data.project] : []));
  const projects = await projectsNamed(tx, names);
  const submissions: Submission[] = [];
  const results = claims.map((read): Submitted | Submission => {
    if (read.type === 'refused') return rejected(read.code, read.errors);
    const judgement = judge(read.claim, projects.get(read.claim.data.project));
    if (judgement.type === 'refused') return rejected(judgement.code, judgement.errors);
    const id = sourceIdOf(read.claim);
    if (judgement.type === 'waits') return { status: 'waits', claim: withId(read.claim, id) };
    const { statement } = judgement;
    const submission = { row: toRow(statement, id, at), externalId: statement.about.worker };
    submissions.push(submission);
    return submission;
  });
  const recorded = (await recordAnnotations(tx, submissions, at)).values();
  return results.map((result) => ('status' in result ? result : recorded.next().value!));
}

export function rejected(code: Refusal['code'], errors: FieldError[]): Outcome {
  return { status: 'rejected', code, errors };
}

function withId(claim: Claim, id: string): Claim {
  return claim.type === 'annotation'
    ? { ...claim, data: { ...claim.data, id } }
    : { ...claim, data: { ...claim.data, id } };
}
