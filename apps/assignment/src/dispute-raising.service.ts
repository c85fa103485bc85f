import { Injectable } from '@nestjs/common';
import { type Project } from '@assay/platform/copies/project-copy';
import { type LanesTransaction } from '@assay/platform/transport/transaction';
import { AssignmentMetrics } from './assignment.metrics';
import { disputePolicy, disputesOf } from './dispute.domain';
import { publishReleased } from './dispute.event';
import { endDisputesOfItems, type Raised, raiseDisputes, settleDisputes } from './dispute.queries';
import { type WorkRow } from './work.queries';

/** Keeps the experts' queue in step with what consensus says of items. */
@Injectable()
export class DisputeRaising {
  constructor(private readonly metrics: AssignmentMetrics) {}

  /**
   * Raises a dispute for each question that is disputed now, and withdraws those that are not any more: an open one at once; one that an
   * expert has in hand is the expert's to decide, and is withdrawn if the claim ends without a decision. Of a withdrawn item every dispute ends.
   */
  async follow(tx: LanesTransaction, changes: readonly DecidedWork[]): Promise<void> {
    const withdrawn = changes.filter(({ before, row }) => row.isWithdrawn && !before.isWithdrawn);
    const decided = changes.filter(
      ({ before, row }) => !row.isWithdrawn && row.decidedVersion !== before.decidedVersion,
    );
    const [ended, raised, settled] = await Promise.all([
      endDisputesOfItems(
        tx,
        withdrawn.map(({ row }) => row.key),
      ),
      raiseDisputes(tx, decided.flatMap(raisedBy)),
      settleDisputes(tx, decided.flatMap(settledBy)),
    ]);
    for (const dispute of ended) if (dispute.expert !== null) publishReleased(tx, dispute, 'withdrawn');
    tx.whenCommitted(() => {
      this.metrics.disputed('raised', raised);
      this.metrics.disputed('withdrawn', ended.length + settled);
    });
  }
}

/** A row of work as it was and as it is. */
export interface DecidedWork {
  before: WorkRow;
  row: WorkRow;
  project: Project | undefined;
}

function raisedBy({ row, project }: DecidedWork): Raised[] {
  const { hours } = disputePolicy(project?.policy);
  const { key, project: name, item, decidedVersion: version } = row;
  return disputesOf(row.decisions).map(({ question, label: believed, confidence }) => {
    return { key, project: name, item, question, version, believed, confidence, hours };
  });
}

function settledBy({ before, row }: DecidedWork): { key: string; question: string }[] {
  const disputed = new Set(disputesOf(row.decisions).map(({ question }) => question));
  const settled = disputesOf(before.decisions).filter(({ question }) => !disputed.has(question));
  return settled.map(({ question }) => ({ key: row.key, question }));
}
