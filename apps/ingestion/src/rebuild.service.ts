import { Injectable } from '@nestjs/common';
import { outboxPending } from '@assay/platform/transport/accounting.queries';
import { type Transaction } from '@assay/platform/transport/transaction';
import { Transactions } from '@assay/platform/transport/transactions';
import { projectsNamed } from './project.queries';
import { advance } from './rebuild.domain';
import { type Rebuild, rebuildById, rebuildUnderWay, requestRebuild, saveProgress } from './rebuild.queries';
import { publishSlice } from './rebuild.slice';

const SLICE = 500;
/**
 * Events that may wait to be published while a rebuild goes on. What comes in meanwhile waits behind them, and where the log is away a rebuild
 * would put all of the record beside the record.
 */
const MOST_WAITING = 50_000;

/** Publishes the record again, so that any service can start anew without what the log has forgotten. */
@Injectable()
export class RebuildService {
  constructor(private readonly transactions: Transactions) {}

  /**
   * Asks for a rebuild of one project or of all. It goes on by itself, across restarts, until it is finished.
   * @returns undefined where there is no such project.
   */
  async request(project: string | null): Promise<Rebuild | undefined> {
    return this.transactions.run(async (tx) => {
      if (project !== null && !(await projectsNamed(tx, [project])).has(project)) return undefined;
      return requestRebuild(tx, project);
    });
  }

  async find(id: string): Promise<Rebuild | undefined> {
    return this.transactions.run((tx) => rebuildById(tx, id));
  }

  /** Publishes one slice, unless much waits to be published. @returns whether more is left that can be published now. */
  async publishNext(tx: Transaction): Promise<boolean> {
    const rebuild = await rebuildUnderWay(tx);
    if (rebuild === undefined || rebuild.stage === 'finished') return false;
    if ((await outboxPending(tx.manager)) > MOST_WAITING) return false;
    const places = await publishSlice(tx, rebuild.stage, rebuild.after, SLICE, rebuild.project ?? undefined);
    await saveProgress(tx, rebuild.id, advance(rebuild, places, SLICE));
    return true;
  }
}
