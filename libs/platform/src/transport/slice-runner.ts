import { setTimeout as sleep } from 'node:timers/promises';
import { type Topic } from '@assay/contracts/contract';
import { type LogBatch, type LogRecord, type Subscription } from '../event-log/event-log';
import { MOST_RECORDS } from '../event-log/lane-reader';
import { failpoint } from '../failpoint';
import { isTransient } from '../postgres/transient-error';
import { failureOf } from './failure';
import { KnownPositions } from './known-positions';
import { type Lane } from './lane.queries';
import { runWork } from './lane-work';
import { messageOf } from './message-of';
import { type Relay } from './relay';
import { SliceSize } from './slice-size';
import { type Handle, type Slice, SliceTransactions, type TransactionOptions } from './slice-transactions';
import { SlicesTogether } from './slices-together';
import { type Reading } from './wire';

/** A transient failure is tried again after .1 s, then twice as long each time, this often; then the partition is paused. */
const TRANSIENT_TRIES = 6;
const PAUSE_MS = 5000;
/** An error of the handler's own is tried again so often before the slice is halved. */
const HANDLER_TRIES = 2;
/** Records of a slice that shares its transaction: of batches that small, every lane may have one in hand. */
const SMALL = MOST_RECORDS.small;

/** What a service's transport runs on. */
export interface RunnerOptions extends TransactionOptions {
  relay: Pick<Relay, 'wake' | 'room'>;
  logger: { warn(message: string): void; error(message: string): void };
}

type SliceOutcome = 'committed' | 'fenced' | 'gave-up';

interface Suspicion {
  /** It is part of a slice that failed: it might spoil the transaction of others. */
  isSuspect: boolean;
  /** What every record of the slice is to be taken for, instead of what it reads as. */
  verdict?: Reading;
}

/** Runs slices of batches, and slices of lane work, each in a transaction that holds its lane. */
export class SliceRunner {
  private readonly positions: KnownPositions;
  readonly transactions: SliceTransactions;
  private readonly together: SlicesTogether;
  private readonly losses = new Set<string>();
  /** By topic. */
  private readonly sizes = new Map<string, SliceSize>();

  constructor(
    private readonly options: RunnerOptions,
    topics: readonly Topic[],
    handlers: ReadonlyMap<string, Handle>,
  ) {
    this.positions = new KnownPositions(options.dataSource.manager);
    this.transactions = new SliceTransactions(options, topics, handlers, this.positions);
    this.together = new SlicesTogether(
      (topic, slices) => this.attempt(topic, slices),
      (topic) => this.sizeOf(topic).records,
    );
  }

  /**
   * Applies a batch from the lane's position on. The position in PostgreSQL is the truth: what lies below it was applied before, a batch
   * that begins above it is fetched again from there, records that are gone before they were read stop the partition, and so does a
   * partition that ends below it. Never rejects: what a log's consumer throws can end it for good.
   */
  async run(batch: LogBatch, topic: Topic, subscription: Subscription): Promise<void> {
    const lane = { kind: topic.lane, partition: batch.partition };
    failpoint('fetched');
    try {
      await this.runBatch(batch, topic, lane, subscription);
    } catch (error) {
      this.positions.forget(lane, topic.name);
      this.options.logger.error(
        `${this.options.service} at ${topic.name}/${lane.partition}: ${messageOf(error)}; paused`,
      );
      subscription.pause(batch.topic, batch.partition, PAUSE_MS);
      subscription.seek(batch.topic, batch.partition, batch.records[0]?.offset ?? batch.fetchedOffset);
    }
  }

  /** A lane has gone to another instance: what is known of its positions is not to be believed when it comes back. */
  forget(partition: number): void {
    this.positions.forgetAll(partition);
  }

  /** What a lane that comes to this instance was left with. */
  learn(lane: Lane, positions: ReadonlyMap<string, number>): void {
    for (const [topic, position] of positions) this.positions.learn(lane, topic, position);
  }

  /** Whether this instance left the position of a topic that it knows elsewhere; a batch in hand may be about to put it there. */
  isElsewhere(lane: Lane, topic: string, position: number | undefined): boolean {
    const known = this.positions.known(lane, topic);
    return known !== undefined && known !== position;
  }

  /** Reads on from where a position stands now, if somebody else moved it; to be called between batches of the lane. */
  async follow(lane: Lane, topic: string, subscription: Subscription): Promise<void> {
    const before = this.positions.known(lane, topic);
    const position = await this.positions.readAgain(lane, topic);
    if (position === before) return;
    const found = position === undefined ? 'is gone' : 'was moved';
    this.options.logger.warn(
      `${this.options.service} reads ${topic}/${lane.partition} on from ${position ?? 'the start'}: its position ${found}, it was ${before}`,
    );
    subscription.seek(topic, lane.partition, position ?? 0);
    subscription.resume(topic, lane.partition);
  }

  private async runBatch(batch: LogBatch, topic: Topic, lane: Lane, subscription: Subscription): Promise<void> {
    // While it waited for its turn its position may have been moved, behind the end that it tells.
    if (!batch.isCurrent()) return;
    const isKnown = this.positions.isKnown(lane, batch.topic);
    const position = await this.positions.position(lane, batch.topic);
    if (position !== undefined && position < batch.firstOffset) return this.stopAtLoss(batch, position, subscription);
    if (position !== undefined && position > batch.highWatermark) {
      if (isKnown) return this.stopAtEnd(batch, position, subscription);
      // Another may have read on since the batch was fetched, when the log ended there.
      return subscription.seek(batch.topic, batch.partition, position);
    }
    // A lane that has read nothing begins with the first record that is kept, wherever its consumer was.
    const begin = position ?? batch.firstOffset;
    if (batch.fetchedOffset > begin) return subscription.seek(batch.topic, batch.partition, begin);
    const records = batch.records.filter((record) => record.offset >= (position ?? 0));
    let slice: LogRecord[];
    for (let start = 0; start < records.length; start += slice.length) {
      slice = records.slice(start, start + this.sizeOf(topic).records);
      if (slice.length > SMALL) await this.options.relay.room();
      if (!batch.isCurrent()) return;
      const outcome = await this.applySlice(lane, topic, slice, batch);
      if (outcome === 'gave-up') subscription.pause(batch.topic, batch.partition, PAUSE_MS);
      if (outcome === 'committed') continue;
      // Where the position is not known it is read again with the next delivery, and what lies below it dropped.
      const next = this.positions.known(lane, batch.topic) ?? slice[0]!.offset;
      return subscription.seek(batch.topic, batch.partition, next);
    }
  }

  /** Runs one slice of lane work; says whether more is left. */
  async work(lane: Lane, handle: Handle): Promise<boolean> {
    const { transactions, options } = this;
    await options.relay.room();
    return runWork({ ...options, transactions }, lane, handle);
  }

  private async applySlice(
    lane: Lane,
    topic: Topic,
    slice: readonly LogRecord[],
    batch: LogBatch,
    { verdict, isSuspect }: Suspicion = { isSuspect: false },
  ): Promise<SliceOutcome> {
    const { metrics, logger, service } = this.options;
    const where = `${service} at ${topic.name}/${lane.partition} from ${slice[0]?.offset}`;
    const from = this.positions.known(lane, topic.name);
    let transientFailures = 0;
    for (let tries = 1; ;) {
      try {
        // A connection that was lost in the commit leaves open whether it happened: the position says it.
        if (transientFailures > 0 && (await this.positions.position(lane, topic.name)) !== from) return 'fenced';
        if (!batch.isCurrent()) return 'fenced';
        const most = this.sizeOf(topic).records;
        if (slice.length > most) return await this.applyParts(lane, topic, slice, batch, most);
        // A large one is worth a transaction of its own, and one that failed is tried alone.
        const isAlone = slice.length > SMALL || isSuspect || tries > 1 || transientFailures > 0;
        const own = { lane, from, records: slice };
        const isCommitted = await (isAlone ? this.attempt(topic, [own], verdict) : this.together.add(topic, own));
        return isCommitted ? 'committed' : await this.overtaken(lane, topic);
      } catch (error) {
        if (!isTransient(error)) {
          if (verdict) throw error;
          if (tries++ >= HANDLER_TRIES) return this.halve(lane, topic, slice, batch, error);
          logger.warn(`${where}: ${failureOf(error).detail}; tried again`);
          continue;
        }
        this.positions.forget(lane, topic.name);
        metrics.retries.inc();
        this.sizeOf(topic).failed();
        transientFailures++;
        logger.warn(`${where}: ${messageOf(error)}; tried again (${transientFailures})`);
        if (transientFailures === TRANSIENT_TRIES) {
          logger.error(`${where}: paused for ${PAUSE_MS / 1000} s after ${transientFailures} failures`);
          return 'gave-up';
        }
        await sleep(100 * 2 ** transientFailures);
        await batch.heartbeat();
        if (!batch.isCurrent()) return 'fenced';
      }
    }
  }

  private async overtaken(lane: Lane, topic: Topic): Promise<SliceOutcome> {
    this.options.metrics.fenced.inc();
    this.positions.forget(lane, topic.name);
    await this.positions.position(lane, topic.name);
    return 'fenced';
  }

  /** Finds the one event that cannot be applied, and puts it aside. */
  private async halve(
    lane: Lane,
    topic: Topic,
    slice: readonly LogRecord[],
    batch: LogBatch,
    error: unknown,
  ): Promise<SliceOutcome> {
    if (slice.length > 1) return this.applyParts(lane, topic, slice, batch, Math.ceil(slice.length / 2));
    const { service, logger } = this.options;
    const failure = failureOf(error);
    logger.error(`${service} dead-letters ${topic.name}/${lane.partition}@${slice[0]?.offset}: ${failure.detail}`);
    const verdict: Reading = { type: 'unreadable', ...failure };
    return this.applySlice(lane, topic, slice, batch, { isSuspect: true, verdict });
  }

  private async applyParts(
    lane: Lane,
    topic: Topic,
    slice: readonly LogRecord[],
    batch: LogBatch,
    most: number,
  ): Promise<SliceOutcome> {
    for (let start = 0; start < slice.length; start += most) {
      const outcome = await this.applySlice(lane, topic, slice.slice(start, start + most), batch, { isSuspect: true });
      if (outcome !== 'committed') return outcome;
    }
    return 'committed';
  }

  /** @returns whether the slices are committed; false where one of their lanes is another's. */
  private async attempt(topic: Topic, slices: readonly Slice[], verdict?: Reading): Promise<boolean> {
    const began = performance.now();
    const isCommitted = await this.transactions.apply(topic, slices, verdict);
    const records = slices.reduce((sum, slice) => sum + slice.records.length, 0);
    if (isCommitted) this.sizeOf(topic).took(records, performance.now() - began);
    return isCommitted;
  }

  private stopAtLoss(batch: LogBatch, position: number, subscription: Subscription): void {
    const gone = batch.firstOffset - position;
    this.countLost(batch.topic, batch.partition, position, gone);
    this.options.logger.error(
      `${this.options.service} stops ${batch.topic}/${batch.partition}: ${gone} records from ${position} are gone from the log before they were read; ` +
        'put the position elsewhere (assay offsets reset), then publish them again from the record (assay rebuild)',
    );
    subscription.pause(batch.topic, batch.partition, Number.POSITIVE_INFINITY);
  }

  private stopAtEnd(batch: LogBatch, position: number, subscription: Subscription): void {
    this.options.logger.error(
      `${this.options.service} stops ${batch.topic}/${batch.partition}: it has read up to ${position}, but the log ends at ${batch.highWatermark}; ` +
        'the topic was made anew; put the position elsewhere (assay offsets reset)',
    );
    subscription.pause(batch.topic, batch.partition, Number.POSITIVE_INFINITY);
  }

  /** Once for each loss, although the partition may come back to this instance. */
  private countLost(topic: string, partition: number, position: number, gone: number): void {
    const loss = `${partition} ${topic} ${position}`;
    if (!this.losses.has(loss)) this.options.metrics.lost.inc(gone);
    this.losses.add(loss);
  }

  private sizeOf({ name }: Topic): SliceSize {
    let size = this.sizes.get(name);
    if (!size) this.sizes.set(name, (size = new SliceSize()));
    return size;
  }
}
