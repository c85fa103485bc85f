import { type RequestListener } from 'node:http';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { INBOUND } from '@assay/contracts/topics';
import { eventually } from '../../../../test/support/eventually';
import { startServices, testDefinition, type TestServices } from '../../../../test/support/test-service';
import { follows, type AuditRow, NO_HASH } from '../audit/audit';
import { serviceUrl } from '../postgres/service-url';
import { KeysModule } from '../security/keys.module';

const NOBODY = '00000000-0000-7000-8000-000000000000';

let running: TestServices;
let service: RequestListener;
let operator: string;

beforeAll(async () => {
  running = await startServices([testDefinition('ingestion', [], [KeysModule])]);
  service = running.services[0]!.handle;
  const body = { holder: 'night-shift', role: 'operator', projects: ['*'] };
  operator = (await ask('post', '/v1/keys', running.adminKey).send(body)).body.secret as string;
});

afterAll(() => running.stop());

function ask(method: 'get' | 'post', path: string, key = operator) {
  return request(service)[method](path).auth(key, { type: 'bearer' });
}

/** Two records that are no events: dead letters of this service, oldest first. */
async function twoDeadLetters(): Promise<{ id: string }[]> {
  const value = Buffer.from('{"worker":"Ada"}');
  const record = { topic: INBOUND.name, partition: 3, key: 'k', headers: { from: 'Ada' }, value };
  await running.eventLog.append([record, record]);
  return eventually(async () => {
    const { body } = await ask('get', '/v1/ops/ingestion/deadletters?status=open');
    const letters = (body as { deadLetters: { id: string }[] }).deadLetters;
    return letters.length >= 2 ? letters : undefined;
  }, 'two dead letters');
}

async function asAdmin<T>(statement: string): Promise<T> {
  const admin = await new DataSource({ type: 'postgres', url: running.adminUrl }).initialize();
  return (admin.query(statement) as Promise<T>).finally(() => admin.destroy());
}

describe('operations', () => {
  it('say where the service is in each partition', async () => {
    await twoDeadLetters();
    const { body } = await ask('get', '/v1/ops/ingestion/offsets?ages=true');
    const { offsets } = body as { offsets: { topic: string; partition: number }[] };
    expect(offsets.filter(({ topic }) => topic === INBOUND.name)).toHaveLength(INBOUND.partitions);
    expect(offsets).toContainEqual({
      ...{ topic: INBOUND.name, partition: 3, position: 2, first: 0, end: 2, lag: 0 },
      ...{ oldestUnprocessedAge: null, state: 'reading' },
    });
  });

  it('put a position elsewhere, and keep in the audit who did, from where and to where', async () => {
    const reset = (body: object) => ask('post', '/v1/ops/ingestion/offsets/reset').send(body);
    const place = { topic: INBOUND.name, partition: 3 };
    const dry = await reset({ ...place, to: 'earliest', dryRun: true });
    expect(dry.body).toEqual({ ...place, from: 2, to: 0, first: 0, end: 2 });
    const audited = async () => (await ask('get', '/v1/ops/ingestion/audit?limit=1')).body.rows[0];
    expect(await audited()).not.toMatchObject({ action: 'offset.reset' });

    expect((await reset({ ...place, to: '1' })).body).toEqual({ ...place, from: 2, to: 1, first: 0, end: 2 });
    expect(await audited()).toMatchObject({
      ...{ action: 'offset.reset', subject: `${INBOUND.name}/3`, role: 'operator' },
      detail: { from: 2, to: 1, first: 0, end: 2 },
    });
    // The record is read again, and is known.
    await eventually(async () => {
      const { body } = await ask('get', '/v1/ops/ingestion/offsets');
      const { offsets } = body as { offsets: { topic: string; partition: number; position: number }[] };
      return offsets.some((one) => one.topic === place.topic && one.partition === 3 && one.position === 2);
    }, 'the reader to go on');
    expect((await ask('get', '/v1/ops/ingestion/deadletters')).body.deadLetters).toHaveLength(2);
  });

  it.each([
    [{ topic: 'assay.nothing', partition: 0, to: 'latest' }, 'topic'],
    [{ topic: INBOUND.name, partition: 99, to: 'latest' }, 'partition'],
    [{ topic: INBOUND.name, partition: 3, to: '77' }, 'to'],
    [{ topic: INBOUND.name, partition: 3, to: 'the end' }, 'to'],
  ])('refuse to put a position where nothing is: %j', async (body, path) => {
    const answer = await ask('post', '/v1/ops/ingestion/offsets/reset').send(body);
    expect(answer.body).toMatchObject({ code: 'invalid', errors: [expect.objectContaining({ path })] });
  });

  it('show dead letters page by page, and what was sent to admins alone', async () => {
    const [first, second] = await twoDeadLetters();
    const page = await ask('get', '/v1/ops/ingestion/deadletters?limit=1');
    expect(page.body).toEqual({ deadLetters: [expect.objectContaining({ id: first!.id, reason: 'unreadable' })] });
    const [, next] = /<(.*)>; rel="next"/.exec(page.headers['link']!) ?? [];
    expect((await ask('get', next!)).body).toMatchObject({ deadLetters: [{ id: second!.id }] });

    const shown = await ask('get', `/v1/ops/ingestion/deadletters/${first!.id}`);
    expect(shown.status).toBe(200);
    expect(shown.text).not.toMatch(/Ada|sent/);
    const { body } = await ask('get', `/v1/ops/ingestion/deadletters/${first!.id}`, running.adminKey);
    const { sent } = body as { sent: { value: string } };
    expect(Buffer.from(sent.value, 'base64').toString()).toBe('{"worker":"Ada"}');
  });

  it('discard a dead letter once, with the reason in the audit', async () => {
    const [letter] = await twoDeadLetters();
    const discard = () =>
      ask('post', `/v1/ops/ingestion/deadletters/${letter!.id}/discard`).send({ reason: 'a test of the sender' });
    expect((await discard()).status).toBe(204);
    expect((await discard()).body).toMatchObject({ code: 'conflict' });
    const { body } = await ask('get', '/v1/ops/ingestion/audit?limit=1');
    expect(body).toEqual({
      chain: 'whole',
      rows: [
        expect.objectContaining({
          ...{ action: 'deadletter.discard', subject: letter!.id, detail: { reason: 'a test of the sender' } },
          ...{ role: 'operator', actor: operator.split('_')[1] },
        }),
      ],
    });
  });

  it.each(['x', NOBODY])('know no dead letter %s', async (id) => {
    for (const [method, path] of [
      ['get', ''],
      ['post', '/redrive'],
    ] as const) {
      expect((await ask(method, `/v1/ops/ingestion/deadletters/${id}${path}`)).body).toMatchObject({
        code: 'not_found',
      });
    }
  });

  it('give the accounting in balance', async () => {
    const { body } = await ask('get', '/v1/ops/ingestion/accounting');
    expect(body).toMatchObject({ service: 'ingestion', accounting: { accepted: 0, pending: 0 } });
    expect(Object.keys(body as object)).toEqual(['service', 'accounting', 'cuts', 'published', 'outboxPending']);
  });
});

describe('the audit', () => {
  it('chains each row to the one before, from the first on', async () => {
    const { body } = await ask('get', '/v1/ops/ingestion/audit');
    const rows = (body as { rows: AuditRow[] }).rows.reverse();
    expect(rows[0]).toMatchObject({ id: 1, action: 'key.issue', previousHash: NO_HASH });
    rows.forEach((row, index) => expect(follows(row, rows[index - 1] ?? { id: 0, hash: NO_HASH })).toBe(true));
    expect(follows({ ...rows[0]!, actor: 'another' }, { id: 0, hash: NO_HASH })).toBe(false);
  });

  it('cannot be changed by the service', async () => {
    const own = await new DataSource({ type: 'postgres', url: serviceUrl(running.adminUrl, 'ingestion') }).initialize();
    for (const change of [`update audit set actor = 'another'`, 'delete from audit', 'truncate audit']) {
      await expect(own.query(change)).rejects.toThrow('permission denied for table audit');
    }
    await own.destroy();
  });

  it('says where it was changed or cut by somebody else', async () => {
    await ask('post', '/v1/keys', running.adminKey).send({ holder: 'one', role: 'tool', projects: ['*'] });
    await asAdmin(`update ingestion.audit set actor = 'another' where id = 2`);
    expect((await ask('get', '/v1/ops/ingestion/audit')).body).toMatchObject({ chain: 'broken at row 2' });
    await asAdmin('delete from ingestion.audit where id = 1');
    expect((await ask('get', '/v1/ops/ingestion/audit')).body).toMatchObject({ chain: 'broken at row 2' });
  });
});
