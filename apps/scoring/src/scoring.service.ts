import { Injectable } from '@nestjs/common';
import { type ConsensusAdjudicated } from '@assay/contracts/consensus/consensus-adjudicated';
import { type GoldItem } from '@assay/contracts/gold/gold-item';
import { goldRetired } from '@assay/contracts/gold/gold-retired';
import { type ProjectConfigured } from '@assay/contracts/project/project-configured';
import { type WorkerRegistered } from '@assay/contracts/worker/worker-registered';
import { applyItemEvents } from '@assay/platform/copies/annotated-item';
import { type ItemEvent } from '@assay/platform/copies/item-events';
import { drainParked } from '@assay/platform/copies/parked-events';
import { keepProjects } from '@assay/platform/copies/project-copy';
import { type EpochPublished } from '@assay/contracts/reliability/epoch-published';
import { type Batch } from '@assay/platform/transport/batch';
import { type LaneTransaction, type LanesTransaction } from '@assay/platform/transport/transaction';
import { countChanges, countProjectChanges, keepForeign } from './fit.queries';
import { keepAdjudicated, keepGoldItems } from './known-label.queries';
import { saveWorkers } from './worker.queries';

/** Keeps what fits are made from, and counts what changed since the last. */
@Injectable()
export class ScoringService {
  async onProjects(batch: Batch<ProjectConfigured>, tx: LanesTransaction): Promise<void> {
    const news = await keepProjects(batch, tx);
    if (news.length > 0)
      await countProjectChanges(
        tx,
        news.map(({ project }) => project),
      );
  }

  async onWorkers(batch: Batch<WorkerRegistered>, tx: LanesTransaction): Promise<void> {
    await saveWorkers(
      tx,
      batch.events.map(({ data }) => data),
    );
  }

  /** Keeps the labels of items, and of withdrawn ones that they count no more. */
  async onItemEvents(events: readonly ItemEvent[], tx: LanesTransaction): Promise<void> {
    const changes = new Map<string, number>();
    for (const { before, after } of await applyItemEvents(events, tx)) {
      const grown = after.entries.length - (before?.entries.length ?? 0);
      const isWithdrawn = after.isWithdrawn && before?.isWithdrawn === false && before.entries.length > 0;
      changes.set(after.project, (changes.get(after.project) ?? 0) + grown + Number(isWithdrawn));
    }
    await countChanges(tx, tx.place, changes);
  }

  async drain(tx: LaneTransaction): Promise<boolean> {
    return drainParked(tx, (events) => this.onItemEvents(events, tx));
  }

  /** Keeps known labels: the next fit clamps their items. */
  async onGoldItems(batch: Batch<GoldItem>, tx: LanesTransaction): Promise<void> {
    const items = batch.events.map(({ type, data }) => ({ ...data, isActive: type !== goldRetired.type }));
    if ((await keepGoldItems(tx, items)) > 0) await this.countKnown(tx, items);
  }

  /** Keeps what experts decided: the next fit clamps their items. */
  async onAdjudicated(batch: Batch<ConsensusAdjudicated>, tx: LanesTransaction): Promise<void> {
    const told = batch.events.map(({ data }) => data);
    if ((await keepAdjudicated(tx, told)) > 0) await this.countKnown(tx, told);
  }

  /** Hears what was said of epochs, by whatever database. */
  async onEpochs(batch: Batch<EpochPublished>, tx: LanesTransaction): Promise<void> {
    const heard = batch.events.map(({ id, data }) => ({ project: data.project, epoch: data.epoch, event: id }));
    await keepForeign(tx, heard);
  }

  private async countKnown(tx: LanesTransaction, known: readonly { project: string }[]): Promise<void> {
    await countChanges(tx, tx.place, new Map(known.map(({ project }) => [project, 1])));
  }
}
