import { Controller } from '@nestjs/common';
import type { AnnotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import type { AssignmentEvent } from '@assay/contracts/assignment/assignment-event';
import type { ItemImported } from '@assay/contracts/item/item-imported';
import type { ProjectConfigured } from '@assay/contracts/project/project-configured';
import { ANNOTATION_EVENTS, ASSIGNMENT_EVENTS, ITEM_EVENTS, PROJECT_EVENTS } from '@assay/contracts/topics';
import { lanesToDrain } from '@assay/platform/copies/parked-events';
import type { Batch } from '@assay/platform/transport/batch';
import { Consumes, LaneWork } from '@assay/platform/transport/consumes';
import type { LaneTransaction, LanesTransaction } from '@assay/platform/transport/transaction';
import { lanesToCheck } from './gold-item.queries';
import { GoldService } from './gold.service';

/** Events in, and the work on lanes. */
@Controller()
export class GoldConsumer {
  constructor(private readonly gold: GoldService) {}

  @Consumes(PROJECT_EVENTS)
  async onProjects(batch: Batch<ProjectConfigured>, tx: LanesTransaction): Promise<void> {
    await this.gold.onProjects(batch, tx);
  }

  @Consumes(ITEM_EVENTS)
  async onItems(batch: Batch<ItemImported>, tx: LanesTransaction): Promise<void> {
    await this.gold.onItemEvents(batch.events, tx);
  }

  @Consumes(ANNOTATION_EVENTS)
  async onAnnotations(batch: Batch<AnnotationSubmitted>, tx: LanesTransaction): Promise<void> {
    await this.gold.onItemEvents(batch.events, tx);
  }

  @Consumes(ASSIGNMENT_EVENTS)
  async onAssignments(batch: Batch<AssignmentEvent>, tx: LanesTransaction): Promise<void> {
    await this.gold.onAssignments(batch, tx);
  }

  @LaneWork({ lane: 'item', everyMs: 2000, due: lanesToDrain })
  async drain(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.gold.drain(tx);
  }

  @LaneWork({ lane: 'item', everyMs: 1000, due: lanesToCheck })
  async recheck(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.gold.recheck(tx);
  }
}
