import { type DataSource, type EntityManager } from 'typeorm';
import { type Topic } from '@assay/contracts/contract';
import { type LogRecord } from '../event-log/event-log';
import { failpoint } from '../failpoint';
import { fencedTransaction } from '../postgres/fenced-transaction';
import { type Batch, type ReceivedEvent } from './batch';
import { type BatchMetrics } from './batch-metrics';
import { type KnownPositions } from './known-positions';
import { type Lane, moveCuts, moveLanes } from './lane.queries';
import { BatchTransaction } from './lane-transaction';
import { type Relay } from './relay';
import { type LaneTransaction } from './transaction';
import { isFor, type Reading, readRecord, sequenceOf } from './wire';

/** Calls a method of a Nest controller. */
export type Handle = (payload: unknown, tx: LaneTransaction) => Promise<unknown>;

/** What the transactions of a service run on. */
export interface TransactionOptions {
  service: string;
  dataSource: DataSource;
  metrics: BatchMetrics;
  /** Told of parcels that a commit has put into the outbox. */
  relay: Pick<Relay, 'wake'>;
  /** A batch is committed whose events wait for something that may have come while it was handled. */
  onPark(): void;
}

/** Records of one lane, in their order: at least one. */
export interface Slice {
  lane: Lane;
  /** Where the lane stands before them; undefined where it has read nothing of the topic. */
  from: number | undefined;
  records: readonly LogRecord[];
}

/** Applies slices of one topic in one transaction that holds their lanes. */
export class SliceTransactions {
  private readonly accountedOf: ReadonlyMap<string, string>;

  constructor(
    private readonly options: TransactionOptions,
    topics: readonly Topic[],
    private readonly handlers: ReadonlyMap<string, Handle>,
    private readonly positions: KnownPositions,
  ) {
    this.accountedOf = new Map(topics.filter((topic) => topic.accounted).map((topic) => [topic.lane, topic.name]));
  }

  /**
   * @param slices of different lanes.
   * @param verdict what every record is to be taken for, instead of what it reads as.
   * @returns whether it is committed; false where another has moved one of the lanes, or holds one of several: then nothing was done.
   */
  async apply(topic: Topic, slices: readonly Slice[], verdict?: Reading): Promise<boolean> {
    const timer = this.options.metrics.duration.startTimer({ topic: topic.name });
    const read = slices.map((slice) => ({ ...slice, readings: this.read(topic, slice, verdict) }));
    const moves = slices.map(({ lane, from, records }) => ({ partition: lane.partition, from, to: endOf(records) }));
    const fence = (manager: EntityManager) => moveLanes(manager, topic.lane, topic.name, moves);
    const tx = await fencedTransaction(this.options.dataSource, fence, async (manager, cuts) => {
      failpoint('fenced');
      const tx = this.transaction(manager, slices[0]!.lane);
      const events = read.flatMap((slice) => this.receive(tx, topic, slice));
      const batch: Batch = { topic: topic.name, events };
      if (events.length > 0) await this.handlers.get(topic.name)?.(batch, tx);
      failpoint('applied');
      const changes = slices.map(({ lane, records }, at) => {
        const sequences = sequencesOf(topic.name, records);
        return { partition: lane.partition, cut: cuts[at]!, records: records.length, sequences };
      });
      const moved = moveCuts(topic.name, changes);
      tx.later(moved.statement, moved.parameters);
      await tx.flush();
      failpoint('outboxed');
      return tx;
    });
    if (tx) failpoint('committed');
    timer();
    if (!tx) return false;
    for (const { lane, records } of slices) this.positions.learn(lane, topic.name, endOf(records));
    this.count(topic.name, slices, tx);
    this.committed(tx);
    if (tx.hasParked()) this.options.onPark();
    return true;
  }

  /** Does what waited for the commit of a transaction, counts what it put aside, and wakes the relay where it published. */
  committed(tx: BatchTransaction): void {
    for (const reason of tx.reasons()) this.options.metrics.deadLetters.inc({ reason });
    if (tx.parcels().length > 0) this.options.relay.wake(tx.parcels());
    tx.haveEffect();
  }

  /**
   * A transaction that says what happens in a lane; the caller holds it.
   * @param mostUnparked events that it takes out of what is parked, whatever it is asked for.
   */
  transaction(manager: EntityManager, lane: Lane, mostUnparked?: number): BatchTransaction {
    const accounted = this.accountedOf.get(lane.kind);
    return new BatchTransaction(manager, { ...lane, service: this.options.service, accounted }, mostUnparked);
  }

  /** What each record reads as; undefined of what is passed over. */
  private read(topic: Topic, { lane, records }: Slice, verdict?: Reading): (Reading | undefined)[] {
    return records.map((record) => {
      if (!isFor(this.options.service, topic.name, record)) return undefined;
      return verdict ?? readRecord(topic.name, lane.partition, record);
    });
  }

  /** Puts aside what is no event, and counts what came. */
  private receive(
    tx: BatchTransaction,
    topic: Topic,
    { lane: { partition }, records, readings }: Slice & { readings: readonly (Reading | undefined)[] },
  ): ReceivedEvent[] {
    const events: ReceivedEvent[] = [];
    records.forEach((record, index) => {
      const reading = readings[index];
      if (!reading) return;
      const project = reading.type === 'event' ? projectOf(reading.event.data) : projectOfKey(record.key);
      if (topic.accounted) tx.receive(partition, project);
      if (reading.type === 'event') {
        tx.records.set(reading.event, record);
        events.push(reading.event);
      } else tx.putAside(record, partition, topic.name, project, reading);
    });
    return events;
  }

  private count(topic: string, slices: readonly Slice[], tx: BatchTransaction): void {
    const { metrics } = this.options;
    const dead = tx.reasons().length;
    const handled = slices.reduce((sum, { records }) => sum + records.length, 0) - dead;
    if (handled > 0) metrics.records.inc({ topic, outcome: 'handled' }, handled);
    if (dead > 0) metrics.records.inc({ topic, outcome: 'dead_lettered' }, dead);
    const now = Date.now();
    metrics.lastProgress.set({ topic }, now / 1000);
    for (const { records } of slices) {
      const published = records.at(-1)!.timestamp;
      if (published > 0) metrics.eventAge.observe({ topic }, Math.max(0, (now - published) / 1000));
    }
  }
}

/** The offset after the last record. */
function endOf(records: readonly LogRecord[]): number {
  return records.at(-1)!.offset + 1;
}

function sequencesOf(topic: string, records: readonly LogRecord[]): number[] {
  return records.map((record) => sequenceOf(topic, record)).filter((sequence) => sequence !== undefined);
}

function projectOf(data: object): string {
  const { project } = data as { project?: unknown };
  return typeof project === 'string' ? project : '';
}

function projectOfKey(key: string | null): string {
  return /^([a-z0-9-]{1,63})\//.exec(key ?? '')?.[1] ?? '';
}
