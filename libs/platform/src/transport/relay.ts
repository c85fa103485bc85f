import { randomUUID } from 'node:crypto';
import { type DataSource, type EntityManager } from 'typeorm';
import { failpoint } from '../failpoint';
import { type EventLog, type OutgoingRecord } from '../event-log/event-log';
import { fencedTransaction } from '../postgres/fenced-transaction';
import { prepared } from '../postgres/prepared';
import { rowsOf } from '../postgres/rows-of';
import { eventsOf, type Parcel, type WrittenEvent } from './outbox';
import { type OutboxEvent, recordOf } from './wire';

/** Parcels and events of one cycle, at most. A parcel is never cut. */
const PARCELS = 1000;
const EVENTS = 5000;
/** A relay that was stopped this long has lost its lease. */
const LEASE_SECONDS = 10;
/** Events of this process that are remembered until they are published; beyond it they are read from the outbox again. */
const MOST_REMEMBERED = 50_000;
/** While so many wait to be published, nothing large is begun: what two large batches publish is remembered besides. */
const MOST_AHEAD = 10_000;
/** Without a wake, the relay looks so often: another process may have written, or died with parcels in hand. */
const LOOK_MS = 1000;
/** What was published is forgotten with the next parcels, or so long after it where none come: a cycle for it alone would be every second one. */
const FORGET_MS = 50;

/** A parcel's row in the outbox, but for its events. */
interface ParcelRow {
  id: string;
  topic: string;
  partition: number;
  count: number;
  first_sequence: string | null;
  at: string;
}

export interface RelayOptions {
  dataSource: DataSource;
  log: EventLog;
  /** Told of every failure, and of every cycle that published. */
  onFailure(error: unknown): void;
  onPublished(events: number): void;
}

/**
 * Publishes the outbox, parcel by parcel in the order of their ids. Each cycle is one transaction that forgets what was published last
 * and gives the next parcels their sequence numbers, *before* they are published: a relay that is killed between the log's
 * acknowledgement and the next cycle publishes the same events with the same numbers again, so that readers can tell a repeat from a gap.
 * Several instances of a service have one relay at work: the one that holds the lease.
 */
export class Relay {
  private readonly id = randomUUID();
  private running: Promise<void> | undefined;
  private isStopping = false;
  private wakeUp: () => void = () => undefined;
  private isAwake = false;
  private hasLease = false;
  /** What this process committed: it need not be read from the outbox and parsed. */
  private readonly remembered = new Map<string, Parcel>();
  private events = 0;
  private isFailing = false;
  private holdingBack: (() => void)[] = [];

  constructor(private readonly options: RelayOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Whether this instance is the one of its service that publishes, as far as it knows. */
  get isLeading(): boolean {
    return this.hasLease;
  }

  /** A commit has put parcels into the outbox. */
  wake(parcels: readonly Parcel[]): void {
    for (const parcel of this.hasLease ? parcels : []) {
      this.forget([parcel.id]);
      this.remembered.set(parcel.id, parcel);
      this.events += parcel.events.length;
    }
    for (const id of this.remembered.keys()) {
      if (this.events <= MOST_REMEMBERED) break;
      this.forget([id]);
    }
    this.isAwake = true;
    this.wakeUp();
  }

  /**
   * Resolves when what this process has committed is published but for a little; at once where it does not publish, or cannot. Who gets
   * further ahead of the relay gains nothing: it would have to read its events from the outbox again.
   */
  async room(): Promise<void> {
    while (this.events > MOST_AHEAD && !this.isFailing && !this.isStopping)
      await new Promise<void>((resolve) => this.holdingBack.push(resolve));
  }

  /** Publishes what is in hand, gives the lease back. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.wakeUp();
    this.goOn();
    await this.running;
    await this.options.dataSource
      .query('update relay set leased_until = now() where owner = $1', [this.id])
      .catch((error: unknown) => this.options.onFailure(error));
  }

  private async run(): Promise<void> {
    let published: readonly ParcelRow[] = [];
    let failures = 0;
    let isResting = false;
    let isMoreLeft = false;
    while (!this.isStopping || published.length > 0) {
      const isLook = isResting && !this.isAwake;
      this.isAwake = false;
      try {
        const parcels = isLook && !(await this.isDue()) ? undefined : await this.take(published);
        published = [];
        if (parcels) await this.publish(parcels);
        published = parcels ?? [];
        isMoreLeft = isFull(published);
        this.forget(published.map(({ id }) => id));
        failures = 0;
      } catch (error) {
        this.options.onFailure(error);
        failures++;
        if (this.isStopping) return;
      }
      this.isFailing = failures > 0;
      this.goOn();
      isResting = failures === 0 && published.length === 0;
      // After a failure nothing is known of what the log took: the same parcels go again, with the same numbers.
      if (failures > 0) await this.sleep(Math.min(100 * 2 ** failures, 5000), false);
      else if (isResting) await this.sleep(LOOK_MS, true);
      else if (!isMoreLeft) await this.sleep(FORGET_MS, true);
    }
  }

  /**
   * Whether there is anything to do that nobody woke this relay for: parcels of another process, a lease that is to be renewed or to be
   * had. One statement that writes nothing: the transaction of a cycle cost an idle service five times as much, every second.
   */
  private async isDue(): Promise<boolean> {
    const [row] = rowsOf<{ is_mine: boolean; is_due: boolean }>(
      await this.options.dataSource.query(
        prepared(`select owner is not distinct from $1 as is_mine,
           case when owner = $1 then leased_until <= now() + make_interval(secs => $2) or exists (select from outbox)
                else leased_until <= now() end as is_due
         from relay`),
        [this.id, LEASE_SECONDS / 2],
      ),
    );
    if (row && !row.is_mine) this.losesLease();
    return row?.is_due ?? true;
  }

  /** Forgets what was published, and numbers what comes next. Undefined where another relay has the lease. */
  private async take(published: readonly ParcelRow[]): Promise<ParcelRow[] | undefined> {
    const lease = async (manager: EntityManager) => {
      const held = rowsOf<unknown>(
        await manager.query(
          prepared(`update relay set owner = $1, leased_until = now() + make_interval(secs => $2)
           where owner = $1 or leased_until <= now() returning owner`),
          [this.id, LEASE_SECONDS],
        ),
      );
      if (held.length === 0) return this.losesLease();
      return (this.hasLease = true);
    };
    return fencedTransaction(this.options.dataSource, lease, async (manager) => {
      // In this order they go through one connection, together: what was deleted is not found again.
      const [, parcels] = await Promise.all([
        published.length > 0 && deleteParcels(manager, published),
        this.isStopping ? undefined : nextParcels(manager),
      ]);
      if (parcels) await numberParcels(manager, parcels);
      return parcels;
    });
  }

  private losesLease(): undefined {
    this.hasLease = false;
    this.forget([...this.remembered.keys()]);
  }

  private async publish(parcels: readonly ParcelRow[]): Promise<void> {
    // Taken before anything is waited for: what is committed meanwhile may push it out of the memory.
    const known = new Map(parcels.map((parcel) => [parcel.id, this.eventsOf(parcel)]));
    const read = await this.read(parcels.filter(({ id }) => !known.get(id)));
    const records: OutgoingRecord[] = [];
    for (const { id, first_sequence } of parcels) {
      const events = known.get(id) ?? read.get(id);
      if (!events) throw new Error(`parcel ${id} of the outbox is gone: expected it to stay until it is published`);
      events.forEach((event, index) => records.push(recordOf(event, Number(first_sequence) + index)));
    }
    if (records.length === 0) return;
    failpoint('numbered');
    await this.options.log.append(records);
    failpoint('published');
    this.options.onPublished(records.length);
  }

  /** The events of a parcel that this process has written. */
  private eventsOf({ id, at }: ParcelRow): readonly OutboxEvent[] | undefined {
    const remembered = this.remembered.get(id);
    return remembered?.at === at ? remembered.events : undefined;
  }

  /** The events of parcels that another process has written, or that were too many to be remembered. */
  private async read(parcels: readonly ParcelRow[]): Promise<Map<string, OutboxEvent[]>> {
    if (parcels.length === 0) return new Map();
    const rows = rowsOf<ParcelRow & { events: WrittenEvent[] }>(
      await this.options.dataSource.query(
        `select outbox.id, topic, partition, events from outbox join unnest($1::bigint[], $2::timestamptz[]) as p (id, at)
           on outbox.id = p.id and recorded_at = p.at where outbox.id = any($1)`,
        idsAndTimes(parcels),
      ),
    );
    return new Map(rows.map(({ id, topic, partition, events }) => [id, eventsOf(topic, partition, events)]));
  }

  private forget(ids: readonly string[]): void {
    for (const id of ids) {
      this.events -= this.remembered.get(id)?.events.length ?? 0;
      this.remembered.delete(id);
    }
  }

  private goOn(): void {
    for (const resolve of this.holdingBack.splice(0)) resolve();
  }

  private async sleep(milliseconds: number, untilWoken: boolean): Promise<void> {
    if (this.isStopping || (untilWoken && this.isAwake)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wakeUp = () => {
        if (!untilWoken && !this.isStopping) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = () => undefined;
  }
}

/** What tells parcels from those of a lost database: ids, and when each was written. */
function idsAndTimes(parcels: readonly ParcelRow[]): [ids: string[], times: string[]] {
  return [parcels.map(({ id }) => id), parcels.map(({ at }) => at)];
}

async function deleteParcels(manager: EntityManager, parcels: readonly ParcelRow[]): Promise<void> {
  await manager.query(
    prepared(`delete from outbox using unnest($1::bigint[], $2::timestamptz[]) as p (id, at)
     where outbox.id = p.id and recorded_at = p.at and outbox.id = any($1)`),
    idsAndTimes(parcels),
  );
}

/**
 * The oldest parcels. Numbers are given in the order of ids among what is committed *now*; a smaller id that commits later is of another
 * request, and between requests revisions decide, not the outbox. Those numbered before come first, as they were.
 */
async function nextParcels(manager: EntityManager): Promise<ParcelRow[]> {
  const oldest = async (condition: string) =>
    rowsOf<ParcelRow>(
      await manager.query(
        prepared(
          `select id, topic, partition, count, first_sequence, recorded_at::text as at from outbox where first_sequence ${condition} order by id limit $1`,
        ),
        [PARCELS],
      ),
    );
  const [numbered, fresh] = await Promise.all([oldest('is not null'), oldest('is null')]);
  // Numbers were given in the order of ids, and no others are given before these are published.
  const rows = numbered.length > 0 ? numbered : fresh;
  let events = 0;
  return rows.filter((row, index) => (events += row.count) <= EVENTS || index === 0);
}

/** Whether more may wait than were taken. */
function isFull(parcels: readonly ParcelRow[]): boolean {
  return parcels.length === PARCELS || parcels.reduce((sum, { count }) => sum + count, 0) >= EVENTS / 2;
}

async function numberParcels(manager: EntityManager, parcels: ParcelRow[]): Promise<void> {
  const fresh = parcels.filter((parcel) => parcel.first_sequence === null);
  if (fresh.length === 0) return;
  const counts = new Map<string, { topic: string; partition: number; count: number }>();
  for (const { topic, partition, count } of fresh) {
    const name = `${topic} ${partition}`;
    counts.set(name, { topic, partition, count: count + (counts.get(name)?.count ?? 0) });
  }
  const totals = [...counts.values()];
  const ends = rowsOf<{ topic: string; partition: number; last: string }>(
    await manager.query(
      prepared(`insert into relay_sequence as s (topic, partition, last)
       select * from unnest($1::text[], $2::integer[], $3::bigint[])
       on conflict (topic, partition) do update set last = s.last + excluded.last
       returning topic, partition, last`),
      [totals.map((one) => one.topic), totals.map((one) => one.partition), totals.map((one) => one.count)],
    ),
  );
  const next = new Map(
    ends.map(({ topic, partition, last }) => {
      const name = `${topic} ${partition}`;
      return [name, Number(last) - (counts.get(name)?.count ?? 0) + 1] as const;
    }),
  );
  for (const parcel of fresh) {
    const name = `${parcel.topic} ${parcel.partition}`;
    const first = next.get(name) ?? 1;
    parcel.first_sequence = String(first);
    next.set(name, first + parcel.count);
  }
  await manager.query(
    prepared(`update outbox set first_sequence = n.first
     from unnest($1::bigint[], $2::bigint[]) as n (id, first) where outbox.id = n.id and outbox.id = any($1)`),
    [fresh.map((parcel) => parcel.id), fresh.map((parcel) => parcel.first_sequence)],
  );
}
