import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource } from 'typeorm';
import { type Topic } from '@assay/contracts/contract';
import { type LogBatch, type LogRecord, type Subscription } from '../event-log/event-log';
import { type Batch, type ReceivedEvent } from './batch';
import { type BatchMetrics } from './batch-metrics';
import { isTransient } from '../postgres/transient-error';
import { messageOf } from './message-of';
import { nextToRedrive, settleRedriven } from './dead-letters';
import { createLane, holdLane, type Lane, lanePositions, moveCut, moveLane } from './lane.queries';
import { BatchTransaction } from './lane-transaction';
import { type LaneTransaction } from './transaction';
import { type Reading, readRecord } from './wire';

/** Events of one transaction, at most: beyond it a slice gains nothing and holds its lane longer. */
const SLICE = 500;
/** A transient failure is tried again after .1 s, then twice as long each time, this often; then the partition is paused. */
const TRANSIENT_TRIES = 6;
const PAUSE_MS = 5000;
/** An error of the handler's own is tried again so often before the slice is halved. */
const HANDLER_TRIES = 2;

/** Calls a method of a Nest controller. */
export type Handle = (payload: unknown, tx: LaneTransaction) => Promise<unknown>;

interface RunnerOptions {
  service: string;
  dataSource: DataSource;
  metrics: BatchMetrics;
  logger: { warn(message: string): void; error(message: string): void };
  onPublish(): void;
}

type SliceOutcome = 'committed' | 'fenced' | 'gave-up';

/** Runs slices of batches, and slices of lane work, each in the one transaction that holds its lane. */
export class SliceRunner {
  private readonly positions = new Map<string, number | undefined>();
  private readonly accountedOf: ReadonlyMap<string, string>;

  constructor(
    private readonly options: RunnerOptions,
    private readonly topics: readonly Topic[],
    private readonly handlers: ReadonlyMap<string, Handle>,
  ) {
    this.accountedOf = new Map(topics.filter((topic) => topic.accounted).map((topic) => [topic.lane, topic.name]));
  }

  /**
   * Applies a batch from the lane's position on. The position in PostgreSQL is the truth: what lies below it was applied before, a batch
   * that begins above it is fetched again from there, and records that are gone before they were read stop the partition.
   */
  async run(batch: LogBatch, topic: Topic, subscription: Subscription): Promise<void> {
    const lane = { kind: topic.lane, partition: batch.partition };
    const position = await this.position(lane, batch.topic);
    const refetch = () =>
      subscription.seek(batch.topic, batch.partition, this.known(lane, batch.topic) ?? batch.firstOffset);
    if (position !== undefined && position < batch.firstOffset) return this.stopAt(batch, position, subscription);
    if (position !== undefined && batch.fetchedOffset > position) return refetch();
    const records = batch.records.filter((record) => record.offset >= (position ?? 0));
    for (let start = 0; start < records.length; start += SLICE) {
      if (!batch.isCurrent()) return;
      const slice = records.slice(start, start + SLICE);
      const outcome = await this.applySlice(lane, topic, slice, batch);
      if (outcome === 'gave-up') subscription.pause(batch.topic, batch.partition, PAUSE_MS);
      if (outcome !== 'committed') return refetch();
    }
  }

  /** Runs one slice of lane work; says whether more is left. */
  async work(lane: Lane, handle: Handle): Promise<boolean> {
    await createLane(this.options.dataSource.manager, lane);
    const more = await this.options.dataSource.transaction(async (manager) => {
      await holdLane(manager, lane);
      const tx = this.transaction(manager, lane);
      const left = await handle(lane.partition, tx);
      await tx.flush();
      return left === true;
    });
    this.options.onPublish();
    return more;
  }

  /** Handles one dead letter of the lane again, if one is to be. @returns whether there was one. */
  async redrive(lane: Lane): Promise<boolean> {
    const { dataSource, service } = this.options;
    const topics = this.topics.filter((topic) => topic.lane === lane.kind).map((topic) => topic.name);
    const letter = await nextToRedrive(dataSource.manager, topics, lane.partition);
    if (!letter) return false;
    const reading = readRecord(letter.topic, letter.record);
    if (reading.type === 'unreadable') {
      await settleRedriven(dataSource.manager, letter.id, reading.detail);
      return true;
    }
    try {
      await dataSource.transaction(async (manager) => {
        await holdLane(manager, lane);
        const tx = this.transaction(manager, lane);
        tx.records.set(letter.record.offset, letter.record);
        tx.takeBack(letter.topic, letter.project);
        await this.handlers.get(letter.topic)?.(
          { topic: letter.topic, lane: lane.partition, events: [reading.event] },
          tx,
        );
        await tx.flush();
        await settleRedriven(manager, letter.id);
      });
    } catch (error) {
      if (isTransient(error)) throw error;
      this.options.logger.warn(`${service} could not handle dead letter ${letter.id} again: ${messageOf(error)}`);
      await settleRedriven(dataSource.manager, letter.id, messageOf(error));
    }
    this.options.onPublish();
    return true;
  }

  private async applySlice(
    lane: Lane,
    topic: Topic,
    slice: readonly LogRecord[],
    batch: LogBatch,
  ): Promise<SliceOutcome> {
    const { metrics, logger, service } = this.options;
    const where = `${service} at ${topic.name}/${lane.partition} from ${slice[0]?.offset}`;
    const from = this.known(lane, topic.name);
    let transientFailures = 0;
    for (let tries = 1; ;) {
      try {
        // A connection that was lost in the commit leaves open whether it happened: the position says it.
        if (transientFailures > 0 && (await this.position(lane, topic.name)) !== from) return 'fenced';
        return await this.attempt(lane, topic, slice);
      } catch (error) {
        if (!isTransient(error)) {
          if (tries++ >= HANDLER_TRIES) return this.halve(lane, topic, slice, batch, error);
          logger.warn(`${where}: ${messageOf(error)}; tried again`);
          continue;
        }
        this.positions.delete(nameOf(lane, topic.name));
        metrics.retries.inc();
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
    if (slice.length > 1) {
      const middle = Math.ceil(slice.length / 2);
      const first = await this.applySlice(lane, topic, slice.slice(0, middle), batch);
      return first === 'committed' ? this.applySlice(lane, topic, slice.slice(middle), batch) : first;
    }
    const [record] = slice;
    const detail = messageOf(error);
    this.options.logger.error(
      `${this.options.service} dead-letters ${topic.name}/${lane.partition}@${record?.offset}: ${detail}`,
    );
    return this.attempt(lane, topic, slice, { type: 'unreadable', reason: 'handler_failed', detail });
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
    const readings = slice.map((record) => verdict ?? readRecord(topic.name, record));
    const isMoved = await dataSource.transaction(async (manager) => {
      if (!(await moveLane(manager, lane, topic.name, this.known(lane, topic.name), end))) return false;
      const tx = this.transaction(manager, lane);
      const events = this.receive(tx, topic, slice, readings);
      if (events.length > 0) {
        const batch: Batch = { topic: topic.name, lane: lane.partition, events };
        await this.handlers.get(topic.name)?.(batch, tx);
      }
      await tx.flush();
      await moveCut(manager, topic.name, lane.partition, { records: slice.length, sequences: sequencesOf(slice) });
      return true;
    });
    timer();
    if (!isMoved) {
      metrics.fenced.inc();
      this.positions.delete(nameOf(lane, topic.name));
      await this.position(lane, topic.name);
      return 'fenced';
    }
    this.positions.set(nameOf(lane, topic.name), end);
    const unreadable = readings.filter((reading) => reading.type === 'unreadable');
    metrics.records.inc({ topic: topic.name, outcome: 'handled' }, slice.length - unreadable.length);
    if (unreadable.length > 0) metrics.records.inc({ topic: topic.name, outcome: 'dead_lettered' }, unreadable.length);
    for (const { reason } of unreadable) metrics.deadLetters.inc({ reason });
    this.options.onPublish();
    return 'committed';
  }

  /** Puts aside what is no event, and counts what came. */
  private receive(
    tx: BatchTransaction,
    topic: Topic,
    slice: readonly LogRecord[],
    readings: readonly Reading[],
  ): ReceivedEvent[] {
    const events: ReceivedEvent[] = [];
    slice.forEach((record, index) => {
      const reading = readings[index]!;
      tx.records.set(record.offset, record);
      const project = reading.type === 'event' ? projectOf(reading.event.data) : projectOfKey(record.key);
      if (topic.accounted) tx.receive(project);
      if (reading.type === 'event') events.push(reading.event);
      else tx.putAside(record, topic.name, project, reading.reason, reading.detail);
    });
    return events;
  }

  private transaction(manager: DataSource['manager'], lane: Lane): BatchTransaction {
    const accounted = this.accountedOf.get(lane.kind);
    return new BatchTransaction(manager, { ...lane, service: this.options.service, accounted });
  }

  private stopAt(batch: LogBatch, position: number, subscription: Subscription): void {
    const gone = batch.firstOffset - position;
    this.options.metrics.lost.inc(gone);
    this.options.logger.error(
      `${this.options.service} stops ${batch.topic}/${batch.partition}: ${gone} records from ${position} are gone from the log before they were read; ` +
        'publish them again from the record (assay rebuild)',
    );
    subscription.pause(batch.topic, batch.partition, Number.POSITIVE_INFINITY);
  }

  private known(lane: Lane, topic: string): number | undefined {
    return this.positions.get(nameOf(lane, topic));
  }

  private async position(lane: Lane, topic: string): Promise<number | undefined> {
    const name = nameOf(lane, topic);
    if (!this.positions.has(name)) {
      await createLane(this.options.dataSource.manager, lane);
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
