import { Pool } from 'pg';
import {
  type AppendedRange,
  type EventLog,
  type OutgoingRecord,
  type SubscribeOptions,
  type Subscription,
  type TopicSettings,
} from './event-log';
import {
  appendRanges,
  insertTopics,
  selectEnds,
  selectTakenAt,
  selectTopics,
  type LogTopic,
  type Range,
} from './event-log.queries';
import { PostgresSubscription } from './postgres-subscription';

/**
 * The event log in tables of PostgreSQL (schema `event_log`): durable when `append` returns, readable within milliseconds (NOTIFY, and
 * a slow poll in case one was lost). Everything is kept, in compacted topics as well: a reader sees older states of a key before the
 * newest, which compaction promises to nobody to remove. There is no retention.
 */
export class PostgresEventLog implements EventLog {
  private readonly pool: Pool;
  private readonly subscriptions = new Set<PostgresSubscription>();
  private topics = new Map<string, LogTopic>();

  /** @param url of the role `assay_event_log` (`serviceUrl(adminUrl, 'event_log')`). */
  constructor(private readonly url: string) {
    this.pool = new Pool({ connectionString: url, max: 6, application_name: 'assay event log' });
    // An idle connection that PostgreSQL closed: the pool has dropped it, the next query opens another.
    this.pool.on('error', () => undefined);
  }

  async createTopics(topics: readonly TopicSettings[]): Promise<void> {
    await insertTopics(this.pool, topics);
  }

  async append(records: readonly OutgoingRecord[]): Promise<AppendedRange[]> {
    if (records.length === 0) return [];
    const ranges = await this.rangesOf(records);
    const firstOffsets = await appendRanges(
      this.pool,
      ranges.map(({ range }) => range),
    );
    return ranges.map(({ topic, range }, at) => ({
      topic,
      partition: range.partition,
      firstOffset: firstOffsets[at]!,
      count: range.records.length,
    }));
  }

  async subscribe(options: SubscribeOptions): Promise<Subscription> {
    const topics = await Promise.all(options.topics.map((name) => this.topic(name)));
    const subscription = new PostgresSubscription(this.url, this.pool, topics, options);
    this.subscriptions.add(subscription);
    await subscription.join();
    return subscription;
  }

  async offsets(topic: string): Promise<{ first: number; end: number }[]> {
    const ends = await selectEnds(this.pool, [(await this.topic(topic)).id]);
    return ends.map(({ first, end }) => ({ first, end }));
  }

  async takenAt(topic: string, positions: ReadonlyMap<number, number>): Promise<Map<number, number>> {
    return selectTakenAt(this.pool, (await this.topic(topic)).id, positions);
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
    await this.pool.end();
  }

  private async rangesOf(records: readonly OutgoingRecord[]): Promise<{ topic: string; range: Range }[]> {
    const ranges = new Map<string, { topic: string; range: Range & { records: Range['records'][number][] } }>();
    for (const { topic, partition, key, headers, value } of records) {
      const place = `${partition} ${topic}`;
      let known = ranges.get(place);
      if (!known) {
        const { id, partitions } = await this.topic(topic);
        if (!(partition >= 0 && partition < partitions))
          throw new Error(`partition ${partition} of topic ${topic}: expected 0 to ${partitions - 1}`);
        ranges.set(place, (known = { topic, range: { topic: id, partition, records: [] } }));
      }
      known.range.records.push({ key, headers, value });
    }
    return [...ranges.values()];
  }

  private async topic(name: string): Promise<LogTopic> {
    if (!this.topics.has(name))
      this.topics = new Map((await selectTopics(this.pool)).map((topic) => [topic.name, topic]));
    const topic = this.topics.get(name);
    if (!topic) throw new Error(`topic ${name} is not in the event log: expected createTopics before`);
    return topic;
  }
}
