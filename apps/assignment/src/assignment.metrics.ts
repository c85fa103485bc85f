import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import { type Assignment } from './assignment.queries';
import { type NoWork } from './gate.domain';

/** What happens to a dispute. */
export type DisputeHappening =
  'raised' | 'withdrawn' | 'claimed' | 'given-back' | 'expired' | 'decided' | 'unresolvable';

/** What assignment says about itself (operations, section 4). */
@Injectable()
export class AssignmentMetrics {
  private readonly assignments: Counter<'outcome'>;
  private readonly empty: Counter<'reason'>;
  private readonly held: Histogram;
  private readonly disputes: Counter<'event'>;
  private readonly resolution: Histogram;
  private readonly missed: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.assignments = new Counter({
      name: 'assay_assignments_total',
      help: 'Assignments, by what happened to them: issued, extended, completed, released, expired.',
      labelNames: ['outcome'],
      registers,
    });
    this.empty = new Counter({
      name: 'assay_assignment_empty_responses_total',
      help: 'Requests for work that were given none, by why.',
      labelNames: ['reason'],
      registers,
    });
    this.held = new Histogram({
      name: 'assay_assignment_held_seconds',
      help: 'Time from issuing an assignment to its end.',
      buckets: [1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400],
      registers,
    });
    this.disputes = new Counter({
      name: 'assay_disputes_total',
      help: 'What happened to disputes: raised, withdrawn, claimed, given back, expired, decided, unresolvable.',
      labelNames: ['event'],
      registers,
    });
    this.resolution = new Histogram({
      name: 'assay_dispute_resolution_duration_seconds',
      help: 'Time from raising a dispute to the decision of an expert.',
      buckets: [60, 600, 3600, 14_400, 86_400, 259_200, 604_800],
      registers,
    });
    this.missed = new Counter({
      name: 'assay_dispute_deadline_missed_total',
      help: 'Disputes that were decided after their deadline.',
      registers,
    });
  }

  issued(): void {
    this.assignments.inc({ outcome: 'issued' });
  }

  extended(): void {
    this.assignments.inc({ outcome: 'extended' });
  }

  /** Counts assignments that a batch ended. */
  ended(assignments: readonly Assignment[]): void {
    for (const { status, issuedAt, endedAt } of assignments) {
      this.assignments.inc({ outcome: status });
      if (endedAt !== null) this.held.observe((endedAt.getTime() - issuedAt.getTime()) / 1000);
    }
  }

  gaveNothing(reason: NoWork): void {
    this.empty.inc({ reason });
  }

  disputed(event: DisputeHappening, count = 1): void {
    if (count > 0) this.disputes.inc({ event }, count);
  }

  /** Takes how long a dispute took to be decided, and whether that was in time. */
  resolved(raisedAt: Date, deadline: Date, endedAt: Date): void {
    this.resolution.observe((endedAt.getTime() - raisedAt.getTime()) / 1000);
    if (endedAt > deadline) this.missed.inc();
  }
}
