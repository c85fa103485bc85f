import { Controller } from '@nestjs/common';
import type { AnnotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import type { ConsensusUpdated } from '@assay/contracts/consensus/consensus-updated';
import type { PoolAvailable } from '@assay/contracts/gold/pool-available';
import type { ItemImported } from '@assay/contracts/item/item-imported';
import type { ProjectConfigured } from '@assay/contracts/project/project-configured';
import type { TierChanged } from '@assay/contracts/standing/tier-changed';
import type { WorkerRegistered } from '@assay/contracts/worker/worker-registered';
import {
  ANNOTATION_EVENTS,
  CONSENSUS_EVENTS,
  GOLD_POOL,
  ITEM_EVENTS,
  PROJECT_EVENTS,
  STANDING_EVENTS,
  WORKER_EVENTS,
} from '@assay/contracts/topics';
import { lanesToDrain } from '@assay/platform/copies/parked-events';
import type { Batch } from '@assay/platform/transport/batch';
import { Consumes, LaneWork } from '@assay/platform/transport/consumes';
import type { LaneTransaction, LanesTransaction } from '@assay/platform/transport/transaction';
import { lanesToExpireClaims } from './dispute.queries';
import { DisputeService } from './dispute.service';
import { lanesToExpire } from './expiry.queries';
import { ExpiryService } from './expiry.service';
import { lanesToSweep } from './progress.queries';
import { WorkService } from './work.service';
import { WorkerService } from './worker.service';

/** Events in, and the work on lanes. */
@Controller()
export class AssignmentConsumer {
  constructor(
    private readonly work: WorkService,
    private readonly workers: WorkerService,
    private readonly expiry: ExpiryService,
    private readonly disputes: DisputeService,
  ) {}

  @Consumes(PROJECT_EVENTS)
  async onProjects(batch: Batch<ProjectConfigured>, tx: LanesTransaction): Promise<void> {
    await this.work.onProjects(batch, tx);
  }

  @Consumes(WORKER_EVENTS)
  async onWorkers(batch: Batch<WorkerRegistered>, tx: LanesTransaction): Promise<void> {
    await this.workers.onWorkers(batch, tx);
  }

  @Consumes(ITEM_EVENTS)
  async onItems(batch: Batch<ItemImported>, tx: LanesTransaction): Promise<void> {
    await this.work.onItemEvents(batch.events, tx);
  }

  @Consumes(ANNOTATION_EVENTS)
  async onAnnotations(batch: Batch<AnnotationSubmitted>, tx: LanesTransaction): Promise<void> {
    await this.work.onItemEvents(batch.events, tx);
  }

  @Consumes(CONSENSUS_EVENTS)
  async onConsensus(batch: Batch<ConsensusUpdated>, tx: LanesTransaction): Promise<void> {
    await this.work.onConsensus(batch, tx);
  }

  @Consumes(GOLD_POOL)
  async onGoldPool(batch: Batch<PoolAvailable>, tx: LanesTransaction): Promise<void> {
    await this.work.onGoldPool(batch, tx);
  }

  @Consumes(STANDING_EVENTS)
  async onStanding(batch: Batch<TierChanged>, tx: LanesTransaction): Promise<void> {
    await this.workers.onStanding(batch, tx);
  }

  @LaneWork({ lane: 'item', everyMs: 5000, due: lanesToDrain })
  async drain(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.work.drain(tx);
  }

  @LaneWork({ lane: 'item', everyMs: 5000, due: lanesToSweep })
  async sweep(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.work.sweep(tx);
  }

  @LaneWork({ lane: 'item', everyMs: 2000, due: lanesToExpireClaims })
  async expireClaims(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.disputes.expireClaims(tx);
  }

  @LaneWork({ lane: 'item', everyMs: 2000, due: lanesToExpire })
  async expire(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.expiry.expire(tx);
  }
}
