import fc from 'fast-check';
import { Registry } from 'prom-client';
import { type DataSource } from 'typeorm';
import { type CloudEvent } from '@assay/contracts/cloud-event';
import { completeProject } from '@assay/contracts/project/project-file';
import { Settings } from '@assay/platform/config/settings';
import { openDataSource } from '@assay/platform/postgres/data-source';
import { writeAssignmentToken } from '@assay/platform/security/assignment-token';
import { type ReceivedEvent } from '@assay/platform/transport/batch';
import { BatchTransaction } from '@assay/platform/transport/lane-transaction';
import { PLATFORM_MIGRATIONS } from '@assay/platform/transport/platform-migrations';
import { Transactions } from '@assay/platform/transport/transactions';
import { workerId } from '@assay/platform/worker-id';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database';
import { eventually } from '../../../test/support/eventually';
import { MAY_IDLE } from '../../../test/support/may-idle';
import { toClaim } from './annotation.domain';
import { annotationsAfter, FIRST_PLACE } from './annotation.queries';
import { InboundService } from './inbound.service';
import { IngestionMetrics } from './ingestion.metrics';
import { type Entry } from './intake.domain';
import { IntakeService } from './intake.service';
import { CreateRecord1764000100000 } from './migrations/1764000100000-create-record';
import { AddAssignments1764000500000 } from './migrations/1764000500000-add-assignments';
import { ProjectService } from './project.service';
import { lanesToRebuild } from './rebuild.queries';
import { RebuildService } from './rebuild.service';
import { publishSlice } from './rebuild.slice';
import { readAnnotationRequest } from './request.domain';

const definition = {
  name: 'ingestion' as const,
  migrations: [CreateRecord1764000100000, AddAssignments1764000500000],
  entities: [],
};
const at = '2026-03-01T12:00:00.000Z';

const SECRET = 's'.repeat(32);

let database: FreshDatabase;
let dataSource: DataSource;
let intake: IntakeService;
let inbound: InboundService;
let projects: ProjectService;
let rebuild: RebuildService;

beforeAll(async () => {
  database = await freshDatabase([definition], PLATFORM_MIGRATIONS);
  dataSource = await openDataSource(database.adminUrl, definition, PLATFORM_MIGRATIONS);
  const transactions = new Transactions(dataSource, 'ingestion', { wake: () => undefined });
  const metrics = new IngestionMetrics(new Registry());
  const settings = Object.assign(new Settings(), { leaseSecret: SECRET });
  intake = new IntakeService(transactions, metrics, settings);
  inbound = new InboundService(metrics, settings);
  projects = new ProjectService(transactions);
  rebuild = new RebuildService(transactions);
});

afterAll(async () => {
  await dataSource?.destroy();
  await database?.drop();
});

// A service's role may not truncate.
async function empty(...tables: string[]): Promise<void> {
  for (const table of tables) await dataSource.query(`delete from ${table}`);
}

beforeEach(() =>
  empty(
    'project_revision',
    'worker',
    'item_revision',
    'item_withdrawal',
    'annotation',
    'intake',
    'drain',
    'rebuild',
  ).then(() => empty('outbox', 'parked', 'dead_letter', 'accounting')),
);

function annotations(project: string, requests: object[]): Entry[] {
  return requests.map((request, place) => {
    const read = readAnnotationRequest(request, project);
    const content = read.type === 'refused' ? read : toClaim(read.inbound, { source: 'cvat', at, place });
    return { subject: 'annotations', project, content };
  });
}

async function send(requests: object[], project = 'rte') {
  return (await intake.receive('http', annotations(project, requests), at)).map((outcome) => outcome.status);
}

async function configure(project = 'rte', labels = ['0', '1']) {
  const completed = completeProject({ project, questions: [{ labels }] });
  if (completed.type === 'refused') throw new Error(JSON.stringify(completed.errors));
  return projects.change(project, { type: 'configure', definition: completed.project });
}

/** Everything in the outbox, in the order of its rows. */
async function published(): Promise<CloudEvent[]> {
  const rows: { events: { event: CloudEvent }[] }[] = await dataSource.query('select events from outbox order by id');
  return rows.flatMap((row) => row.events.map(({ event }) => event));
}

/** The events whose type starts so, each once, in the order of ids. */
async function publishedSet(type = 'assay.annotation.'): Promise<CloudEvent[]> {
  const events = (await published()).filter((event) => event.type.startsWith(type));
  return [...new Map(events.map((event) => [event.id, event])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Runs work as a batch of lane 3 would be. */
async function inLane<Result>(work: (tx: BatchTransaction) => Promise<Result>): Promise<Result> {
  return dataSource.transaction(async (manager) => {
    const accounted = 'assay.inbound.v1';
    const tx = new BatchTransaction(manager, { service: 'ingestion', kind: 'tool', partition: 3, accounted });
    const result = await work(tx);
    await tx.flush();
    return result;
  });
}

async function deliver(events: CloudEvent[]): Promise<void> {
  const received = events.map((event, offset): ReceivedEvent => ({ ...event, lane: 3, offset }));
  await inLane(async (tx) => {
    for (const { data } of received) tx.receive(3, (data as { project: string }).project);
    await inbound.onBatch({ topic: 'assay.inbound.v1', events: received }, tx);
  });
}

const drainOnce = () => inLane((tx) => inbound.drain(tx));

async function drainAll(): Promise<void> {
  while (await drainOnce());
}

const anInbound = (id: string, data: object, type = 'annotation'): CloudEvent => ({
  specversion: '1.0',
  id,
  source: '/cvat/lab',
  type: `assay.inbound.${type}.v1`,
  time: '2026-02-28T09:30:00Z',
  datacontenttype: 'application/json',
  data: { project: 'rte', item: '266', worker: 'w001', ...data },
});

const accounts = () =>
  dataSource
    .query('select received, duplicate, applied, superseded, dead_lettered, pending from accounting')
    .then((rows: object[]) =>
      rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, count]) => [name, Number(count)]))),
    );

const label = (worker: string, value: string, more: object = {}) => ({
  item: '266',
  worker,
  label: value,
  id: `${worker}-${value}`,
  ...more,
});

describe('receive', () => {
  it('records, publishes and counts annotations, and the workers that they are the first to name', async () => {
    await configure();
    expect(await send([label('w001', '1'), label('w002', '0'), label('w001', '1'), label('w003', '5')])).toEqual([
      'accepted',
      'accepted',
      'duplicate',
      'rejected',
    ]);
    expect((await published()).map((event) => event.type).sort()).toEqual([
      'assay.annotation.submitted.v1',
      'assay.annotation.submitted.v1',
      'assay.project.configured.v1',
      'assay.worker.registered.v1',
      'assay.worker.registered.v1',
    ]);
    expect((await intake.counts('rte')).annotations).toEqual({
      received: 4,
      accepted: 2,
      duplicate: 1,
      rejected: 1,
      waiting: 0,
    });
  });

  it('knows what it has recorded before, and refuses another body under an id', async () => {
    await configure();
    await send([label('w001', '1')]);
    expect(await send([label('w001', '1'), label('w001', '0', { id: 'w001-1' })])).toEqual(['duplicate', 'rejected']);
    const [, conflict] = await intake.receive(
      'http',
      annotations('rte', [label('w001', '1'), label('w001', '0', { id: 'w001-1' })]),
      at,
    );
    expect(conflict).toMatchObject({ code: 'id_conflict', errors: [{ path: 'id', value: 'w001-1' }] });
  });

  it('knows a statement without an id by what it says, in whatever form, and takes one that says no when or which for new', async () => {
    await configure();
    const said = { item: '266', worker: 'w001', order: 4 };
    expect(
      await send([
        { ...said, label: 1 },
        { ...said, labels: { label: '1' } },
        { ...said, label: '0' },
      ]),
    ).toEqual(['accepted', 'duplicate', 'accepted']);
    const fresh = { item: '266', worker: 'w002', label: '1' };
    expect(await send([fresh, fresh])).toEqual(['accepted', 'accepted']);
  });

  it('publishes revisions, also those that are outdone already, and says so', async () => {
    await configure();
    expect(await send([label('w001', '1', { revision: 2 })])).toEqual(['accepted']);
    expect(await send([label('w001', '0', { revision: 1 })])).toEqual(['superseded']);
    expect(await send([label('w001', '0', { revision: 1, id: 'again' })])).toEqual(['superseded']);
    expect(await send([{ item: '266', worker: 'w001', retract: true, id: 'r' }])).toEqual(['accepted']);
    expect((await published()).map((event) => event.type).filter((type) => type.includes('annotation'))).toEqual([
      'assay.annotation.revised.v1',
      'assay.annotation.revised.v1',
      'assay.annotation.revised.v1',
      'assay.annotation.retracted.v1',
    ]);
  });

  it('outdoes nothing of another worker, occasion, item, source or project', async () => {
    await configure();
    await configure('cat');
    expect(await send([label('w001', '1', { revision: 2 }), label('w001', '1', { id: 'z', occasion: 2 })])).toEqual([
      'accepted',
      'accepted',
    ]);
    expect(await send([label('w001', '1', { source: 'labelbox' })])).toEqual(['accepted']);
    const others = [label('w002', '1', { id: 'a' }), label('w001', '1', { id: 'b', occasion: 1 })];
    expect(await send([...others, label('w001', '1', { id: 'c', item: '267' })])).toEqual(
      Array.from({ length: 3 }, () => 'accepted'),
    );
    expect(await send([label('w001', '1')], 'cat')).toEqual(['accepted']);
    expect(await send([label('w001', '9', { id: 'd' })])).toEqual(['rejected']);
    expect(await send([label('w001', '9', { id: 'e' })])).toEqual(['rejected']);
    expect((await intake.counts('rte')).annotations).toMatchObject({ received: 8, accepted: 6, rejected: 2 });
    const recorded = async (item?: string) =>
      (await inLane((tx) => annotationsAfter(tx, FIRST_PLACE, 10, 'rte', item))).map((row) => row.source_id).sort();
    expect([await recorded(), await recorded('267')]).toEqual([['a', 'b', 'c', 'w001-1', 'w001-1', 'z'], ['c']]);
  });

  it('accepts once what two requests send at the same time', async () => {
    await configure();
    const requests = Array.from({ length: 600 }, (_, index) =>
      label(`w${index % 40}`, '1', { id: `e${index}`, item: `i${index}` }),
    );
    const answers = await Promise.all([send(requests), send([...requests].reverse()), send(requests)]);
    const counts = (status: string) => answers.flat().filter((one) => one === status).length;
    expect([counts('accepted'), counts('duplicate')]).toEqual([600, 1200]);
    expect((await publishedSet()).length).toBe(600);
    expect((await published()).filter((event) => event.type.startsWith('assay.annotation.')).length).toBe(600);
    expect((await intake.counts('rte')).annotations).toEqual({
      received: 1800,
      accepted: 600,
      duplicate: 1200,
      rejected: 0,
      waiting: 0,
    });
    expect((await publishedSet('assay.worker.')).length).toBe(40);
  });

  it('registers a worker once whom two requests are the first to name at the same time', async () => {
    await configure();
    const requests = (name: string) =>
      Array.from({ length: 200 }, (_, index) => label(`w${index}`, '1', { id: `${name}${index}` }));
    const answers = await Promise.all([send(requests('a')), send(requests('b').reverse()), send(requests('c'))]);
    expect(new Set(answers.flat())).toEqual(new Set(['accepted']));
    expect((await published()).filter((event) => event.type === 'assay.worker.registered.v1').length).toBe(200);
  });

  it('publishes the same set in whatever order, however often and in however many requests things come', async () => {
    const set = [
      label('w001', '1', { id: 'a' }),
      label('w001', '0', { id: 'b', revision: 1 }),
      label('w002', '0', { id: 'c', occurredAt: '2026-02-28T09:30:00+01:00' }),
      label('w002', '1', { id: undefined, order: 7 }),
      { item: '266', worker: 'w002', retract: true, id: 'd' },
    ];
    const said = async () => (await publishedSet()).map(({ id, type, data }) => JSON.stringify({ id, type, data }));
    await configure();
    await send(set);
    const once = await said();
    expect(once).toHaveLength(5);
    const sent = fc.shuffledSubarray([...set, ...set], { minLength: 10 });
    await fc.assert(
      fc.asyncProperty(sent, fc.integer({ min: 1, max: 10 }), async (requests, size) => {
        await empty('worker', 'annotation', 'outbox');
        for (let start = 0; start < requests.length; start += size) await send(requests.slice(start, start + size));
        expect(await said()).toEqual(once);
      }),
      { numRuns: 25 },
    );
  });
});

describe('an item', () => {
  it('is outdone by its own revisions and its own end alone', async () => {
    const item = (project: string, revision: number): Entry => {
      return { subject: 'items', project, content: { type: 'item', inbound: { project, item: '266', revision } } };
    };
    const end = (project: string): Entry => {
      return { subject: 'items', project, content: { type: 'withdrawal', item: { project, item: '266' } } };
    };
    const statuses: string[][] = [];
    for (const entries of [
      [item('rte', 1), item('rte', 3)],
      [item('rte', 2)],
      [item('cat', 1)],
      [end('rte')],
      [item('rte', 4), item('cat', 2)],
      [end('cat'), end('cat'), end('rte')],
    ])
      statuses.push((await intake.receive('http', entries, at)).map(({ status }) => status));
    expect(statuses).toEqual([
      ...[['accepted', 'accepted'], ['superseded'], ['accepted'], ['accepted'], ['superseded', 'accepted']],
      ['accepted', 'duplicate', 'duplicate'],
    ]);
  });
});

describe('what waits', () => {
  it('goes by the inbound topic and is recorded when its project comes, as though it had come then', async () => {
    expect(await intake.receive('http', annotations('rte', [label('w001', '1')]), at)).toEqual([
      { status: 'accepted', waits: true },
    ]);
    const [claim] = await published();
    expect(claim).toMatchObject({
      type: 'assay.inbound.annotation.v1',
      data: { source: 'cvat', id: 'w001-1', label: '1' },
    });

    await deliver([claim!]);
    expect((await intake.counts('rte')).annotations).toEqual({
      received: 1,
      accepted: 1,
      duplicate: 0,
      rejected: 0,
      waiting: 1,
    });
    expect(await accounts()).toEqual([
      { received: 1, duplicate: 0, applied: 0, superseded: 0, dead_lettered: 0, pending: 1 },
    ]);

    await configure();
    await drainAll();
    expect((await intake.counts('rte')).annotations).toEqual({
      received: 1,
      accepted: 1,
      duplicate: 0,
      rejected: 0,
      waiting: 0,
    });
    expect(await accounts()).toEqual([
      { received: 1, duplicate: 0, applied: 1, superseded: 0, dead_lettered: 0, pending: 0 },
    ]);
    const late = await publishedSet();

    await empty('annotation', 'outbox');
    await send([label('w001', '1')]);
    const said = (events: CloudEvent[]) => events.map(({ id, type, data }) => ({ id, type, data }));
    expect(said(await publishedSet())).toEqual(said(late));
  });

  it('is known by what it says where it has no id, whether it waited or not', async () => {
    const said = { item: '266', worker: 'w001', order: 4, label: 1 };
    await intake.receive('http', annotations('rte', [said]), at);
    await deliver(await published());
    await configure();
    await drainAll();
    expect(await send([said])).toEqual(['duplicate']);
  });

  it('is refused when its project does not know its label, and put aside without its values', async () => {
    await deliver([
      anInbound('e1', { label: 'secret' }),
      anInbound('e2', { label: '1' }),
      anInbound('e2', { label: '1' }),
    ]);
    await configure();
    await drainAll();
    expect((await intake.counts('rte')).annotations).toEqual({
      received: 3,
      accepted: 1,
      duplicate: 1,
      rejected: 1,
      waiting: 0,
    });
    expect(await accounts()).toEqual([
      { received: 3, duplicate: 1, applied: 1, superseded: 0, dead_lettered: 1, pending: 0 },
    ]);
    expect(await dataSource.query('select reason, detail, event_id from dead_letter')).toEqual([
      { reason: 'refused', detail: 'labels.label: expected one of 0, 1', event_id: 'e1' },
    ]);
  });

  it('is new each time that it is sent without id, time, order or revision', async () => {
    const fresh = { item: '266', worker: 'w001', label: '1' };
    for (let times = 0; times < 2; times++) expect(await send([fresh])).toEqual(['accepted']);
    await deliver(await published());
    await configure();
    await drainAll();
    expect((await intake.counts('rte')).annotations).toMatchObject({ received: 2, accepted: 2, duplicate: 0 });
  });

  it('waits for the schema version that it names, and is looked at once a revision', async () => {
    await configure();
    await deliver([anInbound('e1', { label: '2', schemaVersion: 2 })]);
    await drainAll();
    expect(await inLane((tx) => inbound.drain(tx))).toBe(false);
    expect((await intake.counts('rte')).annotations.waiting).toBe(1);
    await configure('rte', ['0', '1', '2']);
    await drainAll();
    expect((await intake.counts('rte')).annotations).toMatchObject({ accepted: 1, waiting: 0 });
    expect((await published()).at(-1)).toMatchObject({ data: { labels: { label: '2' }, schemaVersion: 2 } });
  });

  it('is drained in slices, each event once', async () => {
    const waiting = Array.from({ length: 1200 }, (_, index) =>
      anInbound(`e${index}`, { item: `i${index}`, label: '1' }),
    );
    await deliver(waiting);
    await configure();
    await drainAll();
    expect((await intake.counts('rte')).annotations).toEqual({
      received: 1200,
      accepted: 1200,
      duplicate: 0,
      rejected: 0,
      waiting: 0,
    });
  });

  it('is drained to the end where some of what was counted is parked no more', async () => {
    await deliver([anInbound('e1', { label: '1' })]);
    await configure();
    await dataSource.query(
      `insert into drain (lane, project, revision, remaining) select partition, project, 1, 3 from parked`,
    );
    expect([await drainOnce(), await drainOnce(), await drainOnce()]).toEqual([true, true, false]);
    expect((await intake.counts('rte')).annotations).toMatchObject({ accepted: 1, waiting: 0 });
  });

  it('is drained by its own lane', async () => {
    await dataSource.query(`insert into drain (lane, project, revision, remaining) values (4, 'rte', 1, 3)`);
    expect(await drainOnce()).toBe(false);
  });

  it('is refused when its project is archived', async () => {
    await configure();
    await deliver([anInbound('e1', { label: '2', schemaVersion: 2 })]);
    await drainAll();
    await projects.change('rte', { type: 'archive' });
    await drainAll();
    expect((await intake.counts('rte')).annotations).toMatchObject({ accepted: 0, rejected: 1, waiting: 0 });
  });
});

describe('events of tools', () => {
  it('take the id, source and time of the envelope', async () => {
    await configure();
    await deliver([anInbound('e1', { label: '1' }), anInbound('e1', { label: '1' }), anInbound('e1', { label: '0' })]);
    expect(await accounts()).toEqual([
      { received: 3, duplicate: 1, applied: 1, superseded: 0, dead_lettered: 1, pending: 0 },
    ]);
    expect((await published()).filter((event) => event.type === 'assay.event.dead-lettered.v1')).toMatchObject([
      { data: { reason: 'id_conflict', eventId: 'e1' } },
    ]);
    const [submitted] = (await published()).filter((event) => event.type === 'assay.annotation.submitted.v1');
    expect(submitted).toMatchObject({
      time: '2026-02-28T09:30:00.000Z',
      data: { occurredAt: '2026-02-28T09:30:00.000Z' },
    });
  });

  it('are each judged by their own project', async () => {
    await configure('rte');
    await configure('cat', ['cat', 'dog']);
    await deliver([anInbound('e1', { label: '1' }), anInbound('e2', { project: 'cat', label: 'dog' })]);
    const told = (await publishedSet()).map(({ data }) => data as { project: string; labels: object });
    expect(new Map(told.map(({ project, labels }) => [project, labels]))).toEqual(
      new Map([
        ['rte', { label: '1' }],
        ['cat', { label: 'dog' }],
      ]),
    );
  });

  it('bring items and end them, in either order', async () => {
    await deliver([
      { ...anInbound('i1', {}, 'item'), data: { project: 'rte', item: '266', slice: 'news', data: { b: 1, a: 2 } } },
      { ...anInbound('i2', {}, 'item'), data: { project: 'rte', item: '266', slice: 'news', data: { a: 2, b: 1 } } },
      { ...anInbound('i3', {}, 'item-withdrawal'), data: { project: 'rte', item: '266' } },
    ]);
    await deliver([{ ...anInbound('i4', {}, 'item'), data: { project: 'rte', item: '266', revision: 1 } }]);
    expect(await accounts()).toEqual([
      { received: 4, duplicate: 1, applied: 2, superseded: 1, dead_lettered: 0, pending: 0 },
    ]);
    expect((await published()).map((event) => event.type)).toEqual([
      'assay.item.imported.v1',
      'assay.item.withdrawn.v1',
      'assay.item.imported.v1',
    ]);
    expect((await intake.counts('rte')).items).toEqual({
      received: 4,
      accepted: 3,
      duplicate: 1,
      rejected: 0,
      waiting: 0,
    });
  });

  it('make a model of a worker that is once called so, in either order', async () => {
    await configure();
    await send([label('w1', '1'), label('w1', '0', { role: 'model' }), label('w2', '1', { role: 'model' })]);
    await send([label('w2', '0')]);
    await send([label('w3', '1', { role: 'model' }), label('w3', '0')]);
    const workers = (await publishedSet('assay.worker.')).map(
      (event) => event.data as { externalId: string; role: string },
    );
    expect(workers.map(({ externalId, role }) => `${externalId} ${role}`).sort()).toEqual([
      'w1 model',
      'w2 model',
      'w3 model',
    ]);
  });
});

describe('an annotation of an item that was given out', () => {
  const assignment = '0b8f6f0e-2d0a-4c1e-9d3f-6b1d0c9a7e55';
  const tokenOf = (change: object = {}) =>
    writeAssignmentToken(SECRET, {
      ...{ assignment, project: 'rte', item: '266', worker: workerId('cvat', 'w1'), occasion: 0, ...change },
    });
  const outcomeOf = async (request: object) => (await intake.receive('http', annotations('rte', [request]), at))[0]!;

  it('names its assignment, and has the occasion that the token says', async () => {
    await configure();
    expect(await send([label('w1', '1', { assignment: tokenOf({ occasion: 2 }) })])).toEqual(['accepted']);
    expect(await publishedSet()).toMatchObject([{ data: { assignment, occasion: 2 } }]);
    const again = { id: 'said', assignment: tokenOf({ occasion: 2 }), occasion: 2 };
    expect(await send([label('w1', '1', again)])).toEqual(['accepted']);
  });

  it.each([
    ['another worker', { worker: workerId('cvat', 'w2') }],
    ['another item', { item: '267' }],
    ['another project', { project: 'cat' }],
  ])('is refused with the token of %s, and nothing is recorded', async (_whose, change) => {
    await configure();
    const token = tokenOf(change);
    expect(await outcomeOf(label('w1', '1', { assignment: token }))).toEqual({
      status: 'rejected',
      code: 'invalid',
      errors: [
        { path: 'assignment', value: token, expected: 'the token of an assignment of this item to this worker' },
      ],
    });
    expect(await publishedSet()).toEqual([]);
  });

  it('is refused where nobody signed the token, or with an occasion of its own', async () => {
    await configure();
    const forged = writeAssignmentToken('t'.repeat(32), {
      ...{ assignment, project: 'rte', item: '266', worker: workerId('cvat', 'w1'), occasion: 0 },
    });
    expect(await send([label('w1', '1', { assignment: forged }), label('w1', '1', { assignment: 'x' })])).toEqual([
      'rejected',
      'rejected',
    ]);
    expect(await send([label('w1', '1', { assignment: tokenOf(), occasion: 1 })])).toEqual(['rejected']);
  });

  it('is refused whatever its token where nothing is there to check it by', async () => {
    await configure();
    const transactions = new Transactions(dataSource, 'ingestion', { wake: () => undefined });
    const unable = new IntakeService(transactions, new IngestionMetrics(new Registry()), new Settings());
    const about = { assignment, project: 'rte', item: '266', worker: workerId('cvat', 'w1'), occasion: 0 };
    for (const token of [tokenOf(), writeAssignmentToken('', about)]) {
      const [outcome] = await unable.receive('http', annotations('rte', [label('w1', '1', { assignment: token })]), at);
      expect(outcome).toMatchObject({ status: 'rejected', errors: [{ path: 'assignment' }] });
    }
  });

  it('is checked when it has waited for its project', async () => {
    const requests = [label('w1', '1', { assignment: tokenOf() }), label('w2', '1', { assignment: tokenOf() })];
    expect(await send(requests)).toEqual(['accepted', 'accepted']);
    await deliver(await published());
    await configure();
    await drainAll();
    expect(await publishedSet()).toMatchObject([{ data: { assignment, worker: workerId('cvat', 'w1') } }]);
    expect((await intake.counts('rte')).annotations).toMatchObject({ received: 2, accepted: 1, rejected: 1 });
  });
});

describe('rebuild', () => {
  it('publishes the very events again, each once, and goes on where it was', async () => {
    await configure('rte');
    await configure('cat');
    const requests = Array.from({ length: 700 }, (_, index) =>
      label(`w${index % 30}`, String(index % 2), {
        id: `e${index}`,
        item: `i${index % 100}`,
        occasion: index % 7,
        seconds: 1.5,
        revision: index % 3,
      }),
    );
    await send(requests);
    await send([
      { item: 'i1', worker: 'w1', retract: true, id: 'r' },
      label('w1', '1', { occurredAt: '2026-02-28T09:30:00.5+01:00', guideline: 'v2' }),
    ]);
    await deliver([
      { ...anInbound('i1', {}, 'item'), data: { project: 'rte', item: '266', slice: 'news', data: { b: 1, a: 2 } } },
      { ...anInbound('i3', {}, 'item-withdrawal'), data: { project: 'rte', item: '266' } },
    ]);
    const before = await publishedSet('assay.');
    await empty('outbox');

    const { id } = (await rebuild.request(null))!;
    expect((await rebuild.request(null))!.id).toBe(id);
    while (await inLane((tx) => rebuild.publishNext(tx)));
    expect((await published()).length).toBe(before.length);
    expect((await publishedSet('assay.')).map((event) => JSON.stringify(event))).toEqual(
      before.map((event) => JSON.stringify(event)),
    );
    expect(await rebuild.find(id)).toMatchObject({ stage: 'finished', published: before.length });
    expect((await rebuild.request(null))!.id).not.toBe(id);
  });

  it('is of one project where one is named, the first that was asked for first', async () => {
    for (const project of ['rte', 'cat']) {
      await configure(project);
      await send([label('w1', '1', { id: 'e1' })], project);
      await deliver([
        { ...anInbound(`i-${project}`, {}, 'item'), data: { project, item: '266' } },
        { ...anInbound(`w-${project}`, {}, 'item-withdrawal'), data: { project, item: '266' } },
      ]);
    }
    await empty('outbox');
    expect(await rebuild.request('no')).toBeUndefined();
    const first = await rebuild.request('rte');
    expect((await rebuild.request('rte'))!.id).toBe(first!.id);
    const second = (await rebuild.request('cat'))!;
    expect(second.id).not.toBe(first!.id);
    while (await inLane((tx) => rebuild.publishNext(tx)));
    const ofProjects = (await published()).filter(({ type }) => type !== 'assay.worker.registered.v1');
    // Of each the project, the item, its withdrawal and the annotation.
    expect(ofProjects.map(({ data }) => (data as { project: string }).project)).toEqual([
      ...['rte', 'rte', 'rte', 'rte'],
      ...['cat', 'cat', 'cat', 'cat'],
    ]);
    expect(
      await lanesToRebuild({ sql: (statement, parameters) => dataSource.query(statement, [...(parameters ?? [])]) }),
    ).toEqual([]);
  });

  it.each(['projects', 'workers', 'items', 'withdrawals', 'annotations'] as const)(
    'takes %s page by page, each once',
    async (stage) => {
      for (const project of ['rte', 'cat']) {
        await configure(project);
        await send([label(`of ${project}`, '1')], project);
        await deliver([
          { ...anInbound(`i-${project}`, {}, 'item'), data: { project, item: '266' } },
          { ...anInbound(`w-${project}`, {}, 'item-withdrawal'), data: { project, item: '266' } },
        ]);
      }
      const pages: (readonly (string | number)[])[][] = [];
      for (let after: readonly (string | number)[] = []; pages.length < 3; after = pages.at(-1)![0] ?? after)
        pages.push([...(await inLane((tx) => publishSlice(tx, stage, after, 1)))]);
      expect([pages.map((page) => page.length), new Set(pages.flat().map(String)).size]).toEqual([[1, 1, 0], 2]);
    },
  );

  it('is one that two ask for at the same time', async () => {
    await configure('rte');
    const blocker = dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query(MAY_IDLE);
    await blocker.query('lock table rebuild in share mode');
    const asked = Promise.all([rebuild.request('rte'), rebuild.request('rte')]);
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await eventually(async () => ((await dataSource.query(waiting)) as unknown[]).length === 2, 'both to wait').finally(
      () => blocker.commitTransaction().then(() => blocker.release()),
    );
    const [one, other] = await asked;
    expect(one!.id).toBe(other!.id);
  });

  it('waits while much that is to be published waits: what comes meanwhile would wait behind it', async () => {
    await configure('rte');
    await send([label('w1', '1', { id: 'e1', item: 'i1' })]);
    const { id } = (await rebuild.request(null))!;
    await empty('outbox');
    // The log is away.
    await dataSource.query(`insert into outbox (topic, partition, events, count) values ('t', 0, '[]', 60000)`);
    expect(await inLane((tx) => rebuild.publishNext(tx))).toBe(false);
    expect(await rebuild.find(id)).toMatchObject({ stage: 'keys', published: 0 });
    await empty('outbox');
    while (await inLane((tx) => rebuild.publishNext(tx)));
    expect(await rebuild.find(id)).toMatchObject({ stage: 'finished', published: 3 });
  });
});
