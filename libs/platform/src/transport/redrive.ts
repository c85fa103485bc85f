import { type Topic } from '@assay/contracts/contract';
import { isTransient } from '../postgres/transient-error';
import { nextToRedrive, settleRedriven } from './dead-letters';
import { type Failure, failureOf } from './failure';
import { holdLane, type Lane } from './lane.queries';
import { type BatchTransaction } from './lane-transaction';
import { type RunnerOptions, type SliceRunner } from './slice-runner';
import { type Handle } from './slice-transactions';
import { isFor, readRecord } from './wire';

/** What handling dead letters again needs of the transport. */
export interface Redriving {
  options: Omit<RunnerOptions, 'onPark'>;
  /** What the service reads. */
  topics: readonly Pick<Topic, 'name' | 'lane'>[];
  handlers: ReadonlyMap<string, Handle>;
  runner: SliceRunner;
}

/**
 * Handles one dead letter of a lane again, if one is to be; where it still cannot be borne it is open again, with the new reason.
 * @returns whether there was one.
 */
export async function redriveNext(redriving: Redriving, lane: Lane): Promise<boolean> {
  const { options } = redriving;
  const topics = redriving.topics.filter((topic) => topic.lane === lane.kind).map((topic) => topic.name);
  // Without the lane only to see whether there is anything to do: which one, is asked again when it is held.
  if (!(await nextToRedrive(options.dataSource.manager, topics, lane.partition))) return false;
  let id: string | undefined;
  try {
    const tx = await options.dataSource.transaction(async (manager) => {
      await holdLane(manager, lane);
      const letter = await nextToRedrive(manager, topics, lane.partition, true);
      id = letter?.id;
      return letter && handleAgain(redriving, redriving.runner.transactions.transaction(manager, lane), letter);
    });
    if (tx) redriving.runner.transactions.committed(tx);
  } catch (error) {
    if (isTransient(error) || id === undefined) throw error;
    const failure = error instanceof Refused ? error.failure : failureOf(error);
    options.logger.warn(`${options.service} could not handle dead letter ${id} again: ${failure.detail}`);
    await settleRedriven(options.dataSource.manager, id, failure);
  }
  return true;
}

async function handleAgain(
  { handlers, options }: Redriving,
  tx: BatchTransaction,
  letter: NonNullable<Awaited<ReturnType<typeof nextToRedrive>>>,
): Promise<BatchTransaction | undefined> {
  const { id, topic, project, record } = letter;
  const reading = readRecord(topic, tx.lane, record);
  if (reading.type === 'unreadable') {
    await settleRedriven(tx.manager, id, reading);
    return undefined;
  }
  tx.records.set(reading.event, record);
  tx.takeBack(topic, project);
  if (isFor(options.service, topic, record)) await handlers.get(topic)?.({ topic, events: [reading.event] }, tx);
  const refusal = tx.refusal();
  if (refusal) throw new Refused(refusal);
  await tx.flush();
  await settleRedriven(tx.manager, id);
  return tx;
}

/** The handler put the event aside again: nothing of its transaction is to stay, and the dead letter is open as before. */
class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.detail);
  }
}
