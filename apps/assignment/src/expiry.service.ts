import { Injectable } from '@nestjs/common';
import { ANNOTATION_EVENTS } from '@assay/contracts/topics';
import { LogEnds } from '@assay/platform/event-log/log-ends';
import { type LaneTransaction } from '@assay/platform/transport/transaction';
import { endAssignments } from './assignment.event';
import { AssignmentMetrics } from './assignment.metrics';
import { dueAssignments, holdDue, keepWatermark, lanePosition, leaveHand, watermarkOf } from './expiry.queries';

/** Assignments of one slice. */
const SLICE = 200;

/**
 * Ends assignments whose time is over. What was handed in on time must never be given out again, and it comes as an event: so an
 * assignment expires only when the lane's annotations have been read up to where the log ended at some moment after its deadline and a grace.
 */
@Injectable()
export class ExpiryService {
  constructor(
    private readonly logEnds: LogEnds,
    private readonly metrics: AssignmentMetrics,
  ) {}

  /** Ends a slice of what is over in a lane. @returns whether more is left that can be ended now. */
  async expire(tx: LaneTransaction): Promise<boolean> {
    if ((await dueAssignments(tx, null, 1)).length === 0) return false;
    const known = await watermarkOf(tx);
    const position = await lanePosition(tx, ANNOTATION_EVENTS.name);
    const isReached = known !== undefined && position >= known.endOffset;
    // Only what was due when the log ended there: later deadlines wait for a later look.
    const due = isReached ? await dueAssignments(tx, known.notedAt, SLICE) : [];
    if (due.length > 0) {
      await holdDue(tx, due);
      const ended = await endAssignments(tx, await leaveHand(tx, due), 'expired');
      tx.whenCommitted(() => this.metrics.ended(ended));
      return true;
    }
    if (known === undefined || isReached) {
      const endOffset = await this.logEnds.of(ANNOTATION_EVENTS, tx.lane);
      await keepWatermark(tx, endOffset);
      return position >= endOffset;
    }
    return false;
  }
}
