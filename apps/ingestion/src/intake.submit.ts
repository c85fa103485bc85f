import { type ItemImported } from '@assay/contracts/item/item-imported';
import { readAssignmentToken } from '@assay/platform/security/assignment-token';
import { type Transaction } from '@assay/platform/transport/transaction';
import { workerId } from '@assay/platform/worker-id';
import { type Claim, judge, type ReadToken, type Refusal, withAssignment } from './annotation.domain';
import { sourceIdOf, toRow } from './annotation.identity';
import { recordAnnotations, type Submission } from './annotation.record';
import { type Entry, type Submitted } from './intake.domain';
import { readItem } from './item.domain';
import { recordItems, recordWithdrawals } from './item.record';
import { type Project } from './project.domain';
import { projectsNamed } from './project.queries';

/** What is to be recorded, each kind in the order in which it came. */
interface Batch {
  annotations: Submission[];
  items: ItemImported[];
  withdrawals: { project: string; item: string }[];
}

/**
 * Judges entries by their projects; records and publishes those that are accepted.
 * @param secret what tokens of assignments are checked by.
 * @returns what became of each, in order.
 */
export async function submit(
  tx: Transaction,
  entries: readonly Entry[],
  at: string,
  secret: string | undefined,
): Promise<Submitted[]> {
  const names = entries.flatMap((entry) => entry.project ?? []);
  const projects = await projectsNamed(tx, names);
  const batch: Batch = { annotations: [], items: [], withdrawals: [] };
  const sorted = entries.map((entry) => sort(entry, projects.get(entry.project ?? ''), { at, secret }, batch));
  const recorded = {
    annotations: (await recordAnnotations(tx, batch.annotations, at)).values(),
    items: (await recordItems(tx, batch.items, at)).values(),
    withdrawals: (await recordWithdrawals(tx, batch.withdrawals, at)).values(),
  };
  return sorted.map((result) => (typeof result === 'string' ? recorded[result].next().value! : result));
}

/** What becomes of an entry, or the part of the batch that it was put into. */
function sort(
  { content }: Entry,
  project: Project | undefined,
  { at, secret }: { at: string; secret: string | undefined },
  batch: Batch,
): Submitted | keyof Batch {
  switch (content.type) {
    case 'refused':
      return rejected(content);
    case 'withdrawal':
      batch.withdrawals.push(content.item);
      return 'withdrawals';
    case 'item': {
      const read = readItem(content.inbound, project);
      if (read.type === 'refused') return rejected(read);
      batch.items.push(read.item);
      return 'items';
    }
    case 'claim': {
      const judgement = judge(content.claim, project);
      if (judgement.type === 'refused') return rejected(judgement);
      const id = sourceIdOf(content.claim);
      if (judgement.type === 'waits') return { status: 'waits', claim: withId(content.claim, id) };
      const statement = withAssignment(judgement.statement, content.claim, tokenReader(secret));
      if ('type' in statement) return rejected(statement);
      batch.annotations.push({ row: toRow(statement, id, at), externalId: statement.about.worker });
      return 'annotations';
    }
  }
}

/** Reads tokens by the secret that assignment signs them with; without one no token is good. */
function tokenReader(secret: string | undefined): ReadToken {
  return (token, { project, item, source, worker }) =>
    secret === undefined
      ? undefined
      : readAssignmentToken(secret, token, { project, item, worker: workerId(source, worker) });
}

function rejected({ code, errors }: Refusal): Submitted {
  return { status: 'rejected', code, errors };
}

function withId(claim: Claim, id: string | undefined): Claim {
  return claim.type === 'annotation'
    ? { ...claim, data: { ...claim.data, id } }
    : { ...claim, data: { ...claim.data, id } };
}
