import {
  type AppendedRange,
  type EventLog,
  type LogBatch,
  type LogRecord,
  type OutgoingRecord,
  type SubscribeOptions,
  type Subscription,
} from '@assay/platform/event-log/event-log';
import { isTransient } from '@assay/platform/postgres/transient-error';
import { type Schedule } from './schedule';
import { type Steps } from './steps';

/** A partition, and what it ever held. */
export interface Partition {
  first: number;
  end: number;
  records: LogRecord[];
  /** Every record that was appended since the topic was made, also those that are gone. */
  all: LogRecord[];
  /** What the topic had held before it was made anew. */
  before?: LogRecord[];
}

/** A lane in the hands of a member. */
interface Hold {
  lane: number;
  positions: Map<string, number>;
  seeks: Map<string, number>;
  pausedUntil: Map<string, number>;
  isCurrent: boolean;
  isBusy: boolean;
}

/** Numbers in permille: how often a batch begins behind where the last one ended, or after it. */
const BEHIND = 150;
const AHEAD = 60;
const LONGEST_BATCH = 6;
/** How often an append is acknowledged, though nobody hears of it; taken in part; refused. */
const ACK_LOST = 80;
const IN_PART = 60;
const REFUSED = 50;

/** An event log in memory. What it delivers, where it cuts, whom it gives a lane and what it fails to say is the schedule's to decide. */
export class SimulatedLog {
  readonly subscriptions: SimulatedSubscription[] = [];
  private readonly partitions = new Map<string, Partition>();
  isHealing = false;

  constructor(
    readonly schedule: Schedule,
    readonly steps: Steps,
  ) {}

  partition(topic: string, partition: number): Partition {
    const name = `${topic} ${partition}`;
    let found = this.partitions.get(name);
    if (!found) this.partitions.set(name, (found = { first: 0, end: 0, records: [], all: [] }));
    return found;
  }

  end({ topic, partition }: { topic: string; partition: number }): number {
    return this.partition(topic, partition).end;
  }

  /** Every partition of a topic that was written to. */
  written(topic: string): (Partition & { partition: number })[] {
    return [...this.partitions]
      .filter(([name, { all }]) => name.startsWith(`${topic} `) && all.length > 0)
      .map(([name, partition]) => ({ ...partition, partition: Number(name.split(' ')[1]) }));
  }

  put({ topic, partition: number, key, headers, value }: OutgoingRecord): number {
    const partition = this.partition(topic, number);
    // Offsets have gaps: markers of transactions, compaction.
    const offset = partition.end + (this.schedule.happens(100) ? 1 : 0);
    const record = { offset, key, headers, value, timestamp: 0 };
    partition.records.push(record);
    partition.all.push(record);
    partition.end = offset + 1;
    return offset;
  }

  /** Removes what lies below an offset, as retention does. */
  truncate(topic: string, number: number, first: number): void {
    const partition = this.partition(topic, number);
    partition.first = Math.max(partition.first, Math.min(first, partition.end));
    partition.records = partition.records.filter(({ offset }) => offset >= partition.first);
  }

  /** Makes a partition anew: it is empty, and its offsets begin at 0. */
  makeAnew(topic: string, number: number): void {
    const partition = this.partition(topic, number);
    Object.assign(partition, { first: 0, end: 0, records: [], all: [], before: partition.all });
  }

  /** The log as one member sees it. */
  of(who: string): EventLog {
    return {
      createTopics: () => Promise.resolve(),
      close: () => Promise.resolve(),
      takenAt: (topic, positions) => Promise.resolve(this.takenAt(topic, positions)),
      offsets: (topic) =>
        this.steps.take({ who, label: `offsets of ${topic}`, run: () => Promise.resolve(this.offsets(topic)) }),
      append: (records) =>
        this.steps.take({ who, label: `append ${namesOf(records)}`, run: () => this.append(who, records) }),
      subscribe: (options) => {
        const subscription = new SimulatedSubscription(this, who, options);
        this.subscriptions.push(subscription);
        return Promise.resolve(subscription);
      },
    };
  }

  private takenAt(topic: string, positions: ReadonlyMap<number, number>): Map<number, number> {
    const answers = new Map<number, number>();
    for (const [partition, position] of positions) {
      const record = this.partition(topic, partition).records.find(({ offset }) => offset >= position);
      if (record) answers.set(partition, record.timestamp);
    }
    return answers;
  }

  private offsets(topic: string): { first: number; end: number }[] {
    return Array.from({ length: 12 }, (_none, partition) => this.partition(topic, partition));
  }

  private append(who: string, records: readonly OutgoingRecord[]): Promise<AppendedRange[]> {
    const { schedule } = this;
    const lost = (said: string) => {
      schedule.say(`${who}: ... ${said}`);
      return Promise.reject(new Error('the broker did not answer'));
    };
    if (!this.isHealing && schedule.happens(REFUSED)) return lost('nothing was appended');
    if (!this.isHealing && schedule.happens(IN_PART)) {
      // Of every partition a beginning, or nothing.
      const left = new Map<string, number>();
      for (const record of records) {
        const name = `${record.topic} ${record.partition}`;
        const ofPartition = records.filter((one) => `${one.topic} ${one.partition}` === name).length;
        if (!left.has(name)) left.set(name, schedule.below(ofPartition + 1));
        if (left.get(name)! > 0) this.put(record);
        left.set(name, left.get(name)! - 1);
      }
      return lost('appended in part');
    }
    const ranges: AppendedRange[] = [];
    for (const record of records) {
      const offset = this.put(record);
      const { topic, partition } = record;
      const range = ranges.find((one) => one.topic === topic && one.partition === partition);
      if (range) range.count++;
      else ranges.push({ topic, partition, firstOffset: offset, count: 1 });
    }
    if (!this.isHealing && schedule.happens(ACK_LOST)) return lost('appended, but nobody knows');
    return Promise.resolve(ranges);
  }
}

/** One member of the group, as far as the log knows. */
export class SimulatedSubscription implements Subscription {
  readonly holds: Hold[] = [];
  readonly crashes: Error[] = [];
  isDead = false;

  constructor(
    private readonly log: SimulatedLog,
    readonly who: string,
    private readonly options: SubscribeOptions,
  ) {}

  /** Gives it a lane, once it has said where it begins. False where it could not say. */
  async assign(lane: number): Promise<boolean> {
    let known: ReadonlyMap<string, number>;
    try {
      known = await this.options.positions(lane);
    } catch (error) {
      if (isTransient(error)) return false;
      throw error;
    }
    if (this.isDead) return false;
    const positions = new Map<string, number>();
    for (const topic of this.options.topics)
      positions.set(topic, known.get(topic) ?? this.log.partition(topic, lane).first);
    this.options.onAssigned?.(lane);
    this.holds.push({ lane, positions, seeks: new Map(), pausedUntil: new Map(), isCurrent: true, isBusy: false });
    return true;
  }

  /** Tells it that a lane is another's; the batch in hand ends first. */
  revoke(hold: Hold): void {
    hold.isCurrent = false;
    if (!hold.isBusy) this.drop(hold);
  }

  /** What it could be given now. */
  deliverable(now: number): { hold: Hold; topic: string }[] {
    return this.holds
      .filter((hold) => hold.isCurrent && !hold.isBusy)
      .flatMap((hold) =>
        this.options.topics
          .filter((topic) => {
            const { end, records } = this.log.partition(topic, hold.lane);
            const position = hold.positions.get(topic)!;
            const isPaused = (hold.pausedUntil.get(topic) ?? 0) > now;
            return !isPaused && (position < end || (position > end && records.length > 0));
          })
          .map((topic) => ({ hold, topic })),
      );
  }

  /** Delivers one batch, cut where the schedule says. It is handled when its steps have had their turns. */
  deliver(hold: Hold, topic: string): void {
    const { schedule } = this.log;
    const { first, end, records: kept } = this.log.partition(topic, hold.lane);
    const position = hold.positions.get(topic)!;
    let from = position;
    if (!this.log.isHealing && position > first && schedule.happens(BEHIND))
      from = first + schedule.below(position - first);
    else if (!this.log.isHealing && position < end - 1 && schedule.happens(AHEAD))
      from = position + 1 + schedule.below(end - 1 - position);
    const fetchable = kept.filter(({ offset }) => offset >= from || position > end);
    const records = fetchable.slice(0, 1 + schedule.below(LONGEST_BATCH));
    if (records.length === 0) return void hold.positions.set(topic, end);
    const last = records.at(-1)!.offset;
    schedule.say(
      `${this.who}: gets ${topic}/${hold.lane} from ${from}: ${records.map(({ offset }) => offset).join(' ')}`,
    );
    const seeks = hold.seeks.get(topic) ?? 0;
    hold.isBusy = true;
    const batch: LogBatch = {
      ...{ topic, partition: hold.lane, records, highWatermark: end, firstOffset: first, fetchedOffset: from },
      isCurrent: () => hold.isCurrent && (hold.seeks.get(topic) ?? 0) === seeks,
      heartbeat: () => Promise.resolve(),
    };
    void this.options
      .eachBatch(batch)
      .then(
        () => {
          if ((hold.seeks.get(topic) ?? 0) === seeks) hold.positions.set(topic, last + 1);
        },
        (error: Error) => {
          this.crashes.push(error);
          this.options.onCrash(error);
        },
      )
      .then(() => {
        hold.isBusy = false;
        if (!hold.isCurrent) this.drop(hold);
      });
  }

  seek(topic: string, partition: number, position: number): void {
    for (const hold of this.ofLane(partition)) {
      hold.positions.set(topic, position);
      hold.seeks.set(topic, (hold.seeks.get(topic) ?? 0) + 1);
    }
  }

  pause(topic: string, partition: number, milliseconds: number): void {
    this.log.schedule.say(`${this.who}: pauses ${topic}/${partition} for ${milliseconds} ms`);
    for (const hold of this.ofLane(partition)) hold.pausedUntil.set(topic, Date.now() + milliseconds);
  }

  resume(topic: string, partition: number): void {
    for (const hold of this.ofLane(partition)) hold.pausedUntil.delete(topic);
  }

  lanes(): number[] {
    return this.holds.map(({ lane }) => lane);
  }

  attemptedAt(): number {
    return Date.now();
  }

  stop(): Promise<void> {
    this.isDead = true;
    return Promise.resolve();
  }

  private ofLane(lane: number): Hold[] {
    return this.holds.filter((hold) => hold.lane === lane);
  }

  private drop(hold: Hold): void {
    const at = this.holds.indexOf(hold);
    if (at === -1) return;
    this.holds.splice(at, 1);
    this.options.onRevoked?.(hold.lane);
  }
}

function namesOf(records: readonly OutgoingRecord[]): string {
  return records.map(({ topic, partition, headers }) => `${topic}/${partition}#${headers['ce_sequence']}`).join(' ');
}
