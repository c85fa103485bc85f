import { isTransient } from '../postgres/transient-error';
import { type Failure, failureOf } from './failure';
import { holdLane, type Lane } from './lane.queries';
import { type BatchTransaction } from './lane-transaction';
import { type Handle, type SliceTransactions, type TransactionOptions } from './slice-transactions';

/** Lane work that cannot bear a parked event is tried so often with it alone before the event is put aside. */
const TRIES_ALONE = 2;

/** What lane work runs on. */
export interface LaneWorkOptions extends Pick<TransactionOptions, 'dataSource' | 'service'> {
  transactions: SliceTransactions;
  logger: { error(message: string): void };
}

/**
 * Runs one slice of lane work in a transaction that holds its lane. Where it fails on parked events that it took out, it gets half of them, until the
 * one is found that it cannot bear: that is dead-lettered, as one of a batch would be, and the others go on.
 * @returns whether more is left.
 * @throws what it failed on, where that passes by itself or no parked event is to blame.
 */
export async function runWork(options: LaneWorkOptions, lane: Lane, handle: Handle): Promise<boolean> {
  let most: number | undefined;
  let triesAlone = 0;
  for (;;) {
    let tx: BatchTransaction | undefined;
    try {
      const more = await holding(options, lane, most, async (held) => {
        tx = held;
        return (await handle(lane.partition, held)) === true;
      });
      return more || most !== undefined;
    } catch (error) {
      const taken = tx?.unparked.find(({ ids }) => ids.length > 0);
      if (!taken || isTransient(error)) throw error;
      const { ids, project } = taken;
      if (ids.length > 1) most = Math.ceil(ids.length / 2);
      else if (++triesAlone === TRIES_ALONE) {
        await putAside(options, lane, { id: ids[0]!, project }, failureOf(error));
        return true;
      }
    }
  }
}

/** Puts one parked event aside, if it is parked still: another instance may have had the lane meanwhile. */
async function putAside(
  options: LaneWorkOptions,
  lane: Lane,
  { id, project }: { id: string; project: string },
  failure: Failure,
): Promise<void> {
  const { logger, service } = options;
  logger.error(`${service} dead-letters a parked event of ${lane.kind}/${lane.partition}: ${failure.detail}`);
  await holding(options, lane, undefined, (tx) => tx.putParkedAside(id, project, failure));
}

async function holding<Result>(
  { dataSource, transactions }: LaneWorkOptions,
  lane: Lane,
  mostUnparked: number | undefined,
  work: (tx: BatchTransaction) => Promise<Result>,
): Promise<Result> {
  const { result, tx } = await dataSource.transaction(async (manager) => {
    await holdLane(manager, lane);
    const held = transactions.transaction(manager, lane, mostUnparked);
    const done = await work(held);
    await held.flush();
    return { result: done, tx: held };
  });
  transactions.committed(tx);
  return result;
}
