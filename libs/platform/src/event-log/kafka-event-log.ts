import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, type Kafka, type Producer, type RecordMetadata, type TopicMessages } from 'kafkajs';
import {
  type AppendedRange,
  type EventLog,
  LogUnavailable,
  type OutgoingRecord,
  type SubscribeOptions,
  type Subscription,
  type TopicSettings,
} from './event-log';
import { isFatal, isOfKafka } from './kafka-errors';
import { kafkaClient, type KafkaLogger, type KafkaSettings } from './kafka-client';
import { principalOf, refused, refusedResource, type Wanted } from './kafka-refusals';
import { KafkaSubscription } from './kafka-subscription';
import { LEAVE_MS, within } from './within';
import { kafkaTopic } from './kafka-topics';
import { takenAtOf } from './taken-at';

/** How long a topic that was just made may be without leaders. */
const LEADERS_MS = 30_000;

/** Bytes of one partition in one request: brokers refuse a batch above 1 MiB unless they are told otherwise. */
const BATCH_BYTES = 900_000;

/**
 * The event log on Apache Kafka 3.9 and later. It holds one connection for what it appends, one for what it asks and one for each
 * subscription; a connection that failed is made anew by the next call, so that a broker that was away, or behind a line that died in
 * silence, is found again.
 */
export class KafkaEventLog implements EventLog {
  private readonly kafka: Kafka;
  private readonly partitions = new Map<string, number>();
  private readonly subscriptions = new Set<KafkaSubscription>();
  private producer: Promise<Producer> | undefined;
  private admin: Promise<Admin> | undefined;
  private isClosed = false;
  // kafkajs may reorder what two calls send at the same time.
  private lastAppend: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly settings: KafkaSettings,
    private readonly logger: KafkaLogger,
  ) {
    this.kafka = kafkaClient(settings, logger);
  }

  async createTopics(topics: readonly TopicSettings[]): Promise<void> {
    const there = await this.asking((admin) => admin.listTopics());
    const missing = topics.filter(({ name }) => !there.includes(name)).map((topic) => kafkaTopic(topic));
    if (missing.length > 0) await this.asking((admin) => admin.createTopics({ topics: missing, waitForLeaders: true }));
    for (const { topic } of missing) await this.untilLed(topic);
  }

  async append(records: readonly OutgoingRecord[]): Promise<AppendedRange[]> {
    const appended = this.lastAppend.then(() => this.send(records));
    this.lastAppend = appended.catch(() => undefined);
    return appended;
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    const subscription = new KafkaSubscription(this.kafka, this.settings, this, this.logger, options);
    this.subscriptions.add(subscription);
    await subscription.join();
    return subscription;
  }

  async offsets(topic: string): Promise<{ first: number; end: number }[]> {
    const wanted = { operation: 'describe', resource: 'topic', names: [topic] } as const;
    const offsets = await this.asking((admin) => admin.fetchTopicOffsets(topic), wanted);
    return offsets
      .sort((a, b) => a.partition - b.partition)
      .map(({ low, high }) => ({ first: Number(low), end: Number(high) }));
  }

  async takenAt(topic: string, positions: ReadonlyMap<number, number>): Promise<Map<number, number>> {
    const ends = await this.offsets(topic);
    const waiting = [...positions].filter(([partition, position]) => position < (ends[partition]?.end ?? 0));
    const now = Date.now();
    const taken = waiting.map(async ([partition, position]) => {
      const beginOf = async (time: number) => {
        const begins = await this.asking((admin) => admin.fetchTopicOffsetsByTimestamp(topic, time));
        return Number(begins.find((one) => one.partition === partition)!.offset);
      };
      return [partition, await takenAtOf(position, now, beginOf)] as const;
    });
    return new Map(await Promise.all(taken));
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
    await this.lastAppend;
    // Whoever still asks (gauges) must not connect anew: a client that nobody knows keeps the process alive.
    this.isClosed = true;
    await Promise.all([this.producer, this.admin].map((client) => client && leave(client)));
  }

  /**
   * Waits until every partition of a topic that was just made is led. Kafka names leaders before they know of it, and until then they refuse:
   * of what is appended to several partitions a part, which kafkajs sends again with what they have taken.
   */
  private async untilLed(topic: string): Promise<void> {
    for (const end = performance.now() + LEADERS_MS; ; await sleep(50)) {
      try {
        return void (await this.offsets(topic));
      } catch (error) {
        if (!(error instanceof LogUnavailable) || performance.now() > end) throw error;
      }
    }
  }

  /** Calls the administrative interface, once more by a new connection where the old one fails. */
  private async asking<T>(question: (admin: Admin) => Promise<T>, wanted?: Wanted): Promise<T> {
    for (let isOld = this.admin !== undefined; ; isOld = false) {
      if (this.isClosed) throw new LogUnavailable('Kafka: the log is closed');
      this.admin ??= connected(this.kafka.admin());
      const { admin } = this;
      try {
        return await question(await admin);
      } catch (error) {
        if (this.admin === admin) this.admin = undefined;
        void leave(admin);
        if (!isOld) throw this.failure(error, wanted);
      }
    }
  }

  private async send(records: readonly OutgoingRecord[]): Promise<AppendedRange[]> {
    const ranges = new Map<string, AppendedRange>();
    for (const record of records) await this.checkPlace(record);
    for (const part of partsOf(records)) {
      const counts = new Map<string, number>();
      for (const { topic, partition } of part)
        counts.set(`${partition} ${topic}`, (counts.get(`${partition} ${topic}`) ?? 0) + 1);
      const acknowledged = new Map(
        (await this.produce(part)).map((range) => [`${range.partition} ${range.topicName}`, range]),
      );
      for (const [place, count] of counts) {
        const known = ranges.get(place);
        const { topicName: topic, partition, baseOffset } = acknowledged.get(place)!;
        if (known) known.count += count;
        else ranges.set(place, { topic, partition, firstOffset: Number(baseOffset), count });
      }
    }
    return [...ranges.values()];
  }

  private async produce(records: readonly OutgoingRecord[]): Promise<RecordMetadata[]> {
    this.producer ??= connected(this.kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 2 } }));
    const { producer } = this;
    try {
      return await (await producer).sendBatch({ acks: -1, topicMessages: messagesOf(records) });
    } catch (error) {
      if (this.producer === producer) this.producer = undefined;
      void leave(producer);
      const names = [...new Set(records.map(({ topic }) => topic))];
      throw this.failure(error, { operation: 'write', resource: 'topic', names });
    }
  }

  /** The failure of a call, told apart from one that will not pass by itself. */
  private failure(error: unknown, wanted?: Wanted): unknown {
    if (wanted && refusedResource(error) === wanted.resource) return refused(this.settings, wanted, error);
    if (isFatal(error) || !isOfKafka(error)) return error;
    return new LogUnavailable(`Kafka: ${(error as Error).message}`, { cause: error });
  }

  private async checkPlace({ topic, partition }: OutgoingRecord): Promise<void> {
    if (!this.partitions.has(topic)) {
      const { topics } = await this.asking((admin) => admin.fetchTopicMetadata());
      for (const { name, partitions } of topics) this.partitions.set(name, partitions.length);
    }
    const partitions = this.partitions.get(topic);
    // Of what this client may not see Kafka tells nothing.
    if (partitions === undefined)
      throw new Error(
        `topic ${topic} is not in Kafka, or is hidden from ${principalOf(this.settings)}: expected it to be made and allowed (assay topics apply --acls)`,
      );
    if (!(partition >= 0 && partition < partitions))
      throw new Error(`partition ${partition} of topic ${topic}: expected 0 to ${partitions - 1}`);
  }
}

/** Records in requests of which no partition is too large for a broker. */
function* partsOf(records: readonly OutgoingRecord[]): Generator<OutgoingRecord[]> {
  let part: OutgoingRecord[] = [];
  let bytes = new Map<string, number>();
  for (const record of records) {
    const place = `${record.partition} ${record.topic}`;
    const before = bytes.get(place) ?? 0;
    const size = sizeOf(record);
    if (before > 0 && before + size > BATCH_BYTES) {
      yield part;
      [part, bytes] = [[], new Map()];
    }
    part.push(record);
    bytes.set(place, (bytes.get(place) ?? 0) + size);
  }
  if (part.length > 0) yield part;
}

/** Bytes of a record on the wire, at the most but for a few. */
function sizeOf({ key, headers, value }: OutgoingRecord): number {
  let bytes = 40 + 3 * key.length + (value?.length ?? 0);
  for (const name in headers) bytes += 10 + name.length + 3 * headers[name]!.length;
  return bytes;
}

function messagesOf(records: readonly OutgoingRecord[]): TopicMessages[] {
  const byTopic = new Map<string, TopicMessages>();
  for (const { topic, partition, key, headers, value } of records) {
    let known = byTopic.get(topic);
    if (!known) byTopic.set(topic, (known = { topic, messages: [] }));
    known.messages.push({ partition, key: Buffer.from(key), headers, value });
  }
  return [...byTopic.values()];
}

async function connected<T extends Admin | Producer>(client: T): Promise<T> {
  await client.connect();
  return client;
}

/** Disconnects a client; not waiting for ever, since one that failed may wait for what never comes. */
async function leave(client: Promise<Admin | Producer>): Promise<void> {
  await within(
    LEAVE_MS,
    client.then((one) => one.disconnect()),
  );
}
