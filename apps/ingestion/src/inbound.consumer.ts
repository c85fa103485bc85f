import { Controller } from '@nestjs/common';
import { INBOUND } from '@assay/contracts/topics';
import type { Batch } from '@assay/platform/transport/batch';
import { Consumes, LaneWork } from '@assay/platform/transport/consumes';
import type { LaneTransaction, LanesTransaction } from '@assay/platform/transport/transaction';
import { lanesToDrain } from './drain.queries';
import { InboundService } from './inbound.service';
import { lanesToRebuild } from './rebuild.queries';
import { RebuildService } from './rebuild.service';

/** What tools send by the log, and the work on lanes. */
@Controller()
export class InboundConsumer {
  constructor(
    private readonly inbound: InboundService,
    private readonly rebuild: RebuildService,
  ) {}

  @Consumes(INBOUND)
  async onInbound(batch: Batch, tx: LanesTransaction): Promise<void> {
    await this.inbound.onBatch(batch, tx);
  }

  @LaneWork({ lane: 'tool', everyMs: 1000, due: lanesToDrain })
  async judgeAgain(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.inbound.drain(tx);
  }

  @LaneWork({ lane: 'tool', everyMs: 1000, due: lanesToRebuild })
  async publishAgain(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.rebuild.publishNext(tx);
  }
}
