import { setTimeout as sleep } from 'node:timers/promises';
import { type Batch, type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs';
import { isTransient } from '../postgres/transient-error';
import { coalesced } from './coalesced';
import { type EventLog, type LogBatch, LogRefused, type SubscribeOptions, type Subscription } from './event-log';
import { WAIT_MS } from './kafka-at-rest';
import { isFatal } from './kafka-errors';
import { type KafkaLogger, type KafkaSettings } from './kafka-client';
import { refused, refusedResource } from './kafka-refusals';
import { laneAssigner } from './lane-assigner';
import { type LaneSource } from './lane-reader';
import { LaneReaders } from './lane-readers';
import { PartitionBuffer } from './partition-buffer';
import { LEAVE_MS, within } from './within';

// A killed member's lanes are free after the session; a member says that it lives every second.
const membership = { sessionTimeout: 10_000, heartbeatInterval: 1_000, rebalanceTimeout: 30_000 };
const fetching = { minBytes: 1, maxWaitTimeInMs: WAIT_MS, maxBytesPerPartition: 4_194_304 };
const COMMIT_MS = 5_000;
const RETRY_MS = 1_000;

/**
 * One member of a Kafka consumer group. kafkajs fetches into buffers, one a partition, and a `LaneReader` a lane takes from them: a lane
 * whose handler is slow or paused holds up no other here, and the member goes on saying that it lives.
 *
 * Positions are the reader's. kafkajs does not wait for listeners of GROUP_JOIN, but runs them up to their first `await` before it
 * fetches: new partitions are paused there, and resumed when the reader has said where they begin and they were sought to it.
 */
export class KafkaSubscription implements Subscription, LaneSource {
  private consumer: Consumer | undefined;
  private assigned = new Map<string, number[]>();
  private readonly readers: LaneReaders;
  private readonly buffers = new Map<string, PartitionBuffer>();
  private readonly balance = coalesced(() => this.balanceLanes());
  private committing: NodeJS.Timeout | undefined;
  private isStopping = false;
  private stopping: Promise<void> | undefined;
  private attempted = performance.now();

  constructor(
    private readonly kafka: Kafka,
    private readonly settings: KafkaSettings,
    private readonly log: Pick<EventLog, 'offsets'>,
    private readonly logger: KafkaLogger,
    private readonly options: SubscribeOptions,
  ) {
    this.readers = new LaneReaders(this, options, (error) => this.crash(error));
  }

  /**
   * Joins the group. Where no broker answers it goes on trying after it has returned.
   * @throws Error where trying again is of no use: credentials, rights.
   */
  async join(): Promise<void> {
    this.committing = setInterval(() => void this.commit(), COMMIT_MS);
    this.committing.unref();
    try {
      await this.connect();
      await this.balance();
    } catch (error) {
      if (isFatal(error)) throw await this.explained(error as Error);
      void this.reconnect(error as Error);
    }
  }

  seek(topic: string, partition: number, position: number): void {
    const buffer = this.buffers.get(placeOf(topic, partition));
    if (!buffer || !this.readers.has(partition)) return;
    buffer.clear(position);
    this.consumer?.seek({ topic, partition, offset: String(position) });
    this.fill(topic, partition, buffer);
    this.readers.seek(topic, partition, position);
  }

  pause(topic: string, partition: number, milliseconds: number): void {
    this.readers.pause(topic, partition, milliseconds);
  }

  resume(topic: string, partition: number): void {
    this.readers.resume(topic, partition);
  }

  lanes(): number[] {
    return this.readers.lanes();
  }

  attemptedAt(): number {
    return this.attempted;
  }

  stop(): Promise<void> {
    this.stopping ??= this.leave();
    return this.stopping;
  }

  waiting(topic: string, lane: number): number {
    return this.buffers.get(placeOf(topic, lane))?.records ?? 0;
  }

  fetch(topic: string, lane: number, position: number, most: number) {
    const buffer = this.buffers.get(placeOf(topic, lane));
    const taken = buffer?.take(position, most);
    if (buffer) this.fill(topic, lane, buffer);
    return Promise.resolve(taken);
  }

  async eachBatch(batch: LogBatch): Promise<void> {
    const buffer = this.buffers.get(placeOf(batch.topic, batch.partition));
    const clearings = buffer?.clearings;
    await this.options.eachBatch(batch);
    if (buffer && buffer.clearings === clearings) buffer.handled = batch.records.at(-1)!.offset + 1;
  }

  private async leave(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.committing);
    await this.readers.drop(this.lanes());
    await this.commit();
    this.buffers.clear();
    const { consumer } = this;
    this.consumer = undefined;
    // A member that cannot say so has left after its session.
    if (consumer) await within(LEAVE_MS, consumer.disconnect());
  }

  private async connect(): Promise<void> {
    const { group, topics } = this.options;
    const consumer = this.kafka.consumer({
      groupId: group,
      partitionAssigners: [laneAssigner],
      ...membership,
      ...fetching,
      // A consumer that failed is replaced here: kafkajs brings back only what failed in ways that it knows (tulios/kafkajs#1443).
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: () => Promise.resolve(false) },
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.joined(consumer, payload.memberAssignment));
    consumer.on(consumer.events.FETCH_START, () => void (this.attempted = performance.now()));
    // kafkajs tells of a crash while it joins by this event alone.
    let isUp = false;
    let crash: Error | undefined;
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      crash = payload.error;
      if (isUp && this.consumer === consumer) this.failed(payload.error);
    });
    this.consumer = consumer;
    try {
      await consumer.connect();
      // What is out of range begins at the first record: the reader's position tells a loss (tulios/kafkajs#1119).
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: 32,
        eachBatch: (payload) => this.keep(consumer, payload),
      });
      if (crash) throw crash as Error;
      isUp = true;
    } catch (error) {
      this.consumer = undefined;
      void consumer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  private failed(error: Error): void {
    if (this.isStopping) return;
    if (isFatal(error)) void this.explained(error).then((explained) => this.crash(explained));
    else void this.reconnect(error);
  }

  /** Of what is not allowed: who may not read what. */
  private async explained(error: Error): Promise<Error> {
    const { group, topics } = this.options;
    const resource = refusedResource(error);
    if (error instanceof LogRefused || resource === undefined) return error;
    if (resource === 'group') return refused(this.settings, { operation: 'read', resource, names: [group] }, error);
    // Kafka names none. Those that it does not even show are the ones; where it shows all, any of them may be.
    const hidden: string[] = [];
    for (const topic of topics)
      await this.log.offsets(topic).catch((again: unknown) => again instanceof LogRefused && hidden.push(topic));
    return refused(this.settings, { operation: 'read', resource, names: hidden.length > 0 ? hidden : topics }, error);
  }

  /** The member is none any more: its lanes go to others, who begin where the reader's positions are. */
  private async reconnect(error: Error): Promise<void> {
    this.consumer = undefined;
    this.assigned = new Map();
    let cause: unknown = error;
    await this.balance();
    while (!this.isStopping && !this.consumer) {
      this.logger.warn(`kafka: ${this.options.group} joins again: ${(cause as Error).message}`);
      await sleep(RETRY_MS, undefined, { ref: false });
      this.attempted = performance.now();
      if (this.isStopping) return;
      try {
        await this.connect();
      } catch (again) {
        if (isFatal(again)) return this.crash(await this.explained(again as Error));
        cause = again;
      }
    }
  }

  /** Everything up to the first `await` of a listener happens before the next fetch. */
  private joined(consumer: Consumer, assignment: Record<string, number[]>): void {
    if (this.consumer !== consumer) return;
    this.assigned = new Map(Object.entries(assignment));
    for (const [topic, partitions] of this.assigned) {
      for (const partition of partitions) {
        const buffer = this.buffers.get(placeOf(topic, partition));
        if (buffer) consumer.seek({ topic, partition, offset: String(buffer.expected) });
        else consumer.pause([{ topic, partitions: [partition] }]);
      }
    }
    void this.balance();
  }

  /** Brings the readers in line with what the group gave to this member. */
  private async balanceLanes(): Promise<void> {
    const mine = new Set([...this.assigned.values()].flat());
    // One that came with fewer topics, by a leader that did not know of all, begins anew.
    const others = this.lanes().filter((lane) => !mine.has(lane) || !this.readsAllOf(lane));
    await this.readers.drop(others);
    for (const lane of others) for (const topic of this.options.topics) this.buffers.delete(placeOf(topic, lane));
    const missing = [...mine].filter((lane) => !this.readers.has(lane));
    if (missing.length === 0 || this.isStopping) return;
    try {
      const known = new Map<number, ReadonlyMap<string, number>>();
      for (const lane of missing) known.set(lane, await this.options.positions(lane));
      // After the positions: one that lies behind an end that was asked for earlier would look like that of a topic made anew.
      const offsets = new Map<string, { first: number; end: number }[]>();
      for (const topic of this.assigned.keys()) offsets.set(topic, await this.log.offsets(topic));
      for (const [lane, positions] of known) this.assign(lane, positions, offsets);
    } catch (error) {
      if (!isTransient(error)) return this.crash(error as Error);
      void sleep(200, undefined, { ref: false }).then(() => this.balance());
    }
  }

  private readsAllOf(lane: number): boolean {
    return this.topicsOf(lane).every((topic) => this.buffers.has(placeOf(topic, lane)));
  }

  /** Topics of which the group gave a lane to this member. */
  private topicsOf(lane: number): string[] {
    return [...this.assigned].filter(([, partitions]) => partitions.includes(lane)).map(([topic]) => topic);
  }

  private assign(
    lane: number,
    known: ReadonlyMap<string, number>,
    offsets: ReadonlyMap<string, readonly { first: number; end: number }[]>,
  ): void {
    const { consumer } = this;
    const topics = this.topicsOf(lane);
    if (this.isStopping || !consumer || topics.length === 0) return;
    const positions = new Map<string, number>();
    for (const topic of topics) {
      const { first, end } = offsets.get(topic)?.[lane] ?? { first: 0, end: 0 };
      const position = known.get(topic) ?? first;
      // Outside of what the log holds nothing can be asked for: the reader sees by the bounds of the batch what happened.
      const expected = position < first || position > end ? first : position;
      positions.set(topic, position);
      this.buffers.set(placeOf(topic, lane), new PartitionBuffer(expected, first));
      consumer.seek({ topic, partition: lane, offset: String(expected) });
      consumer.resume([{ topic, partitions: [lane] }]);
    }
    this.readers.start(lane, positions);
  }

  /** Puts what kafkajs fetched into its buffer. */
  private async keep(consumer: Consumer, { batch, isStale }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    const buffer = this.buffers.get(placeOf(topic, partition));
    if (!buffer || isStale() || this.consumer !== consumer) return;
    // Records that were compacted away leave a hole as well as those that were lost.
    if (fetchedOffset(batch) > buffer.expected) buffer.first = (await this.log.offsets(topic))[partition]?.first ?? 0;
    if (this.buffers.get(placeOf(topic, partition)) !== buffer || isStale()) return;
    buffer.put(batch);
    if (buffer.isFull) {
      buffer.isWaiting = true;
      consumer.pause([{ topic, partitions: [partition] }]);
    }
    this.readers.wake(partition);
  }

  /** Asks for more of a partition that was full. */
  private fill(topic: string, partition: number, buffer: PartitionBuffer): void {
    if (!buffer.isWaiting || !buffer.hasRoom) return;
    buffer.isWaiting = false;
    this.consumer?.resume([{ topic, partitions: [partition] }]);
  }

  /** Tells Kafka how far this member is, for monitors of lag alone. What it does not take, as while the group changes, it is told again. */
  private async commit(): Promise<void> {
    const { consumer } = this;
    const places = [...this.buffers].flatMap(([place, buffer]) => {
      const { handled, committed } = buffer;
      if (handled === undefined || handled === committed) return [];
      const [partition, topic] = place.split(' ');
      return [{ buffer, handled, topic: topic!, partition: Number(partition) }];
    });
    if (!consumer || places.length === 0) return;
    const offsets = places.map(({ topic, partition, handled }) => ({ topic, partition, offset: String(handled) }));
    try {
      await consumer.commitOffsets(offsets);
      for (const { buffer, handled } of places) buffer.committed = handled;
    } catch {
      // Positions are PostgreSQL's.
    }
  }

  // Not awaited: the reader that failed would wait for its own end.
  private crash(error: Error): void {
    if (this.isStopping) return;
    void this.stop();
    this.options.onCrash(error);
  }
}

function placeOf(topic: string, partition: number): string {
  return `${partition} ${topic}`;
}

/** The offset that was asked for, which kafkajs's types leave out. */
function fetchedOffset(batch: Batch): number {
  return Number((batch as Batch & { fetchedOffset: string }).fetchedOffset);
}
