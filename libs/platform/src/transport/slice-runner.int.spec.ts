import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { Registry } from 'prom-client';
import { type DataSource, type EntityManager } from 'typeorm';
import { type AnnotationSubmitted, annotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import { ANNOTATION_EVENTS as TOPIC, CONSENSUS_EVENTS, ITEM_EVENTS } from '@assay/contracts/topics';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { eventually } from '../../../../test/support/eventually';
import { MAY_IDLE } from '../../../../test/support/may-idle';
import { type LogBatch, type LogRecord, type Subscription } from '../event-log/event-log';
import { openDataSource } from '../postgres/data-source';
import { cutsOf } from './accounting.queries';
import { type Batch } from './batch';
import { batchMetrics } from './batch-metrics';
import { redrive } from './dead-letters';
import { eventId } from './event-id';
import { createLanes, holdLane, lanePositions, moveLanes, resetPosition } from './lane.queries';
import { redriveNext } from './redrive';
import { SliceRunner } from './slice-runner';
import { type Handle } from './slice-transactions';
import { type LaneTransaction } from './transaction';
import { Transactions } from './transactions';
import { outboxEvent, recordOf } from './wire';

/** The runner alone, on PostgreSQL, with batches made by hand: what no log can be made to do when it should. */
const definition = { name: 'consensus', migrations: [], entities: [] } as const;
const LANE = { kind: 'item', partition: 0 };
let database: FreshDatabase;
let dataSource: DataSource;
let another: DataSource;
let handle: (batch: Batch<AnnotationSubmitted>, tx: LaneTransaction) => Promise<void>;
let seeks: number[];
let pauses: number[];
let said: string[];
let resumes: number;
let wakes: number;
let room: () => Promise<void>;

const subscription: Subscription = {
  seek: (_topic, _partition, position) => seeks.push(position),
  pause: (_topic, _partition, milliseconds) => pauses.push(milliseconds),
  resume: () => void resumes++,
  lanes: () => [0],
  attemptedAt: () => 0,
  stop: async () => undefined,
};

beforeEach(async () => {
  [seeks, pauses, said, wakes, resumes] = [[], [], [], 0, 0];
  room = async () => undefined;
  handle = async (batch, tx) => batch.events.forEach(({ lane }) => tx.account(lane, 'rte', { applied: 1 }));
  database = await freshDatabase([definition]);
  dataSource = await openDataSource(database.adminUrl, definition);
  another = await openDataSource(database.adminUrl, definition);
});

afterEach(async () => {
  await dataSource.destroy();
  await another.destroy();
  await database.drop();
});

function optionsOf(source: DataSource, metrics = batchMetrics(new Registry())) {
  const say = (message: string) => void said.push(message);
  const logger = { warn: say, error: say };
  return {
    service: 'consensus',
    dataSource: source,
    metrics,
    logger,
    relay: { wake: () => void wakes++, room: () => room() },
    onPark: () => undefined,
  };
}

function runner(source = dataSource, metrics = batchMetrics(new Registry())) {
  const call: Handle = (given, tx) => handle(given as Batch<AnnotationSubmitted>, tx);
  return new SliceRunner(optionsOf(source, metrics), [TOPIC], new Map([[TOPIC.name, call]]));
}

function redriven(source: DataSource) {
  const call: Handle = (given, tx) => handle(given as Batch<AnnotationSubmitted>, tx);
  const handlers = new Map([[TOPIC.name, call]]);
  return redriveNext({ options: optionsOf(source), topics: [TOPIC], handlers, runner: runner(source) }, LANE);
}

function record(offset: number, change: Partial<LogRecord> = {}): LogRecord {
  const data: AnnotationSubmitted = {
    ...{ project: 'rte', item: `item ${offset}`, worker: '00000000-0000-5000-8000-000000000001', role: 'human' },
    ...{ occasion: 0, revision: 0, order: 1, schemaVersion: 1, labels: { label: '1' } },
  };
  const event = outboxEvent(
    annotationSubmitted,
    '/assay/ingestion',
    eventId('x', offset),
    data,
    '2026-01-01T00:00:00.000Z',
  );
  return { ...recordOf(event, offset + 1), offset, timestamp: 0, ...change };
}

/** A recorded sample of an event. */
function recorded(type: string): LogRecord {
  const folder = join(__dirname, '../../../../test/contracts/golden', type);
  const { key, headers, value } = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8')) as {
    key: string;
    headers: Record<string, string>;
    value: object;
  };
  return { offset: 0, key, headers, value: Buffer.from(JSON.stringify(value)), timestamp: 0 };
}

function batch(from: number, to: number, change: Partial<LogBatch> = {}): LogBatch {
  return {
    topic: TOPIC.name,
    partition: 0,
    records: Array.from({ length: to - from }, (_none, index) => record(from + index)),
    highWatermark: to,
    firstOffset: 0,
    fetchedOffset: from,
    isCurrent: () => true,
    heartbeat: async () => undefined,
    ...change,
  };
}

async function accounts() {
  const [row] = await dataSource.query(
    `select coalesce(sum(received - duplicate), 0)::int as accepted, coalesce(sum(applied), 0)::int as applied,
            coalesce(sum(dead_lettered), 0)::int as dead, coalesce(sum(duplicate), 0)::int as duplicate from accounting`,
  );
  return row;
}

async function cut() {
  const [row] = await dataSource.query(
    `select sequence::int as sequence, records::int as records, resent::int as resent, lost::int as lost, skipped::int as skipped from cut`,
  );
  return row;
}

async function waitingForLocks(): Promise<number> {
  const [{ n }] = await dataSource.query(
    `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  );
  return n;
}

async function movePosition(position: number | undefined) {
  const positions = position === undefined ? {} : { [TOPIC.name]: position };
  await dataSource.query('update lane set positions = $1', [JSON.stringify(positions)]);
}

async function asOwner(sql: string) {
  const client = new Client(database.adminUrl);
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

type Query = (statement: string, ...rest: unknown[]) => Promise<unknown>;

/** Has the statements of the next transaction asked in another way. */
function inTheNextTransaction(ask: (query: Query) => Query) {
  const create = dataSource.createQueryRunner.bind(dataSource);
  jest.spyOn(dataSource, 'createQueryRunner').mockImplementationOnce((mode) => {
    const own = create(mode);
    const query = own.query.bind(own) as Query;
    jest.spyOn(own, 'query').mockImplementation(ask(query) as typeof own.query);
    return own;
  });
}

/** Does something before the first statement of the next transaction. */
function beforeTheNextTransaction(task: () => Promise<unknown>) {
  let done: Promise<unknown> | undefined;
  inTheNextTransaction((query) => async (...asked) => {
    await (done ??= task());
    return query(...asked);
  });
}

const bad = async () => {
  throw new Error('bad');
};

it('believes PostgreSQL, not its memory, when a lane comes back', async () => {
  const one = runner();
  await one.run(batch(0, 10), TOPIC, subscription);
  one.forget(0);
  await movePosition(100);
  await one.run(batch(100, 105, { firstOffset: 50 }), TOPIC, subscription);
  expect({ pauses, said, ...(await accounts()) }).toMatchObject({ pauses: [], said: [], applied: 15 });
});

it('begins what is large when the relay has room, and what is small at once', async () => {
  const told: string[] = [];
  room = async () => void told.push('room');
  handle = async ({ events }) => void told.push(`${events.length} events`);
  await runner().run(batch(0, 1_000), TOPIC, subscription);
  await runner().run(batch(1_000, 2_001), TOPIC, subscription);
  expect(told).toEqual(['1000 events', 'room', '1001 events']);
});

it('does not begin what it has waited with when the lane has gone meanwhile', async () => {
  let isCurrent = true;
  room = async () => void (isCurrent = false);
  handle = bad;
  await runner().run(batch(0, 1_001, { isCurrent: () => isCurrent }), TOPIC, subscription);
  expect({ said, accounts: await accounts() }).toMatchObject({ said: [], accounts: { accepted: 0 } });
});

it('begins lane work when the relay has room', async () => {
  const told: string[] = [];
  room = async () => void told.push('room');
  await runner().run(batch(0, 1), TOPIC, subscription);
  await runner().work(LANE, async () => void told.push('work'));
  expect(told).toEqual(['room', 'work']);
});

it('stops for good, and says so, where records are gone before they were read', async () => {
  await runner().run(batch(0, 10), TOPIC, subscription);
  await runner().run(batch(50, 55, { firstOffset: 50 }), TOPIC, subscription);
  expect(pauses).toEqual([Infinity]);
  expect(said).toEqual([expect.stringContaining('40 records from 10 are gone from the log before they were read')]);
});

it('counts a loss once, although the partition comes back', async () => {
  const metrics = batchMetrics(new Registry());
  const one = runner(dataSource, metrics);
  await one.run(batch(0, 10), TOPIC, subscription);
  for (let times = 0; times < 2; times++) {
    await one.run(batch(50, 55, { firstOffset: 50 }), TOPIC, subscription);
    one.forget(0);
  }
  expect((await metrics.lost.get()).values).toEqual([{ labels: {}, value: 40 }]);
});

it('goes on from where an operator puts the position of a stopped partition, and counts what is passed over as no loss', async () => {
  const one = runner();
  await one.run(batch(0, 10), TOPIC, subscription);
  await one.run(batch(50, 55, { firstOffset: 50 }), TOPIC, subscription);
  const reset = () => dataSource.transaction((manager) => resetPosition(manager, LANE, TOPIC.name, 50));
  expect(one.isElsewhere(LANE, TOPIC.name, 50)).toBe(true);
  expect(await reset()).toBe(10);
  await one.follow(LANE, TOPIC.name, subscription);
  expect({ seeks, resumes, isElsewhere: one.isElsewhere(LANE, TOPIC.name, 50) }).toEqual({
    ...{ seeks: [50], resumes: 1, isElsewhere: false },
  });
  await one.follow(LANE, TOPIC.name, subscription);
  expect(seeks).toEqual([50]);
  await one.run(batch(50, 55, { firstOffset: 50 }), TOPIC, subscription);
  expect(await cut()).toEqual({ sequence: 55, records: 15, resent: 0, lost: 0, skipped: 40 });
  await one.run(batch(57, 58), TOPIC, subscription);
  await one.run(batch(55, 56, { records: [record(57)], fetchedOffset: 55 }), TOPIC, subscription);
  expect(await cut()).toEqual({ sequence: 58, records: 16, resent: 0, lost: 2, skipped: 40 });
  await reset();
  expect(await cut()).toMatchObject({ lost: 0, skipped: 42 });
});

it('follows an operator also where it has read nothing since PostgreSQL was away', async () => {
  const one = runner();
  await one.run(batch(0, 10), TOPIC, subscription);
  await one.run(batch(50, 55, { firstOffset: 50 }), TOPIC, subscription);
  // Another topic of the same lanes, of which nothing is known yet, cannot be read: PostgreSQL is away.
  const create = jest.spyOn(dataSource.manager, 'query').mockRejectedValueOnce(new Error('Connection terminated'));
  await one.run({ ...batch(0, 1), topic: ITEM_EVENTS.name }, ITEM_EVENTS, subscription);
  create.mockRestore();
  expect(pauses).toEqual([Infinity, 5000]);
  expect(one.isElsewhere(LANE, TOPIC.name, 50)).toBe(true);
});

it('follows an operator also where it could not read where a position stands', async () => {
  const one = runner();
  await one.run(batch(0, 10), TOPIC, subscription);
  await dataSource.transaction((manager) => resetPosition(manager, LANE, TOPIC.name, 4));
  const asked = jest.spyOn(dataSource.manager, 'query').mockRejectedValueOnce(new Error('Connection terminated'));
  await expect(one.follow(LANE, TOPIC.name, subscription)).rejects.toThrow('Connection terminated');
  asked.mockRestore();
  expect(one.isElsewhere(LANE, TOPIC.name, 4)).toBe(true);
  await one.follow(LANE, TOPIC.name, subscription);
  expect(seeks).toEqual([4]);
});

it('passes over a batch that waited for its turn while an operator put the position behind its end', async () => {
  const one = runner();
  await one.run(batch(0, 10), TOPIC, subscription);
  await dataSource.transaction((manager) => resetPosition(manager, LANE, TOPIC.name, 20));
  await one.follow(LANE, TOPIC.name, subscription);
  await one.run(batch(10, 12, { isCurrent: () => false }), TOPIC, subscription);
  expect({ seeks, pauses }).toEqual({ seeks: [20], pauses: [] });
});

it('counts what has no number apart, alone and among numbered records, and keeps that a position was moved', async () => {
  const one = runner();
  const stranger = (offset: number) => record(offset, { headers: {}, value: Buffer.from('no json') });
  const unnumbered = async () => (await dataSource.query('select unnumbered::int, is_moved from cut'))[0];
  await one.run(batch(0, 2, { records: [stranger(0), stranger(1)] }), TOPIC, subscription);
  await dataSource.query('update cut set is_moved = true');
  await one.run(batch(2, 3, { records: [stranger(2)] }), TOPIC, subscription);
  expect(await unnumbered()).toEqual({ unnumbered: 3, is_moved: true });
  expect(await cutsOf(dataSource.manager)).toEqual([]);
  await one.run(batch(3, 6, { records: [record(3), stranger(4), record(5)] }), TOPIC, subscription);
  expect(await unnumbered()).toEqual({ unnumbered: 4, is_moved: false });
  expect(await cutsOf(dataSource.manager)).toMatchObject([
    { sequence: 6, records: 6, received: 6, resent: 0, lost: 1, skipped: 3, unnumbered: 4 },
  ]);
});

it('reads records again where an operator puts the position back, while a batch of it is in hand', async () => {
  const one = runner();
  await one.run(batch(0, 10), TOPIC, subscription);
  let reset: Promise<unknown> = Promise.resolve();
  handle = async ({ events }, tx) => {
    reset = dataSource.transaction((manager) => resetPosition(manager, LANE, TOPIC.name, 4));
    tx.account(0, 'rte', { applied: events.length });
  };
  await one.run(batch(10, 12), TOPIC, subscription);
  await reset;
  handle = async ({ events }, tx) => tx.account(0, 'rte', { duplicate: events.length });
  // Another batch that was fetched before finds itself overtaken.
  await one.run(batch(12, 13), TOPIC, subscription);
  expect(seeks).toEqual([4]);
  await one.run(batch(4, 12), TOPIC, subscription);
  expect({ ...(await accounts()), ...(await cut()) }).toMatchObject({
    ...{ accepted: 12, applied: 12, duplicate: 8, sequence: 12, records: 20, resent: 8, lost: 0, skipped: 0 },
  });
});

it('stops for good, and says so, where the log ends before the position', async () => {
  const one = runner();
  await one.run(batch(0, 10), TOPIC, subscription);
  await one.run(batch(0, 5), TOPIC, subscription);
  expect(pauses).toEqual([Infinity]);
  expect(said).toEqual([expect.stringContaining('it has read up to 10, but the log ends at 5')]);
});

it('fetches again where another has read further than the end that a batch tells, and stops where the log ends there still', async () => {
  await runner().run(batch(0, 10), TOPIC, subscription);
  const one = runner();
  await one.run(batch(0, 5), TOPIC, subscription);
  expect({ seeks, pauses, said }).toEqual({ seeks: [10], pauses: [], said: [] });
  await one.run(batch(0, 5), TOPIC, subscription);
  expect({ seeks, pauses }).toEqual({ seeks: [10], pauses: [Infinity] });
});

it('drops what it has read where the end of the log is delivered again', async () => {
  const one = runner();
  for (let times = 0; times < 2; times++) await one.run(batch(0, 10), TOPIC, subscription);
  expect({ pauses, said, seeks, ...(await accounts()) }).toMatchObject({
    pauses: [],
    said: [],
    seeks: [],
    applied: 10,
  });
});

it('fetches again from the position where a batch begins above it', async () => {
  await runner().run(batch(0, 10), TOPIC, subscription);
  await runner().run(batch(15, 20), TOPIC, subscription);
  expect({ seeks, ...(await accounts()) }).toMatchObject({ seeks: [10], applied: 10 });
});

it('begins at the first record that is kept where nothing was read, wherever the batch begins', async () => {
  await runner().run(batch(15, 20, { firstOffset: 10 }), TOPIC, subscription);
  expect({ seeks, ...(await accounts()) }).toMatchObject({ seeks: [10], applied: 0 });
});

it('tries again when PostgreSQL fails while an event is put aside', async () => {
  handle = bad;
  await asOwner(`create sequence consensus.tries; grant all on sequence consensus.tries to public;
    create function consensus.fail() returns trigger language plpgsql as
      $$ begin if nextval('consensus.tries') < 2 then raise exception 'conflict' using errcode = '40001'; end if; return new; end $$;
    create trigger fail before insert on consensus.dead_letter for each row execute function consensus.fail()`);
  await runner().run(batch(0, 1), TOPIC, subscription);
  expect(await accounts()).toMatchObject({ accepted: 1, dead: 1 });
});

it('pauses when PostgreSQL is away as a batch begins', async () => {
  const away = await openDataSource(database.adminUrl, definition);
  await away.destroy();
  await runner(away).run(batch(0, 1), TOPIC, subscription);
  expect({ pauses, seeks }).toEqual({ pauses: [5000], seeks: [0] });
});

it('goes on from the position after it gave up', async () => {
  const one = runner();
  await one.run(batch(0, 10), TOPIC, subscription);
  handle = async (_batch, tx) =>
    void (await tx.sql(`do $$ begin raise exception 'conflict' using errcode = '40001'; end $$`));
  await one.run(batch(10, 12), TOPIC, subscription);
  expect({ seeks, pauses }).toEqual({ seeks: [10], pauses: [5000] });
});

it('sees by the position that a commit happened whose answer was lost, and takes nobody else to have been there', async () => {
  const metrics = batchMetrics(new Registry());
  const one = runner(dataSource, metrics);
  await one.run(batch(0, 10), TOPIC, subscription);
  inTheNextTransaction((query) => async (...asked) => {
    const answer = await query(...asked);
    if (asked[0] === 'COMMIT') throw new Error('Connection terminated unexpectedly');
    return answer;
  });
  await one.run(batch(10, 12), TOPIC, subscription);
  expect({ seeks, ...(await accounts()) }).toMatchObject({ seeks: [12], applied: 12, dead: 0 });
  expect((await metrics.fenced.get()).values[0]?.value).toBe(0);
});

it('puts a poisonous record aside once, however often it is read or published', async () => {
  const poison = record(0, { value: Buffer.from('{') });
  await runner().run(batch(0, 1, { records: [poison] }), TOPIC, subscription);
  await movePosition(undefined);
  await runner().run(batch(0, 2, { records: [poison, { ...poison, offset: 1 }] }), TOPIC, subscription);
  const [{ n }] = await dataSource.query('select count(*)::int as n from dead_letter');
  expect({ n, ...(await accounts()) }).toEqual({ n: 1, accepted: 1, applied: 0, dead: 1, duplicate: 2 });
});

it('puts a poisonous record aside once that was published again into the same slice', async () => {
  const poison = record(0, { value: Buffer.from('{') });
  const again = { ...poison, offset: 1 };
  const other = record(2, { value: Buffer.from('{') });
  await runner().run(batch(0, 3, { records: [poison, again, other] }), TOPIC, subscription);
  const letters = await dataSource.query('select record_offset::int as offset from dead_letter order by 1');
  expect({ letters, ...(await accounts()) }).toEqual({
    letters: [{ offset: 0 }, { offset: 2 }],
    ...{ accepted: 2, applied: 0, dead: 2, duplicate: 1 },
  });
});

it('keeps the words of an error that hold what PostgreSQL cannot store', async () => {
  handle = async () => {
    throw new Error('label \u0000');
  };
  await runner().run(batch(0, 1), TOPIC, subscription);
  expect(await dataSource.query('select detail from dead_letter')).toEqual([{ detail: 'label \ufffd' }]);
});

it('puts a record aside whose id is too long for an index', async () => {
  const id = randomBytes(6000).toString('hex');
  const { headers } = record(1);
  const long = record(1, { headers: { ...headers, ce_id: id }, value: Buffer.from('{') });
  for (let times = 0; times < 2; times++) {
    await movePosition(undefined);
    await runner().run(batch(0, 3, { records: [record(0), long, record(2)] }), TOPIC, subscription);
  }
  const letters = await dataSource.query(
    `select record_offset::int as offset, length(event_id) as length, headers->>'ce_id' = $1 as is_whole from dead_letter`,
    [id],
  );
  expect({ pauses, letters }).toEqual({ pauses: [], letters: [{ offset: 1, length: 200, is_whole: true }] });
  // Another, whose id begins like it.
  const other = { ...long, offset: 3, headers: { ...headers, ce_id: `${id}0` } };
  await runner().run(batch(3, 4, { records: [other] }), TOPIC, subscription);
  expect(await accounts()).toMatchObject({ dead: 2 });
});

it('counts the dead letters that a handler asks for', async () => {
  const metrics = batchMetrics(new Registry());
  handle = async ({ events }, tx) => events.forEach((event) => tx.deadLetter(event, 'rte', 'refused', 'no'));
  await runner(dataSource, metrics).run(batch(0, 3), TOPIC, subscription);
  expect((await metrics.deadLetters.get()).values).toEqual([{ labels: { reason: 'refused' }, value: 3 }]);
  expect((await metrics.records.get()).values).toEqual([
    { labels: { topic: TOPIC.name, outcome: 'dead_lettered' }, value: 3 },
  ]);
});

it('waits for a lock as for anything that passes, however long another holds it', async () => {
  // What a service's role may wait for, thirty times as fast.
  const limits = await dataSource.query<{ name: string; setting: string }[]>(
    `select name, setting from pg_settings where name in ('lock_timeout', 'statement_timeout')`,
  );
  for (const { name, setting } of limits)
    await asOwner(
      `alter role assay_consensus in database ${new URL(database.adminUrl).pathname.slice(1)} set ${name} = ${Math.round(Number(setting) / 30)}`,
    );
  const hurried = await openDataSource(database.adminUrl, definition);
  const migration = new Client(database.adminUrl);
  await migration.connect();
  await migration.query('begin; lock table consensus.parked');
  let calls = 0;
  handle = async (_batch, tx) => {
    calls++;
    await tx.sql('select from parked');
    tx.account(0, 'rte', { applied: 1 });
  };
  const handled = runner(hurried).run(batch(0, 1), TOPIC, subscription);
  await Promise.race([handled, eventually(() => calls === 3, 'the third try')]);
  await migration.query('commit');
  await handled;
  await migration.end();
  await hurried.destroy();
  expect(await accounts()).toMatchObject({ applied: 1, dead: 0 });
});

it('handles nothing twice where something fails after the commit', async () => {
  const metrics = batchMetrics(new Registry());
  jest.spyOn(metrics.records, 'inc').mockImplementationOnce(() => {
    throw new Error('no counter');
  });
  await runner(dataSource, metrics).run(batch(0, 3), TOPIC, subscription);
  expect(await accounts()).toMatchObject({ accepted: 3, applied: 3, dead: 0 });
  expect(seeks).toEqual([3]);
});

it('puts the one parked event aside that lane work cannot bear, and gives it the others', async () => {
  handle = async ({ events }, tx) => events.forEach((event) => tx.park(event, 'rte'));
  const one = runner();
  await one.run(batch(0, 7), TOPIC, subscription);
  const drain: Handle = async (_lane, tx) => {
    const events = await tx.unpark('rte', 200);
    for (const { offset } of events) {
      if (offset === 3) throw new Error('bad');
      tx.account(0, 'rte', { applied: 1 });
    }
    return events.length > 0;
  };
  while (await one.work(LANE, drain));
  const [{ pending }] = await dataSource.query('select pending::int as pending from accounting');
  const letters = await dataSource.query(
    'select record_offset::int as offset, reason, detail, event_id from dead_letter',
  );
  expect({ pending, letters, ...(await accounts()) }).toEqual({
    ...{ pending: 0, accepted: 7, applied: 6, dead: 1, duplicate: 0 },
    letters: [{ offset: 3, reason: 'handler_failed', detail: 'bad', event_id: eventId('x', 3) }],
  });
  await redrive(dataSource.manager, (await dataSource.query('select id from dead_letter'))[0].id);
  handle = async ({ events }, tx) => tx.account(0, 'rte', { applied: events.length });
  expect(await redriven(dataSource)).toBe(true);
  expect(await accounts()).toMatchObject({ applied: 7, dead: 0 });
});

it('accounts for nothing of a topic that is not accounted for: parked, put aside or redriven', async () => {
  const call: Handle = (given, tx) => handle(given as Batch<AnnotationSubmitted>, tx);
  const handlers = new Map([[ITEM_EVENTS.name, call]]);
  const one = new SliceRunner(optionsOf(dataSource), [TOPIC, ITEM_EVENTS], handlers);
  const total = async () => {
    const [row] = await dataSource.query(
      'select coalesce(sum(abs(received) + abs(pending) + abs(dead_lettered) + abs(duplicate)), 0)::int as n from accounting',
    );
    return row.n;
  };
  handle = async ({ events }, tx) =>
    events.forEach((event) => {
      if (event.offset < 2) tx.park(event, 'rte');
      else tx.deadLetter(event, 'rte', 'refused', 'no');
    });
  const item = recorded('assay.item.imported.v1');
  const records = [0, 1, 2].map((offset) => ({
    ...{ ...item, offset },
    headers: { ...item.headers, ce_id: eventId('item', offset) },
  }));
  await one.run(batch(0, 3, { topic: ITEM_EVENTS.name, records }), ITEM_EVENTS, subscription);
  expect(await total()).toBe(0);
  const drain: Handle = async (_lane, tx) => {
    if ((await tx.unpark('rte', 200)).some(({ offset }) => offset === 0)) throw new Error('bad');
  };
  while (await one.work(LANE, drain));
  const letters = await dataSource.query<{ id: string; reason: string }[]>('select id, reason from dead_letter order by reason'); // prettier-ignore
  expect(letters.map(({ reason }) => reason)).toEqual(['handler_failed', 'refused']);
  expect(await total()).toBe(0);
  handle = async () => undefined;
  for (const { id } of letters) {
    await redrive(dataSource.manager, id);
    await redriveNext({ options: optionsOf(dataSource), topics: [ITEM_EVENTS], handlers, runner: one }, LANE);
  }
  expect([await total(), await dataSource.query('select distinct status from dead_letter')]).toEqual([
    0,
    [{ status: 'redriven' }],
  ]);
});

it('waits with lane work for who holds the lane', async () => {
  const one = runner();
  await one.run(batch(0, 1), TOPIC, subscription);
  const holder = another.createQueryRunner();
  await holder.startTransaction();
  await holder.query(MAY_IDLE);
  await holdLane(holder.manager, LANE);
  let calls = 0;
  const work = one.work(LANE, async () => void calls++);
  await eventually(async () => (await waitingForLocks()) === 1, 'lane work to wait');
  expect(calls).toBe(0);
  await holder.commitTransaction();
  await holder.release();
  await work;
  expect(calls).toBe(1);
});

it('leaves parked events where they are when PostgreSQL fails for the moment', async () => {
  handle = async ({ events }, tx) => events.forEach((event) => tx.park(event, 'rte'));
  const one = runner();
  await one.run(batch(0, 1), TOPIC, subscription);
  const conflict: Handle = async (_lane, tx) => {
    await tx.unpark('rte', 200);
    await tx.sql(`do $$ begin raise exception 'conflict' using errcode = '40001'; end $$`);
  };
  for (let times = 0; times < 3; times++) await expect(one.work(LANE, conflict)).rejects.toThrow('conflict');
  expect(await dataSource.query('select pending::int as pending, dead_lettered::int as dead from accounting')).toEqual([
    { pending: 1, dead: 0 },
  ]);
});

it('has the effects of what is committed alone, and of that once', async () => {
  const effects: number[] = [];
  handle = async ({ events }, tx) => {
    for (const { offset } of events) tx.whenCommitted(() => void effects.push(offset));
    if (events.some(({ offset }) => offset === 3)) throw new Error('bad');
    await tx.sql(`select 1`);
  };
  const one = runner();
  await one.run(batch(0, 6), TOPIC, subscription);
  expect(effects).toEqual([0, 1, 2, 4, 5]);
  const work: Handle = async (lane, tx) => tx.whenCommitted(() => void effects.push(lane as number));
  await one.work(LANE, work);
  expect(effects).toEqual([0, 1, 2, 4, 5, 0]);
  let retries = 0;
  const transactions = new Transactions(dataSource, 'consensus', { wake: () => undefined }, () => retries++);
  let tries = 0;
  await transactions.run(async (tx) => {
    tx.whenCommitted(() => void effects.push(100 + tries));
    if (++tries < 3) await tx.sql(`do $$ begin raise exception 'conflict' using errcode = '40001'; end $$`);
    else expect(effects).toHaveLength(6);
  });
  expect({ effects: effects.slice(6), retries }).toEqual({ effects: [103], retries: 2 });
});

it('wakes the relay only where something was published', async () => {
  const one = runner();
  await one.run(batch(0, 10), TOPIC, subscription);
  await one.work(LANE, async () => false);
  expect(wakes).toBe(0);
});

it('handles a dead letter once when two instances redrive it', async () => {
  handle = bad;
  await runner().run(batch(0, 1), TOPIC, subscription);
  const [{ id }] = await dataSource.query('select id from dead_letter');
  await redrive(dataSource.manager, id);
  let calls = 0;
  handle = async (_batch, tx) => {
    calls++;
    tx.account(0, 'rte', { applied: 1 });
  };
  const lock = dataSource.createQueryRunner();
  await lock.startTransaction();
  await lock.query(MAY_IDLE);
  await lock.query(`select 1 from lane for update`);
  const both = [redriven(dataSource), redriven(another)];
  await eventually(async () => (await waitingForLocks()) === 2, 'both to wait for the lane');
  await lock.commitTransaction();
  await lock.release();
  await Promise.all(both);
  expect({ calls, ...(await accounts()) }).toEqual({ calls: 1, accepted: 1, applied: 1, dead: 0, duplicate: 0 });
});

it('does not open a dead letter again that another instance is handling well', async () => {
  handle = bad;
  await runner().run(batch(0, 1), TOPIC, subscription);
  const [{ id }] = await dataSource.query('select id from dead_letter');
  await redrive(dataSource.manager, id);
  let other: Promise<boolean> | undefined;
  let takeUp: () => void = () => undefined;
  const isTakenUp = new Promise<void>((resolve) => (takeUp = resolve));
  handle = async (_given, own) => {
    await own.sql(MAY_IDLE);
    // Now the other one waits for the lane, and has it as soon as this one has failed.
    other = redriven(another);
    await eventually(async () => (await waitingForLocks()) === 1, 'the other one to wait for the lane');
    handle = async (_batch, tx) => {
      await tx.sql(MAY_IDLE);
      takeUp();
      const isSaid = async () => {
        const [{ status }] = await dataSource.query('select status from dead_letter');
        return status === 'open' || (await waitingForLocks()) === 1;
      };
      await eventually(isSaid, 'the first one to say how it went');
      tx.account(0, 'rte', { applied: 1 });
    };
    throw new Error('bad');
  };
  const query = dataSource.manager.query.bind(dataSource.manager);
  jest.spyOn(dataSource.manager, 'query').mockImplementation(async (...call: Parameters<typeof query>) => {
    if (call[0].startsWith('update dead_letter')) await isTakenUp;
    return query(...call);
  });
  await redriven(dataSource);
  await other;
  const [{ status }] = await dataSource.query('select status from dead_letter');
  expect({ status, ...(await accounts()) }).toMatchObject({ status: 'redriven', accepted: 1, applied: 1, dead: 0 });
});

it('leaves a dead letter open, with the newer reason, where the handler refuses it again', async () => {
  handle = bad;
  await runner().run(batch(0, 1), TOPIC, subscription);
  const [{ id }] = await dataSource.query('select id from dead_letter');
  await redrive(dataSource.manager, id);
  handle = async ({ events }, tx) => tx.deadLetter(events[0]!, 'rte', 'id_conflict', 'another holds it');
  expect(await redriven(dataSource)).toBe(true);
  expect(await dataSource.query('select status, reason, detail, settled_at from dead_letter')).toEqual([
    { status: 'open', reason: 'id_conflict', detail: 'another holds it', settled_at: null },
  ]);
  expect(await accounts()).toEqual({ accepted: 1, applied: 0, dead: 1, duplicate: 0 });
  expect(await redriven(dataSource)).toBe(false);
});

it('has a dead letter redriven still where PostgreSQL fails for the moment', async () => {
  handle = bad;
  await runner().run(batch(0, 1), TOPIC, subscription);
  const [{ id }] = await dataSource.query('select id from dead_letter');
  await redrive(dataSource.manager, id);
  handle = async (_batch, tx) =>
    void (await tx.sql(`do $$ begin raise exception 'conflict' using errcode = '40001'; end $$`));
  await expect(redriven(dataSource)).rejects.toThrow('conflict');
  expect(await dataSource.query('select status, detail from dead_letter')).toEqual([
    { status: 'redriving', detail: 'bad' },
  ]);
});

it('repeats no value of an event in a dead letter or a log', async () => {
  handle = async (_batch, tx) => void (await tx.sql('select $1::uuid', ['Ada Lovelace']));
  const unreadable = record(1, { value: Buffer.from('Ada Lovelace') });
  await runner().run(batch(0, 2, { records: [record(0), unreadable] }), TOPIC, subscription);
  const details = (await dataSource.query('select detail from dead_letter order by record_offset')) as object[];
  expect(details).toEqual([
    { detail: 'PostgreSQL refused it with 22P02' },
    { detail: 'value of 12 bytes: expected JSON in UTF-8' },
  ]);
  expect(said.join()).not.toContain('Ada');
});

it('passes over what the catalogue gives to other services, unread, and moves its position on', async () => {
  const seen: string[] = [];
  const handled: Handle = async (given) => void seen.push(...(given as Batch).events.map(({ type }) => type));
  const topics = [CONSENSUS_EVENTS];
  const scoring = new SliceRunner(
    { ...optionsOf(dataSource), service: 'scoring' },
    topics,
    new Map([[CONSENSUS_EVENTS.name, handled]]),
  );
  const [updated, adjudicated] = [recorded('assay.consensus.updated.v1'), recorded('assay.consensus.adjudicated.v1')];
  const records = [updated, adjudicated, { ...updated, value: Buffer.from('no JSON') }];
  await scoring.run(
    batch(0, 3, { topic: CONSENSUS_EVENTS.name, records: records.map((one, offset) => ({ ...one, offset })) }),
    CONSENSUS_EVENTS,
    subscription,
  );
  expect(seen).toEqual(['assay.consensus.adjudicated.v1']);
  expect(await accounts()).toMatchObject({ dead: 0 });
  expect((await lanePositions(dataSource.manager, LANE)).get(CONSENSUS_EVENTS.name)).toBe(3);
});

it('takes less at once after a slice has failed for the moment: it may have been too much', async () => {
  const taken: number[] = [];
  handle = async ({ events }, tx) => {
    taken.push(events.length);
    if (events.length > 500)
      await tx.sql(`do $$ begin raise exception 'idle too long' using errcode = '25P03'; end $$`);
    tx.account(0, 'rte', { applied: events.length });
  };
  const metrics = batchMetrics(new Registry());
  const one = runner(dataSource, metrics);
  await one.run(batch(0, 10), TOPIC, subscription);
  await one.run(batch(10, 1210), TOPIC, subscription);
  expect(taken).toEqual([10, 1200, 500, 500, 200]);
  expect((await lanePositions(dataSource.manager, LANE)).get(TOPIC.name)).toBe(1210);
  expect(await accounts()).toMatchObject({ accepted: 1210, applied: 1210, dead: 0 });
  // Nobody else was there.
  expect({ seeks, fenced: (await metrics.fenced.get()).values[0]?.value }).toEqual({ seeks: [], fenced: 0 });
});

it('begins no further part of a slice when the batch is over', async () => {
  const taken: number[] = [];
  handle = async ({ events }) => {
    taken.push(events.length);
    if (events.some(({ data }) => data.item === 'item 3')) throw new Error('never');
  };
  await runner().run(batch(0, 4, { isCurrent: () => taken.length < 3 }), TOPIC, subscription);
  expect(taken).toEqual([4, 4, 2]);
  expect((await lanePositions(dataSource.manager, LANE)).get(TOPIC.name)).toBe(2);
});

it('applies no further part of a slice when an operator has moved the position meanwhile', async () => {
  const one = runner();
  await one.run(batch(0, 10), TOPIC, subscription);
  const taken: number[] = [];
  handle = async ({ events }) => {
    taken.push(events.length);
    if (taken.length === 2) beforeTheNextTransaction(() => resetPosition(another.manager, LANE, TOPIC.name, 4));
    if (events.length === 4) throw new Error('bad');
  };
  await one.run(batch(10, 14), TOPIC, subscription);
  const position = (await lanePositions(dataSource.manager, LANE)).get(TOPIC.name);
  expect({ taken, seeks, position }).toEqual({ taken: [4, 4], seeks: [4], position: 4 });
});

const LANES = [0, 1, 2, 3, 4];

/** Runs a batch of each lane; once their positions are known, they come together. */
async function runLanes(one: SliceRunner, from: number, to: number): Promise<void> {
  await Promise.all(LANES.map((partition) => one.run(batch(from, to, { partition }), TOPIC, subscription)));
}

it('handles slices of several lanes in one transaction where they wait for their turn together', async () => {
  const one = runner();
  await runLanes(one, 0, 1);
  const taken: string[] = [];
  handle = async ({ events }, tx) => {
    taken.push(events.map(({ lane, offset }) => `${lane}@${offset}`).join(' '));
    for (const { lane } of events) tx.account(lane, 'rte', { applied: 1 });
  };
  await runLanes(one, 1, 3);
  // Those that came first may have gone before.
  expect(taken.at(-1)).toMatch(/2@1 2@2 3@1 3@2 4@1 4@2$/);
  for (const partition of LANES)
    expect(await lanePositions(dataSource.manager, { kind: 'item', partition })).toEqual(new Map([[TOPIC.name, 3]]));
  const rows = (change: object) => LANES.map((partition) => ({ partition, ...change }));
  expect(await dataSource.query('select partition, received, applied from accounting order by 1')).toEqual(
    rows({ received: '3', applied: '3' }),
  );
  expect(await dataSource.query('select partition, sequence, records from cut order by 1')).toEqual(
    rows({ sequence: '3', records: '3' }),
  );
});

it('shares transactions, two in hand at the most, where every lane has a batch as large as needs no room in its reader', async () => {
  const one = runner();
  await runLanes(one, 0, 1);
  let [inHand, most, transactions] = [0, 0, 0];
  handle = async ({ events }, tx) => {
    transactions++;
    most = Math.max(most, ++inHand);
    await tx.sql('select 1');
    for (const { lane } of events) tx.account(lane, 'rte', { applied: 1 });
    inHand--;
  };
  await runLanes(one, 1, 999);
  expect(transactions).toBeLessThan(LANES.length);
  expect(most).toBeLessThanOrEqual(2);
  expect(await accounts()).toMatchObject({ accepted: LANES.length * 999, applied: LANES.length * 999 });
});

it('applies the other lanes where one of those that go together has been overtaken, or cannot be borne', async () => {
  const one = runner();
  await runLanes(one, 0, 1);
  await another.query(`update lane set positions = jsonb_set(positions, array[$1], '7') where partition = 3`, [
    TOPIC.name,
  ]);
  handle = async ({ events }, tx) => {
    if (events.some(({ lane }) => lane === 4)) throw new Error('never');
    for (const { lane } of events) tx.account(lane, 'rte', { applied: 1 });
  };
  await runLanes(one, 1, 2);
  const positions = await dataSource.query(`select positions ->> $1 as at from lane order by partition`, [TOPIC.name]);
  expect(positions.map(({ at }: { at: string }) => at)).toEqual(['2', '2', '2', '7', '2']);
  expect(seeks).toEqual([7]);
  expect(await dataSource.query('select partition, record_offset from dead_letter')).toEqual([
    { partition: 4, record_offset: '1' },
  ]);
  expect(await accounts()).toMatchObject({ accepted: 9, applied: 8, dead: 1 });
});

it('applies the other lanes while another instance holds one of those that go together', async () => {
  const one = runner();
  await runLanes(one, 0, 1);
  const holder = another.createQueryRunner();
  await holder.startTransaction();
  await holder.query(MAY_IDLE);
  await holdLane(holder.manager, { kind: 'item', partition: 3 });
  const positions = async () => {
    const rows = await dataSource.query(`select positions ->> $1 as at from lane order by partition`, [TOPIC.name]);
    return rows.map(({ at }: { at: string }) => at).join(' ');
  };
  const run = runLanes(one, 1, 2);
  await eventually(async () => (await positions()) === '2 2 2 1 2', 'the other lanes').finally(() =>
    holder.commitTransaction().then(() => holder.release()),
  );
  await run;
  expect({ at: await positions(), seeks, ...(await accounts()) }).toMatchObject({
    ...{ at: '2 2 2 2 2', seeks: [], accepted: 10, applied: 10 },
  });
});

it('moves no position where the begin of its transaction did not happen', async () => {
  await createLanes(dataSource.manager, ['item'], 0);
  const move = (manager: EntityManager) =>
    moveLanes(manager, 'item', TOPIC.name, [{ partition: 0, from: undefined, to: 5 }]);
  expect(await move(dataSource.manager)).toBeUndefined();
  expect(await dataSource.transaction(move)).toBeUndefined();
  expect(await lanePositions(dataSource.manager, LANE)).toEqual(new Map());
});

it('puts aside a record on the wrong topic, also one of a type that is for others', async () => {
  const { headers } = recorded('assay.finding.raised.v1');
  await runner().run(batch(0, 1, { records: [record(0, { headers })] }), TOPIC, subscription);
  expect(await dataSource.query('select reason from dead_letter')).toEqual([{ reason: 'unknown_type' }]);
});

it('says what went wrong first of statements that were asked together', async () => {
  const deep = async (tx: LaneTransaction) => {
    const deeper = async () => tx.sql('select $1::integer / 0', [1]);
    return (await deeper()).map((row) => row);
  };
  handle = async (_batch, tx) => void (await Promise.all([deep(tx), tx.sql('select 1')]));
  await runner().run(batch(0, 1), TOPIC, subscription);
  const [{ detail }] = await dataSource.query('select detail from dead_letter');
  expect(detail).toMatch(/22012|division/);
});
