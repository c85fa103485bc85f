import { Controller } from '@nestjs/common';
import type { AnnotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import type { DisputeEnded } from '@assay/contracts/dispute/dispute-event';
import type { PoolAvailable } from '@assay/contracts/gold/pool-available';
import type { ItemImported } from '@assay/contracts/item/item-imported';
import type { ProjectConfigured } from '@assay/contracts/project/project-configured';
import type { EpochPublished } from '@assay/contracts/reliability/epoch-published';
import type { ModelChunk } from '@assay/contracts/reliability/model-chunk';
import {
  ANNOTATION_EVENTS,
  DISPUTE_EVENTS,
  GOLD_POOL,
  ITEM_EVENTS,
  PROJECT_EVENTS,
  RELIABILITY,
} from '@assay/contracts/topics';
import { lanesToDrain } from '@assay/platform/copies/parked-events';
import type { Batch } from '@assay/platform/transport/batch';
import { Consumes, LaneWork } from '@assay/platform/transport/consumes';
import type { LaneTransaction, LanesTransaction } from '@assay/platform/transport/transaction';
import { ConsensusService } from './consensus.service';
import { lanesToSweep } from './progress.queries';

/** Events in, and the work on lanes. */
@Controller()
export class ConsensusConsumer {
  constructor(private readonly consensus: ConsensusService) {}

  @Consumes(PROJECT_EVENTS)
  async onProjects(batch: Batch<ProjectConfigured>, tx: LanesTransaction): Promise<void> {
    await this.consensus.onProjects(batch, tx);
  }

  @Consumes(ITEM_EVENTS)
  async onItems(batch: Batch<ItemImported>, tx: LanesTransaction): Promise<void> {
    await this.consensus.onItemEvents(batch.events, tx);
  }

  @Consumes(ANNOTATION_EVENTS)
  async onAnnotations(batch: Batch<AnnotationSubmitted>, tx: LanesTransaction): Promise<void> {
    await this.consensus.onItemEvents(batch.events, tx);
  }

  @Consumes(DISPUTE_EVENTS)
  async onDisputes(batch: Batch<DisputeEnded>, tx: LanesTransaction): Promise<void> {
    await this.consensus.onDisputes(batch, tx);
  }

  @Consumes(GOLD_POOL)
  async onGoldPool(batch: Batch<PoolAvailable>, tx: LanesTransaction): Promise<void> {
    await this.consensus.onGoldPool(batch, tx);
  }

  @Consumes(RELIABILITY)
  async onReliabilities(batch: Batch<ModelChunk | EpochPublished>, tx: LanesTransaction): Promise<void> {
    await this.consensus.onReliabilities(batch, tx);
  }

  @LaneWork({ lane: 'item', everyMs: 2000, due: lanesToDrain })
  async drain(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.consensus.drain(tx);
  }

  @LaneWork({ lane: 'item', everyMs: 2000, due: lanesToSweep })
  async sweep(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.consensus.sweep(tx);
  }
}
