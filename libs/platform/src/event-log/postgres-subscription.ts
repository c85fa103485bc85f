import { type Pool } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '../postgres/transient-error';
import { coalesced } from './coalesced';
import { type SubscribeOptions, type Subscription } from './event-log';
import { fetchRecords, selectEnds, type Ends, type LogTopic } from './event-log.queries';
import { FetchesTogether } from './fetches-together';
import { GroupMember } from './group-member';
import { type LaneSource } from './lane-reader';
import { LaneReaders } from './lane-readers';

/** Of one batch, hardly more: a record that is larger comes alone. */
const MOST_BYTES = 8_388_608;
/** So many records are fetched together with those of other lanes. */
const FEW = 50;
// How long a killed member's lanes may lie idle, and how long a lost notification may delay a record.
const membersEvery = 1_000;
const endsEvery = 5_000;

/** One member of a group that reads the embedded log. */
export class PostgresSubscription implements Subscription, LaneSource {
  private readonly allLanes: number[];
  private readonly ends = new Map<string, Ends>();
  private readonly readers: LaneReaders;
  private readonly few = new FetchesTogether((places) =>
    fetchRecords(this.pool, places, { records: FEW, bytes: Math.ceil(MOST_BYTES / places.length) }),
  );
  private readonly look = coalesced(() => this.lookForRecords());
  private readonly balance = coalesced(() => this.balanceLanes());
  private readonly timers: NodeJS.Timeout[] = [];
  private member: GroupMember | undefined;
  private isStopping = false;
  private stopping: Promise<void> | undefined;
  private attempted = performance.now();

  constructor(
    private readonly url: string,
    private readonly pool: Pool,
    private readonly topics: readonly LogTopic[],
    private readonly options: SubscribeOptions,
  ) {
    this.readers = new LaneReaders(this, options, (error) => this.crash(error));
    this.allLanes = Array.from(
      { length: Math.max(...topics.map(({ partitions }) => partitions)) },
      (_none, lane) => lane,
    );
  }

  /** Joins the group; lanes follow. */
  async join(): Promise<void> {
    await this.connect();
    this.timers.push(
      setInterval(() => void this.balance(), membersEvery),
      setInterval(() => void this.look(), endsEvery),
    );
    for (const timer of this.timers) timer.unref();
    await this.balance();
  }

  seek(topic: string, partition: number, position: number): void {
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

  waiting(topic: string, lane: number, position: number): number {
    return Math.max(0, (this.ends.get(`${lane} ${topic}`)?.end ?? 0) - position);
  }

  async fetch(topic: string, lane: number, position: number, most: number) {
    try {
      const { id } = this.topics.find(({ name }) => name === topic)!;
      const place = { topic: id, partition: lane, position };
      if (this.waiting(topic, lane, position) <= FEW) return await this.few.add(place);
      return (await fetchRecords(this.pool, [place], { records: most, bytes: MOST_BYTES }))[0];
    } catch (error) {
      await this.bear(error as Error);
      return undefined;
    }
  }

  eachBatch(...batch: Parameters<SubscribeOptions['eachBatch']>): Promise<void> {
    return this.options.eachBatch(...batch);
  }

  private async leave(): Promise<void> {
    this.isStopping = true;
    for (const timer of this.timers) clearInterval(timer);
    await this.readers.drop(this.lanes());
    await this.member?.leave().catch(() => undefined); // A session that is lost has left.
  }

  private async connect(): Promise<void> {
    const { group } = this.options;
    const member = new GroupMember(
      this.url,
      group,
      (payload) => this.hear(payload),
      () => void this.rejoin(),
    );
    await member.join();
    if (this.isStopping) await member.leave();
    else this.member = member;
  }

  private hear(payload: string): void {
    if (this.topics.some(({ id }) => String(id) === payload)) void this.look();
    else if (this.member?.concerns(payload)) void this.balance();
  }

  /** The session is lost and the lanes with it: others may have them already. */
  private async rejoin(): Promise<void> {
    this.member = undefined;
    await this.readers.drop(this.lanes());
    while (!this.isStopping && !this.member) {
      await this.connect().catch((error: Error) => this.bear(error));
    }
    await this.balance();
  }

  private async lookForRecords(): Promise<void> {
    this.attempted = performance.now();
    try {
      const ids = this.topics.map(({ id }) => id);
      for (const ends of await selectEnds(this.pool, ids)) {
        const place = `${ends.partition} ${this.topics.find(({ id }) => id === ends.topic)!.name}`;
        const grew = this.ends.get(place)?.end !== ends.end;
        this.ends.set(place, ends);
        if (grew) this.readers.wake(ends.partition);
      }
    } catch (error) {
      await this.bear(error as Error);
    }
  }

  /** Every member takes each so-many-th lane, by its place among the members. */
  private async balanceLanes(): Promise<void> {
    const { member } = this;
    if (!member || this.isStopping) return;
    try {
      const { rank, members } = await member.place();
      const mine = this.allLanes.filter((lane) => lane % members === rank);
      const others = this.lanes().filter((lane) => !mine.includes(lane));
      if (others.length > 0) {
        await this.readers.drop(others);
        await member.release(others);
      }
      const missing = mine.filter((lane) => !this.readers.has(lane));
      const taken = missing.length > 0 ? await member.take(missing) : [];
      if (taken.length > 0) await this.look();
      // To the last of them: one that is still to begin would be taken again.
      const begun = await Promise.allSettled(taken.map((lane) => this.assign(lane, member)));
      const failure = begun.find((one) => one.status === 'rejected');
      if (failure) throw failure.reason as Error;
    } catch (error) {
      if (this.member === member) await this.bear(error as Error);
    }
  }

  private async assign(lane: number, member: GroupMember): Promise<void> {
    try {
      const known = await this.options.positions(lane);
      if (this.isStopping || this.member !== member) return;
      const topics = this.topics.filter(({ partitions }) => lane < partitions).map(({ name }) => name);
      const first = (topic: string) => this.ends.get(`${lane} ${topic}`)?.first ?? 0;
      this.readers.start(lane, new Map(topics.map((name) => [name, known.get(name) ?? first(name)])));
    } catch (error) {
      await member.release([lane]);
      throw error;
    }
  }

  /** Waits where PostgreSQL is away for a while; anything else ends the subscription. */
  private async bear(error: Error): Promise<void> {
    if (isTransient(error)) await sleep(200);
    else this.crash(error);
  }

  // Not awaited: the reader that failed would wait for its own end.
  private crash(error: Error): void {
    if (this.isStopping) return;
    void this.stop();
    this.options.onCrash(error);
  }
}
