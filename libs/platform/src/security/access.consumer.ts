import { Controller } from '@nestjs/common';
import { ACCESS_EVENTS } from '@assay/contracts/topics';
import { type Batch } from '../transport/batch';
import { Consumes } from '../transport/consumes';
import { type LanesTransaction } from '../transport/transaction';
import { keepKeys, type KeyState } from './access-key.queries';

/** Keeps a service's own copy of the keys. */
@Controller()
export class AccessConsumer {
  @Consumes(ACCESS_EVENTS)
  async onKeys(batch: Batch<KeyState>, tx: LanesTransaction): Promise<void> {
    await keepKeys(
      tx.manager,
      batch.events.map((event) => event.data),
    );
  }
}
