import { createHash } from 'node:crypto';
import { type EntityManager } from 'typeorm';
import { v7 } from 'uuid';
import { contractOf } from '@assay/contracts/catalogue';
import { type Contract } from '@assay/contracts/contract';
import { type DeadLetterReason, eventDeadLettered } from '@assay/contracts/deadletter/event-dead-lettered';
import { type LogRecord } from '../event-log/event-log';
import { prepared } from '../postgres/prepared';
import { rowsOf } from '../postgres/rows-of';
import { type Write } from '../postgres/together';
import { type ReceivedEvent } from './batch';
import { eventId } from './event-id';
import { type Failure } from './failure';
import { insertOutbox, type Parcel } from './outbox';
import { type DeadLetterCause, type LaneTransaction, type Outcomes } from './transaction';
import { type OutboxEvent, outboxEvent } from './wire';

/** Where a transaction stands: whose it is, which lanes it holds, and to which topic its accounts belong. */
export interface LanePlace {
  service: string;
  kind: string;
  /** Partition number of the lane that it holds, the first of several. */
  partition: number;
  /** The topic that is accounted for; undefined where this service accounts for none of these lanes. */
  accounted: string | undefined;
}

/** Characters of what a header names, where it is shown or found by an index: PostgreSQL refuses to index more than 2,704 bytes. */
const MOST_SHOWN = 200;

interface Counts extends Outcomes {
  received: number;
  dead_lettered: number;
  pending: number;
}

interface Account extends Counts {
  lane: number;
  project: string;
}

interface ParkedRow {
  id: string;
  topic: string;
  event: ReceivedEvent;
}

interface DeadLetter extends Failure {
  record: LogRecord;
  lane: number;
  topic: string;
  project: string;
}

/** What a batch's transaction says, gathered while the handler runs and written in one statement before the commit. */
export class BatchTransaction implements LaneTransaction {
  /** The records that events were read from: the bytes of dead letters. */
  readonly records = new Map<ReceivedEvent, LogRecord>();
  private failure: unknown;
  /** What one transaction says it says at one time. */
  private readonly now = new Date().toISOString();
  private readonly source: string;
  private readonly outbox: OutboxEvent[] = [];
  private readonly effects: (() => void)[] = [];
  private readonly writes: Write[] = [];
  private written: readonly Parcel[] = [];
  private readonly accounts = new Map<string, Account>();
  private readonly deadLetters: DeadLetter[] = [];
  /** Ids and project of the events that were taken out of what is parked. */
  readonly unparked: { ids: string[]; project: string }[] = [];
  private readonly parked: { event: ReceivedEvent; project: string; topic: string }[] = [];

  constructor(
    readonly manager: EntityManager,
    private readonly where: LanePlace,
    private readonly mostUnparked = Number.POSITIVE_INFINITY,
  ) {
    this.source = `/assay/${where.service}`;
  }

  get lane(): number {
    return this.where.partition;
  }

  get place(): number {
    return this.where.partition;
  }

  async sql<Row>(statement: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    try {
      return rowsOf<Row>(await this.manager.query(prepared(statement), [...parameters]));
    } catch (error) {
      // Of statements that were asked together the first that fails is the cause; the others say only that the transaction is over.
      throw (this.failure ??= error);
    }
  }

  later(statement: string, parameters: readonly unknown[]): void {
    this.writes.push({ statement, parameters });
  }

  publish<T extends object>(contract: Contract<T>, id: string, data: T, options: { time?: string } = {}): void {
    this.outbox.push(outboxEvent(contract, this.source, id, data, options.time ?? this.now));
  }

  whenCommitted(done: () => void): void {
    this.effects.push(done);
  }

  account(lane: number, project: string, change: Partial<Outcomes>): void {
    this.change(lane, project, change);
  }

  deadLetter(event: ReceivedEvent, project: string, reason: DeadLetterCause, detail: string): void {
    // A parked event that is refused later has left the log's batch: its bytes are written anew.
    const record = this.records.get(event) ?? recordAgain(event);
    this.putAside(record, event.lane, topicOf(event), project, { reason, detail });
  }

  /** Puts a record aside that may be no event at all. */
  putAside(record: LogRecord, lane: number, topic: string, project: string, failure: Failure): void {
    this.deadLetters.push({ record, lane, topic, project, ...failure });
    if (topic === this.where.accounted) this.change(lane, project, { dead_lettered: 1 });
  }

  /** A dead letter is handled again: it is dead no more, and will be said anew. */
  takeBack(topic: string, project: string): void {
    if (topic === this.where.accounted) this.change(this.lane, project, { dead_lettered: -1 });
  }

  park(event: ReceivedEvent, project: string): void {
    const topic = topicOf(event);
    this.parked.push({ event, project, topic });
    if (topic === this.where.accounted) this.change(event.lane, project, { pending: 1 });
  }

  async unpark(project: string, limit: number): Promise<ReceivedEvent[]> {
    const rows = await this.sql<ParkedRow>(
      `with taken as (
         delete from parked where id in (
           select id from parked where kind = $1 and partition = $2 and project = $3 order by id limit $4)
         returning id, topic, event)
       select id, topic, event from taken order by id`,
      [this.where.kind, this.where.partition, project, Math.min(limit, this.mostUnparked)],
    );
    this.unparked.push({ ids: rows.map(({ id }) => id), project });
    this.change(this.lane, project, { pending: -rows.filter((row) => row.topic === this.where.accounted).length });
    // One that was parked by an older version does not say where it stood.
    return rows.map((row) => ({ ...row.event, lane: this.lane }));
  }

  /** Puts a parked event aside, if it is still parked. */
  async putParkedAside(id: string, project: string, failure: Failure): Promise<void> {
    const [row] = await this.sql<ParkedRow>(
      'delete from parked where id = $1 and kind = $2 and partition = $3 returning id, topic, event',
      [id, this.where.kind, this.where.partition],
    );
    if (!row) return;
    if (row.topic === this.where.accounted) this.change(this.lane, project, { pending: -1 });
    this.putAside(recordAgain(row.event), this.lane, row.topic, project, failure);
  }

  /** Counts the events of a slice as they came, before anybody says what became of them. */
  receive(lane: number, project: string): void {
    this.change(lane, project, { received: 1 });
  }

  /** Reasons of the dead letters that were written. */
  reasons(): DeadLetterReason[] {
    return this.deadLetters.map((letter) => letter.reason);
  }

  /** Why the first event that was put aside was, before `flush` has written it. */
  refusal(): Failure | undefined {
    return this.deadLetters[0];
  }

  /** Does what waits for the commit. */
  haveEffect(): void {
    for (const effect of this.effects) effect();
  }

  /** What the relay has to publish after the commit. */
  parcels(): readonly Parcel[] {
    return this.written;
  }

  /** Whether events wait for something that may have come since this transaction looked for it. */
  hasParked(): boolean {
    return this.parked.length > 0;
  }

  /** Writes everything that was said; to be called once, before the commit. */
  async flush(): Promise<void> {
    await this.writeDeadLetters();
    if (this.parked.length > 0) {
      this.later(
        `insert into parked (kind, partition, project, topic, event)
         select $1, partition, project, topic, event
         from unnest($2::integer[], $3::text[], $4::text[], $5::json[]) as p (partition, project, topic, event)`,
        [
          this.where.kind,
          this.parked.map((one) => one.event.lane),
          this.parked.map((one) => one.project),
          this.parked.map((one) => one.topic),
          this.parked.map((one) => JSON.stringify(one.event)),
        ],
      );
    }
    this.writeAccounts();
    this.written = await insertOutbox(this.manager, this.outbox, this.writes);
  }

  private change(lane: number, project: string, change: Partial<Counts>): void {
    const name = `${lane} ${project}`;
    const account = this.accounts.get(name) ?? {
      ...{ lane, project, received: 0, duplicate: 0, applied: 0, superseded: 0, dead_lettered: 0, pending: 0 },
    };
    for (const count of Object.keys(change) as (keyof Counts)[]) account[count] += change[count] ?? 0;
    this.accounts.set(name, account);
  }

  private async writeDeadLetters(): Promise<void> {
    if (this.deadLetters.length === 0) return;
    const rows = this.deadLetters.map((letter) => ({ ...letter, id: v7(), hash: sha256(letter.record.value) }));
    const written = await this.sql<{ id: string }>(
      // A record that is read again, or published again by a relay that died, is put aside once; its repeat may be of the same slice.
      `with d as (
         select id, topic, partition, record_offset, reason, detail, headers->>'ce_type' as event_type, left(headers->>'ce_id', ${MOST_SHOWN}) as event_id, project, record_key, headers, value
         from unnest($1::uuid[], $2::text[], $3::integer[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[], $10::bytea[])
           as d (id, topic, partition, record_offset, reason, detail, project, record_key, headers, value))
       insert into dead_letter (id, topic, partition, record_offset, reason, detail, event_type, event_id, project, record_key, headers, value)
       select id, topic, partition, record_offset, reason, detail, event_type, event_id, project, record_key, headers, value from d
       where not exists (select 1 from dead_letter k where k.topic = d.topic and k.event_id = d.event_id and k.headers->>'ce_id' = d.headers->>'ce_id' and k.value is not distinct from d.value)
         and not exists (select 1 from d e where e.topic = d.topic and e.headers->>'ce_id' = d.headers->>'ce_id' and e.value is not distinct from d.value
                           and (e.partition, e.record_offset) < (d.partition, d.record_offset))
       on conflict (topic, partition, record_offset) do nothing returning id`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.topic),
        rows.map((row) => row.lane),
        rows.map((row) => row.record.offset),
        rows.map((row) => row.reason),
        rows.map((row) => storable(row.detail)),
        rows.map((row) => row.project),
        rows.map((row) => storable(row.record.key)),
        rows.map((row) => storable(JSON.stringify(row.record.headers))),
        rows.map((row) => row.record.value),
      ],
    );
    const known = new Set(written.map((row) => row.id));
    for (const { id, lane, topic, project } of rows) {
      if (!known.has(id) && topic === this.where.accounted)
        this.change(lane, project, { dead_lettered: -1, duplicate: 1 });
    }
    this.deadLetters.splice(0, Infinity, ...rows.filter((row) => known.has(row.id)));
    for (const { record, lane, topic, reason, hash } of rows.filter((row) => known.has(row.id))) {
      const place = { service: this.where.service, topic, partition: lane, offset: record.offset };
      const eventType = shortened(record.headers['ce_type']);
      const named = { eventType, eventId: shortened(record.headers['ce_id']) };
      const id = eventId('dead-lettered', place.service, topic, place.partition, record.offset, hash);
      this.publish(eventDeadLettered, id, { ...place, reason, hash, ...definedOnly(named) });
    }
  }

  private writeAccounts(): void {
    const { accounted } = this.where;
    if (accounted === undefined || this.accounts.size === 0) return;
    const rows = [...this.accounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, account]) => account);
    const column = (name: keyof Account) => rows.map((account) => account[name]);
    this.later(
      `insert into accounting as a (topic, partition, project, received, duplicate, applied, superseded, dead_lettered, pending)
       select $1, * from unnest($2::integer[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
       on conflict (topic, partition, project) do update set
         received = a.received + excluded.received, duplicate = a.duplicate + excluded.duplicate,
         applied = a.applied + excluded.applied, superseded = a.superseded + excluded.superseded,
         dead_lettered = a.dead_lettered + excluded.dead_lettered, pending = a.pending + excluded.pending`,
      [
        accounted,
        ...(
          ['lane', 'project', 'received', 'duplicate', 'applied', 'superseded', 'dead_lettered', 'pending'] as const
        ).map(column),
      ],
    );
  }
}

function topicOf(event: ReceivedEvent): string {
  return contractOf(event.type)?.topic.name ?? '';
}

function recordAgain(event: ReceivedEvent): LogRecord {
  const headers = { ce_id: event.id, ce_source: event.source, ce_type: event.type, ce_time: event.time };
  const value = Buffer.from(JSON.stringify(event.data));
  return { offset: event.offset, key: null, headers: { ce_specversion: '1.0', ...headers }, value, timestamp: 0 };
}

function sha256(value: Buffer | null): string {
  return createHash('sha256')
    .update(value ?? '')
    .digest('hex');
}

/** PostgreSQL keeps no NUL in text. */
function storable(text: string | null): string | null {
  return text?.replaceAll('\u0000', '\ufffd').replaceAll('\\u0000', '\\ufffd') ?? null;
}

function shortened(text: string | undefined): string | undefined {
  return text ? text.slice(0, MOST_SHOWN).replaceAll('\u0000', '\ufffd') : undefined;
}

function definedOnly<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<T>;
}
