import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource, type EntityManager } from 'typeorm';
import { type Topic } from '@assay/contracts/contract';
import { type LogBatch, type LogRecord, type Subscription } from '../event-log/event-log';
import { type Batch, type ReceivedEvent } from './batch';
import { type BatchMetrics } from './batch-metrics';
import { failpoint } from '../failpoint';
import { fencedTransaction } from '../postgres/fenced-transaction';
import { isTransient } from '../postgres/transient-error';
import { failureOf } from './failure';
import { messageOf } from './message-of';
import { createLanes, holdLane, type Lane, lanePositions, moveCut, moveLane } from './lane.queries';
import { BatchTransaction } from './lane-transaction';
import { type Parcel } from './outbox';
import { type LaneTransaction } from './transaction';
import { SliceSize } from './slice-size';
import { isFor, type Reading, readRecord } from './wire';

/** A transient failure is tried again after .1 s, then twice as long each time, this often; then the partition is paused. */
const TRANSIENT_TRIES = 6;
const PAUSE_MS = 5000;
/** An error of the handler's own is tried again so often before the slice is halved. */
const HANDLER_TRIES = 2;

/** Calls a method of a Nest controller. */
export type Handle = (payload: unknown, tx: LaneTransaction) => Promise<unknown>;

/** What a service's transport runs on. */
export interface RunnerOptions {
  service: string;
  dataSource: DataSource;
  metrics: BatchMetrics;
  logger: { warn(message: string): void; error(message: string): void };
  /** A commit has put parcels into the outbox. */
  onPublish(parcels: readonly Parcel[]): void;
  /** A batch is committed whose events wait for something that may have come while it was handled. */
  onPark(): void;
}

type SliceOutcome = 'committed' | 'fenced' | 'gave-up';

/** Runs slices of batches, and slices of lane work, each in the one transaction that holds its lane. */
export class SliceRunner {
  private readonly positions = new Map<string, number | undefined>();
  private readonly losses = new Set<string>();
  /** By topic. */
  private readonly sizes = new Map<string, SliceSize>();
  private readonly accountedOf: ReadonlyMap<string, string>;

  constructor(
    private readonly options: RunnerOptions,
    topics: readonly Topic[],
    private readonly handlers: ReadonlyMap<string, Handle>,
  ) {
    this.accountedOf = new Map(topics.filter((topic) => topic.accounted).map((topic) => [topic.lane, topic.name]));
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
      this.forget(lane.partition);
      this.options.logger.error(
        `${this.options.service} at ${topic.name}/${lane.partition}: ${messageOf(error)}; paused`,
      );
      subscription.pause(batch.topic, batch.partition, PAUSE_MS);
      subscription.seek(batch.topic, batch.partition, batch.records[0]?.offset ?? batch.fetchedOffset);
    }
  }

  /** A lane has gone to another instance: what is known of its positions is not to be believed when it comes back. */
  forget(partition: number): void {
    for (const name of this.positions.keys()) if (name.startsWith(`${partition} `)) this.positions.delete(name);
  }

  /** What a lane that comes to this instance was left with. */
  learn(lane: Lane, positions: ReadonlyMap<string, number>): void {
    for (const [topic, position] of positions) this.positions.set(nameOf(lane, topic), position);
  }

  /** Whether this instance left the position of a topic that it knows elsewhere; a batch in hand may be about to put it there. */
  isElsewhere(lane: Lane, topic: string, position: number | undefined): boolean {
    const known = this.known(lane, topic);
    return known !== undefined && known !== position;
  }

  /** Reads on from where a position stands now, if somebody else moved it; to be called between batches of the lane. */
  async follow(lane: Lane, topic: string, subscription: Subscription): Promise<void> {
    const before = this.known(lane, topic);
    this.positions.delete(nameOf(lane, topic));
    const position = await this.position(lane, topic);
    if (position === before) return;
    const found = position === undefined ? 'is gone' : 'was moved';
    this.options.logger.warn(
      `${this.options.service} reads ${topic}/${lane.partition} on from ${position ?? 'the start'}: its position ${found}, it was ${before}`,
    );
    subscription.seek(topic, lane.partition, position ?? 0);
    subscription.resume(topic, lane.partition);
  }

  private async runBatch(batch: LogBatch, topic: Topic, lane: Lane, subscription: Subscription): Promise<void> {
    const isKnown = this.positions.has(nameOf(lane, batch.topic));
    const position = await this.position(lane, batch.topic);
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
      if (!batch.isCurrent()) return;
      slice = records.slice(start, start + this.sizeOf(topic).records);
      const outcome = await this.applySlice(lane, topic, slice, batch);
      if (outcome === 'gave-up') subscription.pause(batch.topic, batch.partition, PAUSE_MS);
      if (outcome === 'committed') continue;
      // Where the position is not known it is read again with the next delivery, and what lies below it dropped.
      const next = this.known(lane, batch.topic) ?? slice[0]!.offset;
      return subscription.seek(batch.topic, batch.partition, next);
    }
  }

  /** Runs one slice of lane work; says whether more is left. */
  async work(lane: Lane, handle: Handle): Promise<boolean> {
    const { more, tx } = await this.options.dataSource.transaction(async (manager) => {
      await holdLane(manager, lane);
      const tx = this.transaction(manager, lane);
      const left = await handle(lane.partition, tx);
      await tx.flush();
      return { more: left === true, tx };
    });
    this.committed(tx);
    return more;
  }

  /** @param verdict what every record of the slice is to be taken for, instead of what it reads as. */
  private async applySlice(
    lane: Lane,
    topic: Topic,
    slice: readonly LogRecord[],
    batch: LogBatch,
    verdict?: Reading,
  ): Promise<SliceOutcome> {
    const { metrics, logger, service } = this.options;
    const where = `${service} at ${topic.name}/${lane.partition} from ${slice[0]?.offset}`;
    const from = this.known(lane, topic.name);
    let transientFailures = 0;
    for (let tries = 1; ;) {
      try {
        // A connection that was lost in the commit leaves open whether it happened: the position says it.
        if (transientFailures > 0 && (await this.position(lane, topic.name)) !== from) return 'fenced';
        if (!batch.isCurrent()) return 'fenced';
        const most = this.sizeOf(topic).records;
        if (slice.length > most) return await this.applyParts(lane, topic, slice, batch, most);
        return await this.attempt(lane, topic, slice, verdict);
      } catch (error) {
        if (!isTransient(error)) {
          if (verdict) throw error;
          if (tries++ >= HANDLER_TRIES) return this.halve(lane, topic, slice, batch, error);
          logger.warn(`${where}: ${failureOf(error).detail}; tried again`);
          continue;
        }
        this.positions.delete(nameOf(lane, topic.name));
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
    return this.applySlice(lane, topic, slice, batch, { type: 'unreadable', ...failure });
  }

  private async applyParts(
    lane: Lane,
    topic: Topic,
    slice: readonly LogRecord[],
    batch: LogBatch,
    most: number,
  ): Promise<SliceOutcome> {
    for (let start = 0; start < slice.length; start += most) {
      const outcome = await this.applySlice(lane, topic, slice.slice(start, start + most), batch);
      if (outcome !== 'committed') return outcome;
    }
    return 'committed';
  }

  private async attempt(
    lane: Lane,
    topic: Topic,
    slice: readonly LogRecord[],
    verdict?: Reading,
  ): Promise<SliceOutcome> {
    const { metrics, dataSource } = this.options;
    const end = (slice.at(-1)?.offset ?? 0) + 1;
    const timer = metrics.duration.startTimer({ topic: topic.name });
    const began = performance.now();
    const readings = slice.map((record) => {
      if (!isFor(this.options.service, topic.name, record)) return undefined;
      return verdict ?? readRecord(topic.name, record);
    });
    const fence = (manager: EntityManager) => moveLane(manager, lane, topic.name, this.known(lane, topic.name), end);
    const tx = await fencedTransaction(dataSource, fence, async (manager, cut) => {
      failpoint('fenced');
      const tx = this.transaction(manager, lane);
      const events = this.receive(tx, topic, slice, readings);
      if (events.length > 0) {
        const batch: Batch = { topic: topic.name, lane: lane.partition, events };
        await this.handlers.get(topic.name)?.(batch, tx);
      }
      failpoint('applied');
      const change = { records: slice.length, sequences: sequencesOf(slice) };
      const moved = moveCut(topic.name, lane.partition, cut, change);
      tx.later(moved.statement, moved.parameters);
      await tx.flush();
      failpoint('outboxed');
      return tx;
    });
    if (tx) failpoint('committed');
    timer();
    if (tx) this.sizeOf(topic).took(slice.length, performance.now() - began);
    if (!tx) {
      metrics.fenced.inc();
      this.positions.delete(nameOf(lane, topic.name));
      await this.position(lane, topic.name);
      return 'fenced';
    }
    this.positions.set(nameOf(lane, topic.name), end);
    this.count(topic.name, slice, tx);
    this.committed(tx);
    if (tx.hasParked()) this.options.onPark();
    return 'committed';
  }

  private count(topic: string, slice: readonly LogRecord[], tx: BatchTransaction): void {
    const { metrics } = this.options;
    const dead = tx.reasons().length;
    if (slice.length > dead) metrics.records.inc({ topic, outcome: 'handled' }, slice.length - dead);
    if (dead > 0) metrics.records.inc({ topic, outcome: 'dead_lettered' }, dead);
    const now = Date.now();
    metrics.lastProgress.set({ topic }, now / 1000);
    const published = slice.at(-1)?.timestamp ?? 0;
    if (published > 0) metrics.eventAge.observe({ topic }, Math.max(0, (now - published) / 1000));
  }

  /** Counts what a committed transaction put aside, and wakes the relay where it published. */
  committed(tx: BatchTransaction): void {
    for (const reason of tx.reasons()) this.options.metrics.deadLetters.inc({ reason });
    if (tx.parcels().length > 0) this.options.onPublish(tx.parcels());
  }

  /** Puts aside what is no event, and counts what came; `readings` of what is passed over are undefined. */
  private receive(
    tx: BatchTransaction,
    topic: Topic,
    slice: readonly LogRecord[],
    readings: readonly (Reading | undefined)[],
  ): ReceivedEvent[] {
    const events: ReceivedEvent[] = [];
    slice.forEach((record, index) => {
      const reading = readings[index];
      if (!reading) return;
      tx.records.set(record.offset, record);
      const project = reading.type === 'event' ? projectOf(reading.event.data) : projectOfKey(record.key);
      if (topic.accounted) tx.receive(project);
      if (reading.type === 'event') events.push(reading.event);
      else tx.putAside(record, topic.name, project, reading.reason, reading.detail);
    });
    return events;
  }

  /** A transaction that says what happens in a lane; the caller holds it. */
  transaction(manager: DataSource['manager'], lane: Lane): BatchTransaction {
    const accounted = this.accountedOf.get(lane.kind);
    return new BatchTransaction(manager, { ...lane, service: this.options.service, accounted });
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

  private known(lane: Lane, topic: string): number | undefined {
    return this.positions.get(nameOf(lane, topic));
  }

  private async position(lane: Lane, topic: string): Promise<number | undefined> {
    const name = nameOf(lane, topic);
    if (!this.positions.has(name)) {
      await createLanes(this.options.dataSource.manager, [lane.kind], lane.partition);
      this.positions.set(name, (await lanePositions(this.options.dataSource.manager, lane)).get(topic));
    }
    return this.positions.get(name);
  }
}

function nameOf(lane: Lane, topic: string): string {
  return `${lane.partition} ${topic}`;
}

function sequencesOf(slice: readonly LogRecord[]): number[] {
  return slice
    .map((record) => Number(record.headers['ce_sequence']))
    .filter((sequence) => Number.isSafeInteger(sequence) && sequence > 0);
}

function projectOf(data: object): string {
  const { project } = data as { project?: unknown };
  return typeof project === 'string' ? project : '';
}

function projectOfKey(key: string | null): string {
  return /^([a-z0-9-]{1,63})\//.exec(key ?? '')?.[1] ?? '';
}
