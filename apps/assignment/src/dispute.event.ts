import { type DisputeEvent, type DisputeReason } from '@assay/contracts/dispute/dispute-event';
import { disputeClaimed } from '@assay/contracts/dispute/dispute-claimed';
import { disputeDecided } from '@assay/contracts/dispute/dispute-decided';
import { disputeReleased, type ReleaseCause } from '@assay/contracts/dispute/dispute-released';
import { disputeUnresolvable } from '@assay/contracts/dispute/dispute-unresolvable';
import { eventId } from '@assay/platform/transport/event-id';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type Dispute } from './dispute.queries';

type Publishing = Pick<Transaction, 'publish'>;

/** What an expert says at the end of a claim; without a label: unresolvable. */
export interface Verdict {
  label?: string;
  reason: DisputeReason;
  note?: string;
}

export function publishClaimed(tx: Publishing, dispute: Dispute): void {
  const until = dispute.claimedUntil!.toISOString();
  tx.publish(disputeClaimed, idOf('claimed', dispute), { ...about(dispute, dispute.now), until });
}

/** A claim that ended without a decision. */
export function publishReleased(tx: Publishing, dispute: Dispute, cause: ReleaseCause): void {
  tx.publish(disputeReleased, idOf('released', dispute), { ...about(dispute, dispute.now), cause });
}

export function publishVerdict(tx: Publishing, dispute: Dispute, verdict: Verdict, schemaVersion: number): void {
  const { label, reason, note } = verdict;
  const ended = { ...about(dispute, dispute.now), reason, schemaVersion, ...(note !== undefined && { note }) };
  // Final: one a dispute.
  if (label === undefined) tx.publish(disputeUnresolvable, eventId('dispute-ended', dispute.id), ended);
  else tx.publish(disputeDecided, eventId('dispute-ended', dispute.id), { ...ended, label });
}

function about({ project, item, question, id, expert }: Dispute, at: Date): DisputeEvent {
  return { project, item, question, dispute: id, expert: expert ?? '', at: at.toISOString() };
}

/** Of a claim by its seed, which is new each time. */
function idOf(what: string, { id, claimSeed }: Dispute): string {
  return eventId(`dispute-${what}`, id, claimSeed ?? '');
}
