import { Controller } from '@nestjs/common';
import { INBOUND } from '@assay/contracts/topics';
import type { Batch } from '@assay/platform/transport/batch';
import { Consumes, LaneWork } from '@assay/platform/transport/consumes';
import type { LaneTransaction } from '@assay/platform/transport/transaction';
import { InboundService } from './inbound.service';
import { RebuildService } from './rebuild.service';

/** What tools send by the log, and the work on lanes. */
@Controller()
export class InboundConsumer {
  constructor(
    private readonly inbound: InboundService,
    private readonly rebuild: RebuildService,
  ) {}

  @Consumes(INBOUND)
  async onInbound(batch: Batch, tx: LaneTransaction): Promise<void> {
    await this.inbound.onBatch(batch, tx);
  }

  @LaneWork({ lane: 'tool', everyMs: 1000 })
  async judgeAgain(_lane: number, tx: LaneTransaction): Promise<boolean> {
    return this.inbound.drain(tx);
  }

  /** One lane does it, so that one instance does, in order. */
  @LaneWork({ lane: 'tool', everyMs: 1000 })
  async publishAgain(lane: number, tx: LaneTransaction): Promise<boolean> {
    return lane === 0 && (await this.rebuild.publishNext(tx));
  }
}
