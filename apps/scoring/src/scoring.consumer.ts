import { Controller } from '@nestjs/common';
import type { AnnotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import type { ConsensusAdjudicated } from '@assay/contracts/consensus/consensus-adjudicated';
import type { CheckVoided } from '@assay/contracts/gold/check-voided';
import type { GoldChecked } from '@assay/contracts/gold/gold-checked';
import type { GoldItem } from '@assay/contracts/gold/gold-item';
import type { ItemImported } from '@assay/contracts/item/item-imported';
import type { ProjectConfigured } from '@assay/contracts/project/project-configured';
import type { EpochPublished } from '@assay/contracts/reliability/epoch-published';
import {
  ANNOTATION_EVENTS,
  CONSENSUS_EVENTS,
  GOLD_CHECKS,
  GOLD_ITEMS,
  ITEM_EVENTS,
  PROJECT_EVENTS,
  RELIABILITY,
  WORKER_EVENTS,
} from '@assay/contracts/topics';
import type { WorkerRegistered } from '@assay/contracts/worker/worker-registered';
import { lanesToDrain } from '@assay/platform/copies/parked-events';
import type { Batch } from '@assay/platform/transport/batch';
import { Consumes, LaneWork } from '@assay/platform/transport/consumes';
import type { LaneTransaction, LanesTransaction } from '@assay/platform/transport/transaction';
import { lanesDueForRetest } from './gold-check.queries';
import { GoldTestService } from './gold-test.service';
import { ScoringService } from './scoring.service';

/** Events in, and the work on lanes. */
@Controller()
export class ScoringConsumer {
  constructor(
    private readonly scoring: ScoringService,
    private readonly goldTests: GoldTestService,
  ) {}

  @Consumes(PROJECT_EVENTS)
  async onProjects(batch: Batch<ProjectConfigured>, tx: LanesTransaction): Promise<void> {
    await this.scoring.onProjects(batch, tx);
  }

  @Consumes(WORKER_EVENTS)
  async onWorkers(batch: Batch<WorkerRegistered>, tx: LanesTransaction): Promise<void> {
    await this.scoring.onWorkers(batch, tx);
  }

  @Consumes(ITEM_EVENTS)
  async onItems(batch: Batch<ItemImported>, tx: LanesTransaction): Promise<void> {
    await this.scoring.onItemEvents(batch.events, tx);
  }

  @Consumes(ANNOTATION_EVENTS)
  async onAnnotations(batch: Batch<AnnotationSubmitted>, tx: LanesTransaction): Promise<void> {
    await this.scoring.onItemEvents(batch.events, tx);
  }

  @Consumes(GOLD_ITEMS)
  async onGoldItems(batch: Batch<GoldItem>, tx: LanesTransaction): Promise<void> {
    await this.scoring.onGoldItems(batch, tx);
  }

  @Consumes(GOLD_CHECKS)
  async onGoldChecks(batch: Batch<GoldChecked | CheckVoided>, tx: LanesTransaction): Promise<void> {
    await this.goldTests.onChecks(batch, tx);
  }

  @Consumes(CONSENSUS_EVENTS)
  async onConsensus(batch: Batch<ConsensusAdjudicated>, tx: LanesTransaction): Promise<void> {
    await this.scoring.onAdjudicated(batch, tx);
  }

  @Consumes(RELIABILITY)
  async onReliability(batch: Batch<EpochPublished>, tx: LanesTransaction): Promise<void> {
    await this.scoring.onEpochs(batch, tx);
  }

  @LaneWork({ lane: 'item', everyMs: 2000, due: lanesToDrain })
  async drain(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.scoring.drain(tx);
  }

  @LaneWork({ lane: 'project-worker', everyMs: 2000, due: lanesDueForRetest })
  async retest(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.goldTests.retest(tx);
  }
}
