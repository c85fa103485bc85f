import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { Semaphore } from 'async-mutex';
import { lastValueFrom, isObservable } from 'rxjs';
import { type DataSource } from 'typeorm';
import { type Topic } from '@assay/contracts/contract';
import { CATALOGUE } from '@assay/contracts/catalogue';
import { type EventLog, type LogBatch, type Subscription } from '../event-log/event-log';
import { type Due, type HandlerRole, TRANSPORT } from './consumes';
import { type BatchMetrics } from './batch-metrics';
import { partitionsToRedrive } from './dead-letters';
import { LaneLook } from './lane-look';
import { sqlOn } from '../postgres/rows-of';
import { LaneWorker, type Work } from './lane-worker';
import { createLanes, type Lane, lanePositions } from './lane.queries';
import { PositionWatch } from './position-watch';
import { type Redriving, redriveNext } from './redrive';
import { type Relay } from './relay';
import { SliceRunner } from './slice-runner';
import { type Handle } from './slice-transactions';
import { checkWiring } from './wiring';

/** How long a dead letter that an operator had redriven may wait. */
const REDRIVE_MS = 2000;
/** Slices of lane work at once: two, so that what one lane waits for does not hold up the work of all. */
const WORK_AT_ONCE = 2;

export interface BatchServerOptions {
  service: string;
  dataSource: DataSource;
  log: EventLog;
  metrics: BatchMetrics;
  logger: { warn(message: string): void; error(message: string): void };
  relay: Pick<Relay, 'wake' | 'room'>;
  /** Consuming is over for good: liveness must fail. */
  onCrash(error: Error): void;
}

/**
 * Nest's way to the batch transaction: hands the batches of the event log to the `@Consumes` methods of a service's controllers, and
 * gives `@LaneWork` methods their turns. Everything of one lane happens one after the other.
 */
export class BatchServer extends Server implements CustomTransportStrategy {
  override readonly transportId = TRANSPORT;
  private subscription: Subscription | undefined;
  // Batches come before `subscribe` has answered.
  private subscribing: Promise<Subscription> | undefined;
  private readonly lanes = new Map<string, LaneWorker>();
  private readonly working = new Semaphore(WORK_AT_ONCE);
  /** Partition numbers of the lanes that this instance has. */
  private readonly mine = new Set<number>();
  /** Slices in hand of lanes that are gone: their connections are in use until they end. */
  private readonly ending = new Set<Promise<void>>();
  private topics: readonly Topic[] = [];
  private readonly consumers = new Map<string, Handle>();
  private laneWork: { kind: string; everyMs: number; due: Due; handle: Handle }[] = [];
  private looks: LaneLook[] = [];
  private runner: SliceRunner | undefined;
  private watch: PositionWatch | undefined;

  constructor(private readonly options: BatchServerOptions) {
    super();
  }

  /** Checks the wiring and joins the consumer group. */
  listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  /** Finishes the batches in hand and leaves the group. */
  async close(): Promise<void> {
    // Together: a look may wait for the batch in hand, which ends early where the subscription stops.
    await Promise.all([this.watch?.stop(), this.subscription?.stop()]);
    await Promise.all(this.looks.map((look) => look.stop()));
    await Promise.all([...this.ending, ...[...this.lanes.values()].map((lane) => lane.stop())]);
  }

  /** Lanes that this instance has, for health and operations. */
  assignedLanes(): number[] {
    return this.subscription?.lanes() ?? [];
  }

  /** When the consume loop tried to read last, in ms since 1970; undefined where this service consumes nothing, or not yet. */
  attemptedAt(): number | undefined {
    return this.subscription?.attemptedAt();
  }

  override on(): never {
    throw new Error('the batch server has no events: expected none to be listened to');
  }

  override unwrap<T>(): T {
    return this.subscription as T;
  }

  private async start(): Promise<void> {
    const topics: Topic[] = [];
    for (const handler of this.messageHandlers.values()) {
      const role = handler.extras as HandlerRole | undefined;
      if (role?.role === 'consumer') {
        topics.push(role.topic);
        this.consumers.set(role.topic.name, handleOf(handler));
      } else if (role?.role === 'lane-work') {
        this.laneWork.push({ kind: role.kind, everyMs: role.everyMs, due: role.due, handle: handleOf(handler) });
      }
      if (handler.next)
        throw new Error(
          `two handlers for ${role?.role === 'consumer' ? role.topic.name : 'one lane work'} in ${this.options.service}: expected one`,
        );
    }
    checkWiring(this.options.service, topics, CATALOGUE);
    this.topics = topics;
    this.runner = new SliceRunner({ ...this.options, onPark: () => this.lookNow() }, topics, this.consumers);
    if (topics.length === 0) return;
    this.looks = this.makeLooks(this.runner);
    this.subscribing = this.options.log.subscribe({
      group: this.options.service,
      topics: topics.map((topic) => topic.name),
      positions: (partition) => this.positions(partition),
      eachBatch: (batch) => this.eachBatch(batch),
      onAssigned: (partition) => this.assigned(partition),
      onRevoked: (partition) => this.revoked(partition),
      onCrash: (error) => this.options.onCrash(error),
    });
    this.subscription = await this.subscribing;
    for (const look of this.looks) look.start();
    this.watch = new PositionWatch({
      ...{ dataSource: this.options.dataSource, logger: this.options.logger },
      ...{ runner: this.runner, subscription: this.subscription, topics },
      exclusively: ({ kind, partition }, task) => this.lane(kind, partition).exclusively(task),
    });
  }

  private async positions(partition: number): Promise<Map<string, number>> {
    const { manager } = this.options.dataSource;
    const kinds = [...new Set(this.topics.map((topic) => topic.lane))];
    await createLanes(manager, kinds, partition);
    const all = new Map<string, number>();
    for (const kind of kinds) {
      const known = await lanePositions(manager, { kind, partition });
      this.runner?.learn({ kind, partition }, known);
      for (const [topic, position] of known) all.set(topic, position);
    }
    await this.warnOfStopped(partition, all);
    return all;
  }

  /** Where nothing is left to deliver, no batch tells that the log begins behind a position or ends before it. */
  private async warnOfStopped(partition: number, positions: ReadonlyMap<string, number>): Promise<void> {
    const { service, logger, log } = this.options;
    for (const { name } of this.topics) {
      const position = positions.get(name) ?? 0;
      const offsets = position > 0 ? (await log.offsets(name))[partition] : undefined;
      if (offsets === undefined) continue;
      const { first, end } = offsets;
      const place = `${service} has read ${name}/${partition} up to ${position}`;
      if (end < position) logger.error(`${place}, but the log ends at ${end}: the topic was made anew`);
      if (first > position) logger.error(`${place}, but the log begins at ${first}: what lay between is gone`);
    }
  }

  private async eachBatch(batch: LogBatch): Promise<void> {
    const topic = this.topics.find((one) => one.name === batch.topic);
    const subscription = await this.subscribing;
    const { runner } = this;
    if (!topic || !subscription || !runner)
      throw new Error(`a batch of ${batch.topic}: expected only topics that were subscribed to`);
    const lane = this.lane(topic.lane, batch.partition);
    await lane.exclusively(() => runner.run(batch, topic, subscription));
    // What lane work waits for comes by the project: its policy, its epochs. After any other batch a look would only cost, but for one that
    // parked events, since a look may have gone by before it had committed.
    if (topic.lane === 'project') this.lookNow();
  }

  private assigned(partition: number): void {
    this.options.metrics.rebalances.inc();
    this.mine.add(partition);
    this.lookNow();
  }

  private revoked(partition: number): void {
    this.options.metrics.rebalances.inc();
    this.mine.delete(partition);
    this.runner?.forget(partition);
    for (const [name, lane] of this.lanes) {
      if (lane.lane.partition !== partition) continue;
      this.lanes.delete(name);
      const end = lane.stop().finally(() => this.ending.delete(end));
      this.ending.add(end);
    }
  }

  private lane(kind: string, partition: number): LaneWorker {
    const name = `${kind} ${partition}`;
    let lane = this.lanes.get(name);
    if (!lane) this.lanes.set(name, (lane = new LaneWorker({ kind, partition }, this.working, this.options.logger)));
    return lane;
  }

  private lookNow(): void {
    for (const look of this.looks) void look.look();
  }

  /** A look for each kind of lane work of the service, and one for dead letters. */
  private makeLooks(runner: SliceRunner): LaneLook[] {
    const { dataSource, logger } = this.options;
    const take = (lanes: readonly Lane[], work: Work) => {
      for (const { kind, partition } of lanes) if (this.mine.has(partition)) this.lane(kind, partition).take(work);
    };
    const store = { sql: sqlOn(dataSource) };
    const works = this.laneWork.map(
      ({ kind, everyMs, due, handle }) =>
        new LaneLook({
          ...{ name: `work on ${kind} lanes`, everyMs, take, logger },
          due: async () => (await due(store)).map((partition) => ({ kind, partition })),
          work: (lane) => runner.work(lane, handle),
        }),
    );
    const redriving: Redriving = { options: this.options, topics: this.topics, handlers: this.consumers, runner };
    const redrives = new LaneLook({
      ...{ name: 'dead letters', everyMs: REDRIVE_MS, take, logger },
      due: async () => lanesOf(await partitionsToRedrive(store), this.topics),
      work: (lane) => redriveNext(redriving, lane),
    });
    return [...works, redrives];
  }
}

/** The lanes that partitions belong to, each once. */
function lanesOf(partitions: readonly { topic: string; partition: number }[], topics: readonly Topic[]): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const { topic, partition } of partitions) {
    const kind = topics.find(({ name }) => name === topic)?.lane;
    if (kind) lanes.set(`${kind} ${partition}`, { kind, partition });
  }
  return [...lanes.values()];
}

function handleOf(handler: MessageHandler): Handle {
  return async (payload, tx) => {
    const answer: unknown = await handler(payload, tx);
    return isObservable(answer) ? lastValueFrom(answer, { defaultValue: undefined }) : answer;
  };
}
