import { Controller, Module } from '@nestjs/common';
import { type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from 'pg';
import { Registry } from 'prom-client';
import { type DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { type AnnotationSubmitted, annotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import { consensusUpdated } from '@assay/contracts/consensus/consensus-updated';
import {
  ANNOTATION_EVENTS,
  CONSENSUS_EVENTS,
  DEAD_LETTERS,
  DISPUTE_EVENTS,
  GOLD_POOL,
  ITEM_EVENTS,
  PROJECT_EVENTS,
  RELIABILITY,
} from '@assay/contracts/topics';
import { CATALOGUE } from '@assay/contracts/catalogue';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { MAY_IDLE } from '../../../../test/support/may-idle';
import { type EventLog, LogUnavailable } from '../event-log/event-log';
import { PostgresEventLog } from '../event-log/postgres-event-log';
import { openDataSource } from '../postgres/data-source';
import { serviceUrl } from '../postgres/service-url';
import { AccessConsumer } from '../security/access.consumer';
import { type Batch } from './batch';
import { batchMetrics } from './batch-metrics';
import { BatchServer } from './batch-server';
import { Consumes, LaneWork } from './consumes';
import { redrive } from './dead-letters';
import { eventId } from './event-id';
import { insertOutbox } from './outbox';
import { PLATFORM_MIGRATIONS } from './platform-migrations';
import { Relay } from './relay';
import { type LaneTransaction } from './transaction';
import { outboxEvent, recordOf } from './wire';

class CreateSeen1 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table seen (id uuid, item text, lane integer)');
    await runner.query('create table known_project (project text primary key)');
  }
  async down(): Promise<void> {}
}

/** How the handler under test behaves; each test sets its own. */
let onAnnotations: (batch: Batch<AnnotationSubmitted>, tx: LaneTransaction) => Promise<void>;

async function insertSeen(batch: Batch<AnnotationSubmitted>, tx: LaneTransaction): Promise<void> {
  const known = await tx.sql<{ id: string }>('select id from seen where id = any($1::uuid[])', [
    batch.events.map((event) => event.id),
  ]);
  const ids = new Set(known.map((row) => row.id));
  for (const event of batch.events) {
    if (ids.has(event.id)) {
      tx.account(event.lane, event.data.project, { duplicate: 1 });
      continue;
    }
    ids.add(event.id);
    await tx.sql('insert into seen values ($1, $2, $3)', [event.id, event.data.item, event.lane]);
    tx.account(event.lane, event.data.project, { applied: 1 });
  }
}

/** Lanes with events of a project that is late, once it is known. */
const lanesToDrain = (project: string) => async (store: Pick<LaneTransaction, 'sql'>) => {
  const rows = await store.sql<{ partition: number }>(
    `select distinct partition from parked join known_project using (project) where kind = 'item' and project = $1`,
    [project],
  );
  return rows.map(({ partition }) => partition);
};

async function drain(project: string, tx: LaneTransaction): Promise<boolean> {
  const known = await tx.sql('select 1 from known_project where project = $1', [project]);
  if (known.length === 0) return false;
  const events = await tx.unpark(project, 2);
  await insertSeen({ topic: ANNOTATION_EVENTS.name, events } as Batch<AnnotationSubmitted>, tx);
  return events.length > 0;
}

@Controller()
class TestConsumer {
  @Consumes(ANNOTATION_EVENTS)
  annotations(batch: Batch<AnnotationSubmitted>, tx: LaneTransaction) {
    return onAnnotations(batch, tx);
  }

  @Consumes(ITEM_EVENTS)
  async items() {}

  @Consumes(PROJECT_EVENTS)
  async projects(_batch: Batch, tx: LaneTransaction) {
    await tx.sql(`insert into known_project values ('late') on conflict do nothing`);
  }

  @Consumes(DISPUTE_EVENTS)
  async disputes() {}

  @Consumes(GOLD_POOL)
  async goldPool() {}

  @Consumes(RELIABILITY)
  async reliabilities() {}

  @LaneWork({ lane: 'item', everyMs: 200, due: lanesToDrain('late') })
  async drainInTime(_lane: number, tx: LaneTransaction) {
    return drain('late', tx);
  }

  @LaneWork({ lane: 'item', everyMs: 3_600_000, due: lanesToDrain('at-once') })
  async drainWhenWoken(_lane: number, tx: LaneTransaction) {
    return drain('at-once', tx);
  }
}

@Module({ controllers: [TestConsumer, AccessConsumer] })
class TestModule {}

const definition = { name: 'consensus', migrations: [CreateSeen1], entities: [] } as const;
let database: FreshDatabase;
let log: EventLog;
let dataSource: DataSource;
let running: { app: INestApplication; server: BatchServer; relay: Relay; source: DataSource }[] = [];
const problems: string[] = [];

beforeEach(async () => {
  onAnnotations = insertSeen;
  problems.length = 0;
  database = await freshDatabase([definition], PLATFORM_MIGRATIONS);
  log = new PostgresEventLog(serviceUrl(database.adminUrl, 'event_log'));
  const topics = new Map(CATALOGUE.map(({ topic }) => [topic.name, topic]));
  await log.createTopics([...topics.values()]);
  dataSource = await openDataSource(database.adminUrl, definition, PLATFORM_MIGRATIONS);
});

afterEach(async () => {
  for (const one of running) await stop(one);
  running = [];
  await log.close();
  await dataSource.destroy();
  await database.drop();
});

async function start() {
  const source = await openDataSource(database.adminUrl, definition, PLATFORM_MIGRATIONS);
  const relay = new Relay({
    dataSource: source,
    log,
    onFailure: (error) => problems.push(String(error)),
    onPublished: () => undefined,
  });
  const server = new BatchServer({
    service: 'consensus',
    dataSource: source,
    log,
    metrics: batchMetrics(new Registry()),
    logger: { warn: (message) => problems.push(message), error: (message) => problems.push(message) },
    relay,
    onCrash: (error) => problems.push(error.message),
  });
  const app = await NestFactory.create(TestModule, { logger: false });
  app.connectMicroservice({ strategy: server });
  await app.startAllMicroservices();
  relay.start();
  const one = { app, server, relay, source };
  running.push(one);
  return one;
}

async function stop({ app, relay, source }: (typeof running)[number]) {
  await app.close();
  await relay.stop();
  await source.destroy();
}

const annotation = (item: string, project = 'rte'): AnnotationSubmitted => ({
  project,
  item,
  worker: '00000000-0000-5000-8000-000000000001',
  role: 'human',
  occasion: 0,
  revision: 0,
  order: 1,
  schemaVersion: 1,
  labels: { label: '1' },
});

async function send(
  items: readonly AnnotationSubmitted[],
  firstSequence: (partition: number) => number | undefined = () => 1,
) {
  const next = new Map<number, number>();
  const records = items.map((data) => {
    const event = outboxEvent(
      annotationSubmitted,
      '/assay/ingestion',
      eventId('test', data.project, data.item),
      data,
      '2026-01-01T00:00:00.000Z',
    );
    const sequence = next.get(event.partition) ?? firstSequence(event.partition) ?? 1;
    next.set(event.partition, sequence + 1);
    return recordOf(event, sequence);
  });
  await log.append(records);
  return records;
}

const many = (count: number) => Array.from({ length: count }, (_, index) => annotation(`item ${index}`));

async function until(condition: () => Promise<boolean>, what: string) {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline)
      throw new Error(
        `waited in vain for ${what}: ${JSON.stringify(await accounts())}; problems: ${problems.join('; ')}`,
      );
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function count(table: string, where = 'true'): Promise<number> {
  const [row] = await dataSource.query(`select count(*)::int as n from ${table} where ${where}`);
  return row.n;
}

async function accounts() {
  const [row] = await dataSource.query(
    `select sum(received)::int as received, sum(duplicate)::int as duplicate, sum(applied)::int as applied, sum(superseded)::int as superseded,
            sum(dead_lettered)::int as "deadLettered", sum(pending)::int as pending from accounting`,
  );
  const [cut] = await dataSource.query(
    `select sum(sequence)::int as sequence, sum(records)::int as records, sum(resent)::int as resent, sum(lost)::int as lost from cut`,
  );
  return { ...row, ...cut };
}

describe('the batch transaction', () => {
  it('hands each event once to the handler, counts it, and moves the position', async () => {
    await start();
    await send(many(1200));
    await until(async () => (await count('seen')) === 1200, '1,200 events');
    expect(await accounts()).toMatchObject({
      received: 1200,
      applied: 1200,
      duplicate: 0,
      sequence: 1200,
      records: 1200,
      resent: 0,
      lost: 0,
    });
    expect(problems).toEqual([]);
  });

  it('tells what was sent again from what was lost, by the sequence', async () => {
    await start();
    await send([annotation('a')]);
    await until(async () => (await count('seen')) === 1, 'the first');
    await send([annotation('a')]);
    await until(async () => (await accounts()).records === 2, 'the repeat');
    expect(await accounts()).toMatchObject({ received: 2, applied: 1, duplicate: 1, sequence: 1, resent: 1, lost: 0 });
    const sameLane = annotation('a');
    await log.append([
      recordOf(
        outboxEvent(annotationSubmitted, 's', eventId('test', 'another'), sameLane, '2026-01-01T00:00:00.000Z'),
        5,
      ),
    ]);
    await until(async () => (await accounts()).records === 3, 'the one after the gap');
    expect(await accounts()).toMatchObject({ sequence: 5, records: 3, lost: 3 });
  });

  it('puts aside what is no event, with its bytes, and the rest flows', async () => {
    await start();
    const [good] = await send([annotation('good')]);
    const broken = (change: object) => ({ ...good!, ...change });
    await log.append([
      broken({ value: Buffer.from([0xff, 0xfe]) }),
      broken({ value: Buffer.from('{"project":"rte"}') }),
      broken({ headers: { ...good!.headers, ce_type: 'assay.unheard.of.v1' } }),
      broken({ headers: {} }),
      broken({ value: null }),
      broken({ value: Buffer.from('{"__proto__":{"x":1}}') }),
    ]);
    await until(async () => (await count('dead_letter')) === 6, 'six dead letters');
    const letters = await dataSource.query('select reason, detail, value from dead_letter order by record_offset');
    expect(letters.map((letter: { reason: string }) => letter.reason)).toEqual([
      'unreadable',
      'invalid',
      'unknown_type',
      'unreadable',
      'unreadable',
      'invalid',
    ]);
    expect(letters[0].value).toEqual(Buffer.from([0xff, 0xfe]));
    expect(await accounts()).toMatchObject({ received: 7, applied: 1, deadLettered: 6 });
    await until(
      async () => (await log.offsets(DEAD_LETTERS.name)).reduce((sum, one) => sum + one.end, 0) === 6,
      'six references',
    );
  });

  it('finds the one event that a handler cannot bear, whatever it throws', async () => {
    onAnnotations = async (batch, tx) => {
      if (batch.events.some((event) => event.data.item === 'item 77'))
        throw new TypeError('cannot read properties of undefined');
      await insertSeen(batch, tx);
    };
    await start();
    await send(many(300));
    await until(async () => (await count('seen')) === 299 && (await count('dead_letter')) === 1, 'all but one');
    const [letter] = await dataSource.query(
      "select reason, detail, convert_from(value, 'UTF8')::json ->> 'item' as item from dead_letter",
    );
    expect(letter).toEqual({
      reason: 'handler_failed',
      detail: 'cannot read properties of undefined',
      item: 'item 77',
    });
    expect(await accounts()).toMatchObject({ received: 300, applied: 299, deadLettered: 1 });
  });

  it('handles a dead letter again when it is redriven, and gives it back where it still cannot be borne', async () => {
    let isMended = false;
    onAnnotations = async (batch, tx) => {
      if (!isMended) throw new Error('not yet');
      await insertSeen(batch, tx);
    };
    await start();
    await send([annotation('a')]);
    await until(async () => (await count('dead_letter', `status = 'open'`)) === 1, 'the dead letter');
    const [{ id }] = await dataSource.query('select id from dead_letter');
    expect([await redrive(dataSource.manager, id), await redrive(dataSource.manager, id)]).toEqual([true, false]);
    await until(async () => problems.some((problem) => problem.includes('again: not yet')), 'the first try');
    await until(async () => (await count('dead_letter', `status = 'open'`)) === 1, 'the dead letter to come back');
    expect(await accounts()).toMatchObject({ received: 1, applied: 0, deadLettered: 1 });
    isMended = true;
    await redrive(dataSource.manager, id);
    await until(async () => (await count('dead_letter', `status = 'redriven'`)) === 1, 'the second try');
    expect(await accounts()).toMatchObject({ received: 1, applied: 1, deadLettered: 0 });
    expect(await count('seen')).toBe(1);
  });

  it('tries a whole slice again after a transient failure', async () => {
    let failures = 3;
    onAnnotations = async (batch, tx) => {
      await insertSeen(batch, tx);
      if (failures-- > 0) await tx.sql(`do $$ begin raise exception 'conflict' using errcode = '40001'; end $$`);
    };
    await start();
    await send([annotation('a')]);
    await until(async () => (await count('seen')) === 1, 'the event');
    expect(problems.filter((problem) => problem.includes('conflict'))).toHaveLength(3);
    expect(await accounts()).toMatchObject({ received: 1, applied: 1, deadLettered: 0 });
  });

  it('writes nothing of an instance that another has overtaken', async () => {
    let release: () => void = () => undefined;
    const stalled = new Promise<void>((resolve) => (release = resolve));
    let isStalled = false;
    onAnnotations = async (batch, tx) => {
      if (!isStalled) {
        isStalled = true;
        await stalled;
      }
      await insertSeen(batch, tx);
    };
    const first = await start();
    await send([annotation('a')]);
    await until(async () => isStalled, 'the first to hold the lane');
    // PostgreSQL ends a transaction that idles for 3 s, as that of a stopped process does; another then moves the lane on.
    const [{ n }] = await dataSource.query(
      `select count(*)::int as n from lane where positions ? '${ANNOTATION_EVENTS.name}'`,
    );
    expect(n).toBe(0);
    await until(async () => {
      const rows = await dataSource.query(
        `update lane set positions = jsonb_set(positions, array['${ANNOTATION_EVENTS.name}'], '1') where (kind, partition) in
           (select kind, partition from lane where kind = 'item' for update skip locked) returning 1`,
      );
      return rows[1] === 12 || rows[0]?.length === 12;
    }, 'the lane to be free');
    release();
    await until(async () => problems.some((problem) => problem.includes('tried again')), 'the first to fail');
    await stop(first);
    running = [];
    expect(await count('seen')).toBe(0);
  });

  it('applies each event once when two instances share the lanes and everything is delivered from the start again', async () => {
    await start();
    await start();
    await send(many(600));
    await until(async () => (await count('seen')) === 600, '600 events');
    await dataSource.query(`update lane set positions = '{}' where kind = 'item'`);
    for (const one of [...running]) await stop(one);
    running = [];
    await start();
    await until(async () => (await accounts()).duplicate === 600, '600 duplicates');
    expect(await count('seen')).toBe(600);
    expect(await accounts()).toMatchObject({
      received: 1200,
      applied: 600,
      sequence: 600,
      resent: 600,
      records: 1200,
      lost: 0,
    });
  });

  it.each([
    ['has lost that it ever read them', `update lane set positions = '{}'`],
    ['has lost their lanes', 'delete from lane'],
  ])('reads topics again of which a PostgreSQL that took over %s, though nothing more comes', async (_what, lose) => {
    await start();
    await send(many(20));
    await until(async () => (await accounts()).applied === 20, '20 events');
    await dataSource.query(`${lose} where kind = 'item'`);
    await until(async () => (await accounts()).duplicate === 20, '20 duplicates');
    expect(await count('seen')).toBe(20);
  });

  it('keeps what must wait, and gives it back once', async () => {
    onAnnotations = async (batch, tx) => {
      for (const event of batch.events) tx.park(event, event.data.project);
    };
    await start();
    await send(Array.from({ length: 30 }, (_, index) => annotation(`item ${index}`, 'late')));
    await until(async () => (await accounts()).pending === 30, '30 pending');
    await dataSource.query(`insert into known_project values ('late')`);
    await until(async () => (await count('seen')) === 30, 'the drain');
    expect(await accounts()).toMatchObject({ received: 30, applied: 30, pending: 0 });
    expect(await count('parked')).toBe(0);
  });

  it('gives it back at once where what it waits for came while it was put aside', async () => {
    onAnnotations = async (batch, tx) => {
      for (const event of batch.events) tx.park(event, event.data.project);
      // In a transaction of its own, which this one has not seen.
      await dataSource.query(`insert into known_project values ('at-once') on conflict do nothing`);
    };
    await start();
    await send([annotation('item', 'at-once')]);
    await until(async () => (await count('seen')) === 1, 'the drain');
    expect(await accounts()).toMatchObject({ received: 1, applied: 1, pending: 0 });
  });
});

describe('the relay', () => {
  const decision = (item: string, version: number) => ({
    project: 'rte',
    item,
    version,
    policyRevision: 1,
    schemaVersion: 1,
    evidence: 'a'.repeat(64),
    state: 'open' as const,
    decisions: [],
  });

  it('publishes what transactions say, numbered without gaps, in the order of each key', async () => {
    onAnnotations = async (batch, tx) => {
      await insertSeen(batch, tx);
      for (const { data } of batch.events) {
        for (const version of [1, 2])
          tx.publish(consensusUpdated, eventId(data.item, version), decision(data.item, version));
      }
    };
    await start();
    await send(many(500));
    await until(
      async () => (await log.offsets(CONSENSUS_EVENTS.name)).reduce((sum, one) => sum + one.end, 0) === 1000,
      '1,000 events',
    );
    const byPartition = new Map<number, number[]>();
    const versions = new Map<string, number[]>();
    for (const { partition, sequence, item, version } of await published()) {
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), sequence]);
      versions.set(item, [...(versions.get(item) ?? []), version]);
    }
    for (const sequences of byPartition.values()) expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    for (const order of versions.values()) expect(order).toEqual([1, 2]);
    await until(async () => (await count('outbox')) === 0, 'an empty outbox');
  });

  it('publishes the same events with the same numbers when it died after the log took them', async () => {
    await writeParcel('x', 'y');
    let appended = 0;
    const dying = {
      ...log,
      append: async (records: Parameters<EventLog['append']>[0]) => {
        await log.append(records);
        appended++;
        throw new Error('killed after the acknowledgement');
      },
    };
    const first = new Relay({ dataSource, log: dying, onFailure: () => undefined, onPublished: () => undefined });
    first.start();
    await until(async () => appended > 0, 'the first append');
    await first.stop();
    const second = new Relay({ dataSource, log, onFailure: () => undefined, onPublished: () => undefined });
    second.start();
    await until(async () => (await count('outbox')) === 0, 'an empty outbox');
    await second.stop();
    const records = await published();
    expect(records.length).toBeGreaterThanOrEqual(4);
    for (const { item, sequence } of records) expect(sequence).toBe(item === 'x' ? 1 : 2);
  });

  it('publishes what PostgreSQL holds where a failover gives the number of a lost parcel again', async () => {
    const away = logThatIsAway();
    const { relay } = away;
    relay.start();
    await until(async () => relay.isLeading, 'the lease');
    const lost = outboxEvent(consensusUpdated, '/assay/consensus', eventId('lost'), decision('lost', 1), 't');
    relay.wake(await dataSource.transaction((manager) => insertOutbox(manager, [lost])));
    await until(async () => away.tries > 0, 'the first append');
    await failOver();
    await writeParcel('x');
    away.isAway = false;
    await until(async () => (await count('outbox')) === 0, 'an empty outbox');
    await relay.stop();
    expect((await published()).map(({ item }) => item)).toEqual(['x']);
  });

  it('publishes in the order of its numbers while the log is away and a smaller id is committed', async () => {
    const away = logThatIsAway();
    const late = new Client(serviceUrl(database.adminUrl, 'consensus'));
    await late.connect();
    await late.query(`begin; ${MAY_IDLE}`);
    await late.query(...parcelOf('x'));
    await writeParcel('y');
    away.relay.start();
    await until(async () => away.tries > 0, 'the first append');
    await late.query('commit');
    await late.end();
    const before = away.tries;
    await until(async () => away.tries >= before + 2, 'two more');
    away.isAway = false;
    await until(async () => (await count('outbox')) === 0, 'an empty outbox');
    await away.relay.stop();
    expect((await published()).map(({ item, sequence }) => [item, sequence])).toEqual([
      ['y', 1],
      ['x', 2],
    ]);
  });

  it('forgets no parcel that a failover gave the number of a lost one which was published', async () => {
    let isOver = false;
    const losing: Pick<EventLog, 'append'> = {
      append: async (records) => {
        const ranges = await log.append(records);
        if (!isOver) {
          await failOver();
          await writeParcel('x');
        }
        isOver = true;
        return ranges;
      },
    };
    await writeParcel('lost');
    const relay = new Relay({
      ...{ dataSource, log: losing as EventLog, onFailure: () => undefined, onPublished: () => undefined },
    });
    relay.start();
    await until(async () => isOver && (await count('outbox')) === 0, 'an empty outbox');
    await relay.stop();
    expect((await published()).map(({ item }) => item)).toEqual(['lost', 'x']);
  });

  it('forgets what it has published before it stops', async () => {
    let stopped: Promise<void> | undefined;
    const append: EventLog['append'] = async (records) => {
      const ranges = await log.append(records);
      stopped = relay.stop();
      return ranges;
    };
    const own = { append } as EventLog;
    const relay = new Relay({ dataSource, log: own, onFailure: () => undefined, onPublished: () => undefined });
    await writeParcel('x');
    relay.start();
    await until(async () => stopped !== undefined, 'the append');
    await stopped;
    expect(await count('outbox')).toBe(0);
    // The next one need not wait for the lease to run out.
    expect(await isLeasedFor('0 s')).toBe(false);
  });

  it('finds at rest what another process wrote', async () => {
    const { relay } = await start();
    await until(async () => relay.isLeading, 'the lease');
    // So that it does not find them when it renews its lease.
    await dataSource.query(`update relay set leased_until = now() + interval '1 h'`);
    await writeParcel('x', 'y');
    await until(async () => (await count('outbox')) === 0, 'an empty outbox');
    expect((await published()).map(({ item }) => item)).toEqual(['x', 'y']);
  });

  it('renews its lease at rest before it runs out', async () => {
    const { relay } = await start();
    await until(async () => relay.isLeading, 'the lease');
    await dataSource.query(`update relay set leased_until = now() + interval '4 s'`);
    await until(() => isLeasedFor('6 s'), 'a longer lease');
    expect(relay.isLeading).toBe(true);
  });

  it('sees at rest that another has the lease, and takes it when it has run out', async () => {
    const { relay } = await start();
    await until(async () => relay.isLeading, 'the lease');
    await dataSource.query(`update relay set owner = gen_random_uuid(), leased_until = now() + interval '1 h'`);
    await until(async () => !relay.isLeading, 'the other one to lead');
    expect(await isLeasedFor('50 min')).toBe(true);
    await dataSource.query(`update relay set leased_until = now()`);
    await until(async () => relay.isLeading, 'the lease');
  });

  it('publishes nothing that it is woken for while another has the lease', async () => {
    const { relay } = await start();
    await until(async () => relay.isLeading, 'the lease');
    await dataSource.query(`update relay set owner = gen_random_uuid(), leased_until = now() + interval '1 h'`);
    await writeParcel('x');
    relay.wake([]);
    await until(async () => !relay.isLeading, 'the other one to lead');
    expect([await count('outbox', 'first_sequence is null'), await isLeasedFor('50 min')]).toEqual([1, true]);
    await dataSource.query(`update relay set leased_until = now()`);
    await until(async () => (await count('outbox')) === 0, 'an empty outbox');
    expect((await published()).map(({ item }) => item)).toEqual(['x']);
  });

  async function isLeasedFor(interval: string): Promise<boolean> {
    const [row] = await dataSource.query(`select leased_until > now() + $1::interval as is_longer from relay`, [
      interval,
    ]);
    return row.is_longer;
  }

  /** PostgreSQL as a standby has it that has not heard of any parcel, nor of their ids and numbers. */
  async function failOver() {
    const admin = new Client(database.adminUrl);
    await admin.connect();
    await admin.query('truncate consensus.relay_sequence; truncate consensus.outbox restart identity');
    await admin.end();
  }

  /** A relay, and the log that it finds away. */
  function logThatIsAway() {
    const away = { isAway: true, tries: 0 };
    const append: EventLog['append'] = async (records) => {
      away.tries++;
      if (away.isAway) throw new LogUnavailable('the log is away');
      return log.append(records);
    };
    const own = { append } as EventLog;
    const relay = new Relay({ dataSource, log: own, onFailure: () => undefined, onPublished: () => undefined });
    return Object.assign(away, { relay });
  }

  /** What another process would have said. */
  async function writeParcel(...items: string[]) {
    await dataSource.query(...parcelOf(...items));
  }

  function parcelOf(...items: string[]): [statement: string, parameters: unknown[]] {
    const parameters = [
      CONSENSUS_EVENTS.name,
      JSON.stringify(
        items.map((item) => ({
          key: `rte/${item}`,
          event: {
            specversion: '1.0',
            id: eventId(item),
            source: 's',
            type: consensusUpdated.type,
            time: 't',
            datacontenttype: 'application/json',
            data: decision(item, 1),
          },
        })),
      ),
      items.length,
    ];
    return [`insert into outbox (topic, partition, events, count) values ($1, 3, $2, $3)`, parameters];
  }

  async function published() {
    const all: { partition: number; sequence: number; item: string; version: number }[] = [];
    const waiting = (await log.offsets(CONSENSUS_EVENTS.name)).reduce((sum, one) => sum + one.end, 0);
    const subscription = await log.subscribe({
      group: `reader ${Math.random()}`,
      topics: [CONSENSUS_EVENTS.name],
      positions: async () => new Map(),
      eachBatch: async ({ partition, records }) => {
        for (const { headers, value } of records) {
          const { item, version } = JSON.parse(String(value)) as { item: string; version: number };
          all.push({ partition, sequence: Number(headers['ce_sequence']), item, version });
        }
      },
      onCrash: (error) => problems.push(error.message),
    });
    await until(async () => all.length >= waiting, `${waiting} records`);
    await subscription.stop();
    return all;
  }
});
