import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Client } from 'pg';
import { type LogRecord } from '@assay/platform/event-log/event-log';
import { partitionOf } from '@assay/platform/event-log/partitioner';
import { type AccessRole } from '@assay/contracts/access/access-role';
import { serviceUrl } from '@assay/platform/postgres/service-url';
import { workerId } from '@assay/platform/worker-id';
import { type ServiceUnderTest, startServiceUnderTest } from '../../../test/support/running-service';
import { INGESTION } from './ingestion.module';

let running: ServiceUnderTest;
let database: Client;

beforeAll(async () => {
  running = await startServiceUnderTest(INGESTION);
  database = new Client(serviceUrl(running.adminUrl, 'ingestion'));
  await database.connect();
});

afterAll(async () => {
  await database?.end();
  await running?.stop();
});

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const isText = typeof body === 'string';
  const response = await fetch(`${running.url}${path}`, {
    method,
    body: body === undefined ? undefined : isText ? body : JSON.stringify(body),
    headers: {
      authorization: `Bearer ${running.adminKey}`,
      ...(body !== undefined && { 'content-type': isText ? 'application/x-ndjson' : 'application/json' }),
      ...headers,
    },
  });
  const text = await response.text();
  const isJson =
    /json$|json;/.test(response.headers.get('content-type') ?? '') &&
    !/ndjson/.test(response.headers.get('content-type')!);
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as never };
}

interface Answer {
  outcomes: { status: string; code?: string; errors?: object[] }[];
}

const statuses = (answer: { body: Answer }) => answer.body.outcomes.map((outcome) => outcome.status);

let projects = 0;
/** A project of each test's own. */
async function aProject(labels: string[] = ['0', '1']): Promise<string> {
  const project = `p${++projects}`;
  expect((await call('PUT', `/v1/projects/${project}`, { questions: [{ labels }] })).status).toBe(201);
  return project;
}

async function aKey(role: AccessRole, names: string[], worker?: string): Promise<Record<string, string>> {
  const issued = await call('POST', '/v1/keys', { holder: `${role}-${++projects}`, role, projects: names, worker });
  return { authorization: `Bearer ${(issued.body as { secret: string }).secret}` };
}

async function eventually<T>(look: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  for (let value = await look(); ; value = await look()) {
    if (isThere(value)) return value;
    await sleep(20);
  }
}

/** The records of a key in a topic, once there are so many. */
async function recordsOf(topic: string, keyStart: string, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  let enough: () => void;
  const arrived = new Promise<void>((resolve) => (enough = resolve));
  const subscription = await running.log.subscribe({
    group: `spec ${topic} ${keyStart} ${count}`,
    topics: [topic],
    positions: async () => new Map(),
    async eachBatch(batch) {
      records.push(...batch.records.filter((record) => record.key?.startsWith(keyStart)));
      if (records.length >= count) enough();
    },
    onCrash: (error) => {
      throw error;
    },
  });
  await arrived;
  await subscription.stop();
  return records;
}

describe('projects', () => {
  it('are created, read and changed, with an ETag', async () => {
    const created = await call('PUT', '/v1/projects/rte', { project: 'rte', questions: [{ labels: [0, 1] }] });
    expect([created.status, created.headers.get('etag')]).toEqual([201, '"1"']);
    expect(created.body).toMatchObject({
      project: 'rte',
      revision: 1,
      status: 'configured',
      policy: { minOverlap: 3 },
    });

    const again = await call('PUT', '/v1/projects/rte', { questions: [{ labels: ['0', '1'] }] }, { 'if-match': '"1"' });
    expect([again.status, again.headers.get('etag')]).toEqual([200, '"1"']);

    const changed = await call(
      'PUT',
      '/v1/projects/rte',
      { questions: [{ labels: [0, 1, 2] }] },
      { 'if-match': '"1"' },
    );
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
    expect((await call('GET', '/v1/projects/rte')).body).toEqual(changed.body);
    expect((await call('GET', '/v1/projects/rte/policy')).body).toMatchObject({
      project: 'rte',
      revision: 2,
      policy: { maxOverlap: 10 },
    });
    expect(
      (await recordsOf('assay.project.events.v1', 'rte', 2)).map((record) => JSON.parse(String(record.value))),
    ).toMatchObject([
      { revision: 1, schemaVersion: 1 },
      { revision: 2, schemaVersion: 2 },
    ]);
  });

  it('are refused with field, value and expectation', async () => {
    const project = await aProject();
    const put = (body: unknown, headers = {}) => call('PUT', `/v1/projects/${project}`, body, headers);
    expect(await put({ questions: [{ labels: ['0', '1'] }], polcy: {} })).toMatchObject({
      status: 422,
      body: { code: 'invalid', errors: [{ path: 'polcy', expected: 'no such field (did you mean policy?)' }] },
    });
    expect(await put({ questions: [{ labels: ['0', 'yes'] }] })).toMatchObject({
      status: 409,
      body: { code: 'conflict', errors: [{ path: 'questions[0].labels[1]', value: 'yes' }] },
    });
    expect((await put({ questions: [{ labels: ['0', '1'] }] }, { 'if-match': '"7"' })).status).toBe(412);
    expect((await put({ questions: [{ labels: ['0', '1'] }] }, { 'if-match': 'seven' })).status).toBe(400);
    expect((await put({ project: 'other', questions: [{ labels: ['0', '1'] }] })).status).toBe(422);
    expect((await call('PUT', '/v1/projects/No', { questions: [{ labels: ['0', '1'] }] })).status).toBe(422);
    expect((await call('GET', '/v1/projects/nowhere')).status).toBe(404);
    expect((await call('POST', '/v1/projects/nowhere/archive')).status).toBe(404);
  });

  it('take nothing more once they are archived', async () => {
    const project = await aProject();
    expect((await call('POST', `/v1/projects/${project}/archive`)).body).toMatchObject({
      status: 'archived',
      revision: 2,
    });
    const sent = await call('POST', `/v1/annotations/${project}`, { item: '1', worker: 'w', label: '1' });
    expect(sent).toMatchObject({ status: 207, body: { outcomes: [{ status: 'rejected', code: 'archived' }] } });
    expect((await call('PUT', `/v1/projects/${project}`, { questions: [{ labels: ['0', '1', '2'] }] })).status).toBe(
      409,
    );
  });
});

describe('annotations', () => {
  it('come as one, as an array and as lines, each with its outcome', async () => {
    const project = await aProject();
    const path = `/v1/annotations/${project}`;
    const one = { id: 'a', item: '1', worker: 'w1', label: '1' };
    expect(await call('POST', path, one)).toMatchObject({
      status: 200,
      body: { received: 1, accepted: 1, outcomes: [{ status: 'accepted' }] },
    });
    expect(statuses(await call('POST', path, [one, { ...one, id: 'b', revision: 1 }, { ...one, id: 'c' }]))).toEqual([
      'duplicate',
      'accepted',
      'superseded',
    ]);
    const lines = `${JSON.stringify(one)}\n{"item": \n\n${JSON.stringify({ ...one, id: 'd', label: '5' })}\n`;
    const answer = await call('POST', path, lines);
    expect(answer.status).toBe(207);
    expect(answer.body).toMatchObject({
      outcomes: [
        { status: 'duplicate' },
        { status: 'rejected', code: 'invalid' },
        { status: 'rejected', errors: [{ path: 'labels.label', value: '5', expected: 'one of 0, 1' }] },
      ],
    });
    expect((await call('GET', `/v1/projects/${project}/intake`)).body).toMatchObject({
      annotations: { received: 7, accepted: 3, duplicate: 2, rejected: 2, waiting: 0 },
    });
  });

  it('are published in the lane of their item', async () => {
    const project = await aProject();
    await call('POST', `/v1/annotations/${project}`, {
      item: '1',
      worker: 'w1',
      label: 1,
      occurredAt: '2026-02-28T09:30:00+01:00',
    });
    const [record] = await recordsOf('assay.annotation.events.v1', `${project}/1`, 1);
    expect(JSON.parse(String(record!.value))).toEqual({
      project,
      item: '1',
      worker: workerId('admin', 'w1'),
      role: 'human',
      occasion: 0,
      revision: 0,
      occurredAt: '2026-02-28T08:30:00.000Z',
      order: 0,
      schemaVersion: 1,
      labels: { label: '1' },
    });
    expect(record!.headers).toMatchObject({
      ce_type: 'assay.annotation.submitted.v1',
      ce_time: '2026-02-28T08:30:00.000Z',
    });
  });

  it('wait for their project, through the log, and are published when it comes', async () => {
    const project = `p${++projects}`;
    const path = `/v1/annotations/${project}`;
    const sent = await call('POST', path, [
      { id: 'a', item: '1', worker: 'w1', label: '1' },
      { id: 'b', item: '1', worker: 'w2', label: '9' },
    ]);
    expect(sent).toMatchObject({
      status: 200,
      body: { waiting: 2, outcomes: [{ status: 'accepted', waits: true }, { waits: true }] },
    });
    const intake = async () =>
      (await call('GET', `/v1/projects/${project}/intake`)).body as { annotations: Record<string, number> };
    await eventually(intake, ({ annotations }) => annotations['waiting'] === 2);
    await call('PUT', `/v1/projects/${project}`, { questions: [{ labels: ['0', '1'] }] });
    expect(await eventually(intake, ({ annotations }) => annotations['waiting'] === 0)).toMatchObject({
      annotations: { received: 2, accepted: 1, duplicate: 0, rejected: 1 },
    });
    await recordsOf('assay.annotation.events.v1', `${project}/1`, 1);
    expect((await database.query(`select reason from dead_letter where project = $1`, [project])).rows).toEqual([
      { reason: 'refused' },
    ]);
  });

  it('are given out in the form in which they come, so that sending them back is all duplicates', async () => {
    const project = await aProject();
    const path = `/v1/annotations/${project}`;
    await call('POST', path, [
      { item: '1', worker: 'w1', label: '1', seconds: 2.5, guideline: 'v1' },
      { item: '1', worker: 'w2', label: '0', order: 5, occasion: 1, role: 'model', source: 'bot' },
      { item: '2', worker: 'w1', retract: true, id: 'r' },
    ]);
    let lines = '';
    for (let next: string | undefined = `${path}?limit=1`; next !== undefined;) {
      const page: { body: string; headers: Headers } = await call('GET', next);
      lines += page.body;
      next = /<(.*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(lines.trim().split('\n')).toHaveLength(3);
    expect(statuses(await call('POST', path, lines))).toEqual(['duplicate', 'duplicate', 'duplicate']);
    expect((await call('GET', `${path}?cursor=abc`)).status).toBe(422);
    const forged = Buffer.from(JSON.stringify(['1', 'no uuid', 0, '0', 'no uuid'])).toString('base64url');
    expect((await call('GET', `${path}?cursor=${forged}`)).status).toBe(422);
  });

  it('have one effect and one answer under an idempotency key', async () => {
    const project = await aProject();
    const send = () =>
      call(
        'POST',
        `/v1/annotations/${project}`,
        { item: '1', worker: 'w1', label: '1' },
        { 'idempotency-key': project },
      );
    expect([statuses(await send()), statuses(await send())]).toEqual([['accepted'], ['accepted']]);
    expect((await call('GET', `/v1/projects/${project}/intake`)).body).toMatchObject({ annotations: { received: 1 } });
  });

  it('have one effect, whoever sends them at the same time', async () => {
    const project = await aProject();
    const lines = Array.from({ length: 300 }, (_, index) =>
      JSON.stringify({ id: `e${index}`, item: `i${index}`, worker: `w${index % 9}`, label: '1' }),
    );
    const send = (order: string[]) => call('POST', `/v1/annotations/${project}`, order.join('\n'));
    const answers = await Promise.all([send(lines), send([...lines].reverse()), send(lines)]);
    const all = answers.flatMap((answer) => statuses(answer));
    expect([all.filter((one) => one === 'accepted').length, all.filter((one) => one === 'duplicate').length]).toEqual([
      300, 600,
    ]);
  });
});

describe('events', () => {
  const event = (project: string, id: string, changes: object = {}) => ({
    specversion: '1.0',
    id,
    source: '/cvat',
    type: 'assay.inbound.annotation.v1',
    data: { project, item: '1', worker: 'w1', label: '1' },
    ...changes,
  });

  it('come structured, batched and in binary mode', async () => {
    const project = await aProject();
    const post = (body: unknown, type: string, headers = {}) =>
      call('POST', '/v1/events', body, { 'content-type': type, ...headers });
    expect(statuses(await post(event(project, 'a'), 'application/cloudevents+json'))).toEqual(['accepted']);
    const withdrawal = event(project, 'w', { type: 'assay.inbound.item-withdrawal.v1', data: { project, item: '9' } });
    const batch = [event(project, 'a'), event(project, 'b', { type: 'assay.inbound.nonsense.v1' }), withdrawal];
    expect(statuses(await post(batch, 'application/cloudevents-batch+json; charset=utf-8'))).toEqual([
      'duplicate',
      'rejected',
      'accepted',
    ]);
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': 'a',
      'ce-source': '%2Fcvat',
      'ce-type': 'assay.inbound.annotation.v1',
    };
    expect(statuses(await post({ project, item: '1', worker: 'w1', label: '1' }, 'application/json', headers))).toEqual(
      ['duplicate'],
    );
    expect((await post('{', 'application/cloudevents+json')).status).toBe(400);
    expect((await call('GET', `/v1/projects/${project}/intake`)).body).toMatchObject({
      annotations: { received: 4, accepted: 1, duplicate: 2, rejected: 1 },
      items: { received: 1, accepted: 1 },
    });
  });

  it('come by the log as well', async () => {
    const project = await aProject();
    const data = { project, item: '1', worker: 'w1', label: '1' };
    const headers = {
      ce_specversion: '1.0',
      ce_id: 'a',
      ce_source: '/cvat',
      ce_type: 'assay.inbound.annotation.v1',
      ce_time: '2026-02-28T09:30:00Z',
    };
    const value = Buffer.from(JSON.stringify(data));
    const place = { topic: 'assay.inbound.v1', partition: partitionOf('any', 12), key: 'any' };
    await running.log.append([
      { ...place, headers, value },
      { ...place, headers, value },
    ]);
    const [record, ...others] = await recordsOf('assay.annotation.events.v1', `${project}/1`, 1);
    expect(JSON.parse(String(record!.value))).toMatchObject({
      worker: workerId('/cvat', 'w1'),
      occurredAt: '2026-02-28T09:30:00.000Z',
    });
    expect(others).toEqual([]);
    expect((await call('GET', `/v1/projects/${project}/intake`)).body).toMatchObject({
      annotations: { accepted: 1, duplicate: 1 },
    });
  });

  it('are by the log what they are by HTTP where a tool says no time, one that is none, or numbers of its own', async () => {
    const project = await aProject();
    const place = { topic: 'assay.inbound.v1', partition: partitionOf(project, 12), key: project };
    const aRecord = (id: string, more: Record<string, string>) => ({
      ...place,
      headers: {
        ce_specversion: '1.0',
        ce_id: id,
        ce_source: '/cvat',
        ce_type: 'assay.inbound.annotation.v1',
        ...more,
      },
      value: Buffer.from(JSON.stringify({ project, item: '1', worker: `w-${id}`, label: '1' })),
    });
    await running.log.append([aRecord('a', {})]);
    const [record] = await recordsOf('assay.annotation.events.v1', `${project}/1`, 1);
    expect(JSON.parse(String(record!.value))).not.toHaveProperty('occurredAt');
    await running.log.append([
      aRecord('a', {}),
      aRecord('b', { ce_time: 'yesterday' }),
      aRecord('c', { ce_time: '2026-02-28T09:30:00+01:00', ce_sequence: '999' }),
    ]);
    const intake = async () =>
      (await call('GET', `/v1/projects/${project}/intake`)).body as { annotations: Record<string, number> };
    expect(await eventually(intake, ({ annotations }) => annotations['received'] === 4)).toMatchObject({
      annotations: { accepted: 2, duplicate: 1, rejected: 1 },
    });
    const { body } = await call('GET', '/v1/ops/ingestion/accounting');
    const { cuts } = body as { cuts: { topic: string; partition: number; lost: number }[] };
    for (const cut of cuts) expect(cut).toMatchObject({ lost: 0 });
  });
});

describe('credentials', () => {
  it('let a tool send for its projects alone, from its own source', async () => {
    const [mine, other] = [await aProject(), await aProject()];
    const tool = await aKey('tool', [mine]);
    expect((await call('POST', `/v1/annotations/${mine}`, { item: '1', worker: 'w1', label: '1' }, tool)).status).toBe(
      200,
    );
    expect((await call('POST', `/v1/annotations/${other}`, { item: '1', worker: 'w1', label: '1' }, tool)).status).toBe(
      404,
    );
    const [record] = await recordsOf('assay.annotation.events.v1', `${mine}/1`, 1);
    expect(JSON.parse(String(record!.value))).toMatchObject({ worker: workerId(`tool-${projects}`, 'w1') });
    const event = {
      specversion: '1.0',
      id: 'x',
      source: '/cvat',
      type: 'assay.inbound.item.v1',
      data: { project: other, item: '1' },
    };
    expect(
      (await call('POST', '/v1/events', event, { ...tool, 'content-type': 'application/cloudevents+json' })).body,
    ).toMatchObject({
      outcomes: [{ status: 'rejected', errors: [{ path: 'data.project' }] }],
    });
    expect((await call('GET', `/v1/annotations/${mine}`, undefined, tool)).status).toBe(403);
    expect((await call('PUT', `/v1/projects/${mine}`, {}, tool)).status).toBe(403);
  });

  it('keep what is said of a worker, and what is not said as it was', async () => {
    const at = '/v1/sources/cvat/workers/w70';
    await call('PUT', at, { tracks: ['medical'], languages: ['de', 'fr'] });
    expect((await call('PUT', at, { skills: ['x-ray'], languages: [] })).body).toMatchObject({
      tracks: ['medical'],
      skills: ['x-ray'],
      languages: [],
    });
    expect((await call('PUT', at, { tracks: ['a', 'a'] })).status).toBe(422);
  });

  it.each([
    ['a worker', 'worker' as const],
    ['an expert', 'expert' as const],
  ])('let %s send its own annotations alone', async (_who, role) => {
    const project = await aProject();
    const registered = await call('PUT', '/v1/sources/cvat/workers/w7', {});
    expect(registered.body).toEqual({
      worker: workerId('cvat', 'w7'),
      source: 'cvat',
      externalId: 'w7',
      role: 'human',
      tracks: [],
      skills: [],
      languages: [],
    });
    const worker = await aKey(role, [project], workerId('cvat', 'w7'));
    const path = `/v1/annotations/${project}`;
    expect(statuses(await call('POST', path, { item: '1', label: '1', id: 'a' }, worker))).toEqual(['accepted']);
    expect(statuses(await call('POST', path, { item: '1', label: '1', id: 'a', worker: 'w8' }, worker))).toEqual([
      'rejected',
    ]);
    expect(
      statuses(await call('POST', path, { item: '1', label: '0', id: 'a', worker: 'w7', source: 'cvat' })),
    ).toEqual(['accepted']);
    const stranger = await aKey(role, [project], workerId('cvat', 'w9'));
    expect((await call('POST', path, { item: '1', label: '1' }, stranger)).status).toBe(409);
  });
});

describe('items', () => {
  it('are imported, revised and withdrawn', async () => {
    const project = await aProject();
    const path = `/v1/items/${project}`;
    expect(
      statuses(
        await call('POST', path, [
          { item: 1, slice: 'news', data: { text: 'a' } },
          { task: '1', slice: 'news', data: { text: 'a' } },
        ]),
      ),
    ).toEqual(['accepted', 'duplicate']);
    expect((await call('DELETE', `${path}/1`)).body).toEqual({ status: 'accepted' });
    expect((await call('DELETE', `${path}/1`)).body).toEqual({ status: 'duplicate' });
    expect(statuses(await call('POST', path, { item: '1', revision: 1 }))).toEqual(['superseded']);
    expect((await call('POST', path, { item: '1', data: { text: 'a\u0000' } })).body).toMatchObject({
      outcomes: [{ errors: [{ path: 'data', expected: 'text without NUL and without halves of surrogate pairs' }] }],
    });
    const types = (await recordsOf('assay.item.events.v1', `${project}/1`, 3)).map(
      (record) => record.headers['ce_type'],
    );
    expect(types).toEqual(['assay.item.imported.v1', 'assay.item.withdrawn.v1', 'assay.item.imported.v1']);
  });
});

describe('rebuild', () => {
  it('publishes a project again, with the ids that its events had', async () => {
    const project = await aProject();
    await call(
      'POST',
      `/v1/annotations/${project}`,
      Array.from({ length: 40 }, (_, index) => ({ item: '1', worker: `w${index}`, label: '1' })),
    );
    const { body } = await call('POST', '/v1/ops/ingestion/rebuild', { project });
    const { id } = body as { id: string };
    const look = async () =>
      (await call('GET', `/v1/ops/ingestion/rebuild/${id}`)).body as { stage: string; published: number };
    await eventually(look, ({ stage }) => stage === 'finished');
    const records = await recordsOf('assay.annotation.events.v1', `${project}/1`, 80);
    expect(new Set(records.map((record) => record.headers['ce_id'])).size).toBe(40);
    const said = (record: LogRecord) =>
      `${record.headers['ce_id']} ${record.headers['ce_time']} ${String(record.value)}`;
    expect(records.slice(40).map(said).sort()).toEqual(records.slice(0, 40).map(said).sort());
    expect((await call('GET', '/v1/ops/ingestion/rebuild/no')).status).toBe(404);
    expect((await call('POST', '/v1/ops/ingestion/rebuild', { project: 'no' })).status).toBe(404);
  });
});

describe('whatever is sent', () => {
  it('is answered, and never with an error of the service', async () => {
    const project = await aProject();
    const name = fc.constantFrom(
      'item',
      'task',
      'worker',
      'label',
      'labels',
      'id',
      'order',
      'revision',
      'occurredAt',
      'data',
      'questions',
    );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a\u0000', '\ud800', 2 ** 60, -1, { label: '1' }),
    );
    const body = fc.oneof(fc.jsonValue(), fc.dictionary(name, value), fc.array(fc.dictionary(name, value)));
    const route = fc.constantFrom(
      ['POST', `/v1/annotations/${project}`],
      ['POST', '/v1/annotations/not-there-yet'],
      ['POST', `/v1/items/${project}`],
      ['POST', '/v1/events'],
      ['PUT', `/v1/projects/${project}`],
      ['POST', '/v1/ops/ingestion/rebuild'],
    );
    await fc.assert(
      fc.asyncProperty(route, body, async ([method, path], sent) => {
        const answer = await call(method!, path!, JSON.stringify(sent), { 'content-type': 'application/json' });
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 300 },
    );
  });
});

const rte = '../shared/data/rte/labels.csv';
const known = existsSync(rte);
// eslint-disable-next-line no-console -- a test that does not run says so
if (!known) console.warn(`skipped: ${rte} is absent`);

(known ? describe : describe.skip)('the 8,000 labels of RTE', () => {
  const rows = known ? readFileSync(rte, 'utf8').trim().split('\n').slice(1) : [];
  const lines = rows.map((row, index) => {
    const [item, worker, label] = row.split(',');
    return JSON.stringify({ id: `line ${index}`, item, worker, label, order: index });
  });

  it('are all accepted once, and all duplicates the second time', async () => {
    const project = await aProject();
    const send = () => call('POST', `/v1/annotations/${project}`, lines.join('\n'));
    expect((await send()).body).toMatchObject({ received: 8000, accepted: 8000 });
    expect((await send()).body).toMatchObject({ received: 8000, duplicate: 8000 });
    expect((await recordsOf('assay.annotation.events.v1', `${project}/`, 8000)).length).toBe(8000);
    const metrics = await running.service.registry.getSingleMetricAsString('assay_ingest_events_total');
    expect(metrics).toMatch(/transport="http",type="annotations",outcome="accepted",service="ingestion"/);
  });
});
