import { Injectable } from '@nestjs/common';
import { type Project } from '@assay/platform/copies/project-copy';
import { type LaneTransaction } from '@assay/platform/transport/transaction';
import { AssignmentMetrics } from './assignment.metrics';
import { disputePolicy, disputesOf } from './dispute.domain';
import { publishReleased } from './dispute.event';
import { endDisputesOfItem, raiseDispute, settleDispute } from './dispute.queries';
import { type WorkRow } from './work.queries';

/** Keeps the experts' queue in step with what consensus says of items. */
@Injectable()
export class DisputeRaising {
  constructor(private readonly metrics: AssignmentMetrics) {}

  /**
   * Raises a dispute for each question that is disputed now, and withdraws those that are not any more: an open one at once; one that an
   * expert has in hand is the expert's to decide, and is withdrawn if the claim ends without a decision. Of a withdrawn item every dispute ends.
   */
  async follow(tx: LaneTransaction, before: WorkRow, row: WorkRow, project: Project | undefined): Promise<void> {
    if (row.isWithdrawn) {
      if (!before.isWithdrawn) await this.endAll(tx, row);
      return;
    }
    if (row.decidedVersion === before.decidedVersion) return;
    const disputed = disputesOf(row.decisions);
    for (const { question, label: believed, confidence } of disputed) {
      const { hours } = disputePolicy(project?.policy);
      const place = { key: row.key, project: row.project, item: row.item, question };
      const isNew = await raiseDispute(tx, { ...place, version: row.decidedVersion, believed, confidence, hours });
      if (isNew) this.metrics.disputed('raised');
    }
    const settled = disputesOf(before.decisions).filter(
      ({ question }) => !disputed.some((one) => one.question === question),
    );
    for (const { question } of settled) {
      if (await settleDispute(tx, row.key, question)) this.metrics.disputed('withdrawn');
    }
  }

  private async endAll(tx: LaneTransaction, { key }: WorkRow): Promise<void> {
    const ended = await endDisputesOfItem(tx, key);
    for (const dispute of ended) if (dispute.expert !== null) publishReleased(tx, dispute, 'withdrawn');
    this.metrics.disputed('withdrawn', ended.length);
  }
}
