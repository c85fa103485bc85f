import { type InboundItem } from '@assay/contracts/inbound/inbound-item';
import { type Claim, type Refusal } from './annotation.domain';
import { type Outcome } from './outcome.domain';

/** What intake counts apart: what is said about annotations, and what about items. */
export type Subject = 'annotations' | 'items';

/** One thing that came in, by whatever way: read, not judged yet. */
export interface Entry {
  subject: Subject;
  /** Absent where it cannot be told: then nobody's count is changed. */
  project?: string;
  content:
    | { type: 'claim'; claim: Claim }
    | { type: 'item'; inbound: InboundItem }
    | { type: 'withdrawal'; item: { project: string; item: string } }
    | Refusal;
}

/** What became of an entry; `waits` is for the caller to keep, as it stands there, until its project can judge it. */
export type Submitted = Outcome | { status: 'waits'; claim: Claim };

/** Changes of the counts at the edge. received = accepted + duplicate + rejected; the waiting are among the accepted. */
export interface IntakeCount {
  received: number;
  accepted: number;
  duplicate: number;
  rejected: number;
  waiting: number;
}

/**
 * What entries that came in for the first time add to the counts, by subject and project.
 * An entry that waits and is kept counts as accepted.
 */
export function countNew(
  entries: readonly Entry[],
  submitted: readonly Submitted[],
): Record<Subject, Map<string, IntakeCount>> {
  return count(entries, (counts, index) => {
    counts.received++;
    add(counts, submitted[index]!);
  });
}

/** What entries that waited, counted as accepted so far, change in the counts now that it is known what becomes of them. */
export function countWaited(
  entries: readonly Entry[],
  submitted: readonly Submitted[],
): Record<Subject, Map<string, IntakeCount>> {
  return count(entries, (counts, index) => {
    counts.accepted--;
    counts.waiting--;
    add(counts, submitted[index]!);
  });
}

function count(
  entries: readonly Entry[],
  change: (counts: IntakeCount, index: number) => void,
): Record<Subject, Map<string, IntakeCount>> {
  const changes = { annotations: new Map<string, IntakeCount>(), items: new Map<string, IntakeCount>() };
  entries.forEach(({ subject, project }, index) => {
    if (project === undefined) return;
    const counts = changes[subject].get(project) ?? { received: 0, accepted: 0, duplicate: 0, rejected: 0, waiting: 0 };
    changes[subject].set(project, counts);
    change(counts, index);
  });
  return changes;
}

function add(counts: IntakeCount, { status }: Submitted): void {
  switch (status) {
    case 'waits':
      counts.accepted++;
      counts.waiting++;
      return;
    case 'accepted':
    case 'superseded':
      counts.accepted++;
      return;
    case 'duplicate':
    case 'rejected':
      counts[status]++;
  }
}
