/**
 * A durable log of records in topics and partitions, read by consumer groups. Two things are one: Kafka (production) and tables
 * in PostgreSQL (a laptop, a small team, tests). `event-log.conformance.ts` says what both must do.
 *
 * Terminology:
 *   record     what the log keeps: key, headers, value, at an offset of a partition of a topic
 *   offset     place of a record in its partition, from 0; gaps are normal (compaction, transaction markers)
 *   position   offset of the next record that a reader wants
 *   lane       partition p of every topic of one subscription: it goes to one member of the group as a whole
 *   delivered  handed to `eachBatch`; any record can be delivered twice, at any time, by any member
 */
export interface EventLog {
  /** Creates topics that are not there, with their partitions and configuration; leaves those that are. */
  createTopics(topics: readonly TopicSettings[]): Promise<void>;

  /**
   * Appends records in their order, acknowledged by every replica. A rejection leaves open how much of it was appended: of every partition
   * nothing, a beginning, or all.
   * @returns offset of the first record for each (topic, partition), in the order of their first appearance.
   */
  append(records: readonly OutgoingRecord[]): Promise<AppendedRange[]>;

  /** Joins a group and delivers batches until the subscription is stopped. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;

  /** First offset that is kept and offset after the last, by partition (index = partition). */
  offsets(topic: string): Promise<{ first: number; end: number }[]>;

  /**
   * When the log took the first record at or after each position, in ms since 1970: never later than it was, and at most a second, or a
   * twentieth of its age, earlier.
   * @param positions by partition; one that is not named is not asked for, and one with no record there is not in the answer.
   */
  takenAt(topic: string, positions: ReadonlyMap<number, number>): Promise<Map<number, number>>;

  close(): Promise<void>;
}

/** Thrown where the log does not answer: the same call may succeed later without any change. */
export class LogUnavailable extends Error {
  /** By which it is known in another realm. */
  readonly code = 'LOG_UNAVAILABLE';
}

/** Thrown where the log does not allow this client what it wants: the same call fails until an administrator has allowed it. */
export class LogRefused extends Error {
  /** By which it is known in another realm. */
  readonly code = 'LOG_REFUSED';
}

export interface TopicSettings {
  name: string;
  partitions: number;
  compacted: boolean;
}

export interface OutgoingRecord {
  topic: string;
  partition: number;
  key: string;
  headers: Record<string, string>;
  /** Bytes of the value; null is a tombstone of a compacted topic. */
  value: Buffer | null;
}

export interface AppendedRange {
  topic: string;
  partition: number;
  firstOffset: number;
  count: number;
}

export interface LogRecord {
  offset: number;
  key: string | null;
  headers: Record<string, string>;
  value: Buffer | null;
  /** When the log took it, in ms since 1970. */
  timestamp: number;
}

export interface SubscribeOptions {
  group: string;
  topics: readonly string[];
  /**
   * The reader's own positions, asked whenever a lane is assigned; a partition that is not named starts at the first offset. A rejection
   * is a crash, but where the database is away for a while (`isTransient`) the lane is offered again.
   */
  positions(lane: number): Promise<ReadonlyMap<string, number>>;
  /**
   * Handles one batch of one partition. Batches of one lane come one at a time, those of different lanes side by side, and both may come
   * before `subscribe` has answered. A rejection is a crash.
   */
  eachBatch(batch: LogBatch): Promise<void>;
  /** Called when a lane comes to this member, and when it goes. */
  onAssigned?(lane: number): void;
  onRevoked?(lane: number): void;
  /** The subscription cannot go on: liveness must fail. */
  onCrash(error: Error): void;
}

export interface LogBatch {
  topic: string;
  partition: number;
  /** Records in the order of their offsets, at least one. */
  records: readonly LogRecord[];
  /** Offset after the last record that the partition held when this was fetched. */
  highWatermark: number;
  /** First offset that the partition still held when this was fetched. */
  firstOffset: number;
  /** Offset that this fetch asked for: records between it and the first delivered one never existed or were compacted. */
  fetchedOffset: number;
  /**
   * False once the lane was revoked or the subscription is stopping, when the rest of the batch is another member's; and once the partition is to be
   * delivered from elsewhere (`seek`).
   */
  isCurrent(): boolean;
  /** Says that the member is alive during long work. */
  heartbeat(): Promise<void>;
}

export interface Subscription {
  /** Delivers the partition from another offset next. */
  seek(topic: string, partition: number, position: number): void;
  /** Stops delivering a partition for so many milliseconds, or until `resume`. */
  pause(topic: string, partition: number, milliseconds: number): void;
  resume(topic: string, partition: number): void;
  /** Lanes that this member has now. */
  lanes(): number[];
  /** When it asked the log for records last, whether or not it got an answer, by `performance.now()`: a clock that is set makes no service dead. */
  attemptedAt(): number;
  /** Finishes the batches in hand, leaves the group. */
  stop(): Promise<void>;
}
