import { type Contract } from '@assay/contracts/contract';
import { assignmentCompleted } from '@assay/contracts/assignment/assignment-completed';
import { type AssignmentEvent } from '@assay/contracts/assignment/assignment-event';
import { assignmentExpired } from '@assay/contracts/assignment/assignment-expired';
import { assignmentIssued } from '@assay/contracts/assignment/assignment-issued';
import { assignmentReleased } from '@assay/contracts/assignment/assignment-released';
import { eventId } from '@assay/platform/transport/event-id';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type Assignment, type AssignmentStatus, endRows } from './assignment.queries';

const CONTRACT_OF: Record<AssignmentStatus, Contract<AssignmentEvent>> = {
  live: assignmentIssued,
  completed: assignmentCompleted,
  expired: assignmentExpired,
  released: assignmentReleased,
};

/** Publishes an assignment as it is. */
export function publishAssignment(tx: Pick<Transaction, 'publish'>, assignment: Assignment): void {
  const { id, project, item, worker, occasion, deadline, version, status } = assignment;
  const data = { project, item, assignment: id, worker, occasion, deadline: deadline.toISOString(), version };
  tx.publish(CONTRACT_OF[status], eventId('assignment', id, version), data);
}

/** Ends assignments and publishes that. @returns them as they are then. */
export async function endAssignments(
  tx: Pick<Transaction, 'sql' | 'publish'>,
  ids: readonly string[],
  status: Exclude<AssignmentStatus, 'live'>,
): Promise<Assignment[]> {
  const ended = await endRows(tx, ids, status);
  for (const assignment of ended) publishAssignment(tx, assignment);
  return ended;
}
