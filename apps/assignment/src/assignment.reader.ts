import { Injectable } from '@nestjs/common';
import { projectsNamed } from '@assay/platform/copies/project-copy';
import { notFound } from '@assay/platform/http/problem';
import { Transactions } from '@assay/platform/transport/transactions';
import { restOf } from './progress.queries';
import { countAssignments, countDisputes, type Counts, countWork, WORK_STATES } from './summary.queries';

/** A project's work by where it stands. */
export interface Summary {
  project: string;
  items: Counts;
  assignments: Counts;
  disputes: Counts;
}

const ASSIGNMENTS = ['live', 'completed', 'expired', 'released'];
const DISPUTES = ['open', 'claimed', 'decided', 'unresolvable', 'withdrawn'];

/** Answers questions about where work stands. */
@Injectable()
export class AssignmentReader {
  constructor(private readonly transactions: Transactions) {}

  async summary(project: string): Promise<Summary> {
    return this.transactions.run(async (tx) => {
      if (!(await projectsNamed(tx, [project])).has(project)) throw notFound('project', project);
      return {
        project,
        items: { ...zeros(WORK_STATES), ...(await countWork(tx, project)) },
        assignments: { ...zeros(ASSIGNMENTS), ...(await countAssignments(tx, project)) },
        disputes: { ...zeros(DISPUTES), ...(await countDisputes(tx, project)) },
      };
    });
  }

  /** Whether everything that has arrived is judged by the newest policy, and nothing waits. */
  async rest(project: string): Promise<{ behind: number; parked: number }> {
    return this.transactions.run((tx) => restOf(tx, project));
  }
}

function zeros(names: readonly string[]): Counts {
  return Object.fromEntries(names.map((name) => [name, 0]));
}
