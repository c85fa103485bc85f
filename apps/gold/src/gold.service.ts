import { Injectable } from '@nestjs/common';
import { type AssignmentEvent } from '@assay/contracts/assignment/assignment-event';
import { type ProjectConfigured } from '@assay/contracts/project/project-configured';
import { applyItemEvents, rowKey } from '@assay/platform/copies/annotated-item';
import { type ItemEvent } from '@assay/platform/copies/item-events';
import { drainParked } from '@assay/platform/copies/parked-events';
import { keepProjects } from '@assay/platform/copies/project-copy';
import { type Batch } from '@assay/platform/transport/batch';
import { type LaneTransaction, type LanesTransaction } from '@assay/platform/transport/transaction';
import { CheckService } from './check.service';
import { goldByKey, goldToCheck, keepExposures, markToCheck } from './gold-item.queries';

/** Gold items of one slice of lane work. */
const SLICE = 100;

/** Audits annotations against known labels as they come, and again when a label or the policy changes. */
@Injectable()
export class GoldService {
  constructor(private readonly checks: CheckService) {}

  async onProjects(batch: Batch<ProjectConfigured>, tx: LanesTransaction): Promise<void> {
    const news = await keepProjects(batch, tx);
    await markToCheck(
      tx,
      news.map(({ project }) => project),
    );
  }

  /** Keeps annotations, and checks those on gold items. */
  async onItemEvents(events: readonly ItemEvent[], tx: LanesTransaction): Promise<void> {
    const changes = await applyItemEvents(events, tx);
    const gold = await goldByKey(
      tx,
      changes.map(({ after }) => rowKey(after)),
    );
    await this.checks.check(tx, [...gold.values()]);
  }

  async drain(tx: LaneTransaction): Promise<boolean> {
    return drainParked(tx, (events) => this.onItemEvents(events, tx));
  }

  /** Counts who was shown which gold item. */
  async onAssignments(batch: Batch<AssignmentEvent>, tx: LanesTransaction): Promise<void> {
    await keepExposures(
      tx,
      batch.events.map(({ data }) => data),
    );
  }

  /** Checks a slice of the gold items that changed by HTTP or by a policy. @returns whether more is left. */
  async recheck(tx: LaneTransaction): Promise<boolean> {
    const gold = await goldToCheck(tx, tx.lane, SLICE);
    await this.checks.check(tx, gold);
    return gold.length === SLICE;
  }
}
