import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import { asyncProperty, assert, oneof, string, uint8Array, json } from 'fast-check';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { Integer, JsonObject, Text } from '@assay/contracts/fields';
import { startServices, testDefinition, type TestServices } from '../../../../test/support/test-service';
import { readSettings } from '../config/settings';
import { Roles } from '../security/roles';
import { Transactions } from '../transport/transactions';
import { AcceptsJson, AcceptsLines, NDJSON_TYPE } from './accepts';
import { checkIfMatch, etagOf } from './etag';
import type { HttpRequest, HttpResponse } from './http-request';
import { SecretAnswer } from './idempotency.interceptor';
import { PageQuery } from './page';
import { Problem } from './problem';
import { CheckedQuery } from './query';
import type { Line } from './read-lines';

class Thing {
  @Text()
  name!: string;

  @Integer({ min: 1, optional: true })
  count?: number;

  @JsonObject({ optional: true })
  about?: object;
}

/** What the handlers under test have done and committed or not. */
let calls = 0;

@Controller('v1/things')
@Roles('tool')
class ThingsController {
  constructor(private readonly transactions: Transactions) {}

  @Get()
  list(@CheckedQuery(PageQuery) query: PageQuery) {
    return query;
  }

  @Post()
  @AcceptsJson(Thing, { limit: 1000 })
  async make(@Body() thing: Thing, @Res({ passthrough: true }) response: HttpResponse) {
    const made = await this.transactions.run((tx) =>
      tx.sql<{ id: number }>(
        `insert into accounting (topic, partition, project) select 'things', count(*), 'x' from accounting returning partition as id`,
      ),
    );
    calls++;
    if (thing.name === 'refused') throw new Problem('conflict', 'refused');
    response.setHeader('location', `/v1/things/${made[0]!.id}`);
    return { id: made[0]!.id, secret: 'hunter2' };
  }

  @Post('secret')
  @HttpCode(200)
  @SecretAnswer('secret')
  secret() {
    return { id: ++calls, secret: 'hunter2' };
  }

  @Post('lines')
  @AcceptsLines({ type: 'object' }, { most: 3 })
  lines(@Body() lines: Line[]) {
    return { lines };
  }

  @Get('broken/:how')
  broken(@Param('how') how: string) {
    throw how === 'down' ? Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) : new Error(`canary ${how}`);
  }

  @Put(':id')
  @AcceptsJson(Thing)
  change(@Req() req: HttpRequest, @Res({ passthrough: true }) response: HttpResponse) {
    checkIfMatch(req, 3);
    response.setHeader('etag', etagOf(4));
    return {};
  }

  @Delete(':id')
  @HttpCode(204)
  remove() {}
}

let running: TestServices;
let server: Server;
const api = {
  get: (path: string) => request(server).get(path).auth(running.adminKey, { type: 'bearer' }),
  post: (path: string) => request(server).post(path).auth(running.adminKey, { type: 'bearer' }),
  put: (path: string) => request(server).put(path).auth(running.adminKey, { type: 'bearer' }),
};

beforeAll(async () => {
  running = await startServices([testDefinition('ingestion', [ThingsController])]);
  server = createServer(running.services[0]!.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

beforeEach(() => (calls = 0));

afterAll(async () => {
  server.close();
  await running.stop();
});

function problem(status: number, code: string, detail: unknown = expect.any(String)) {
  return expect.objectContaining({ status, code, detail, type: `urn:assay:problem:${code}` }) as object;
}

/** What a request on a bare connection is answered. */
async function raw(bytes: string | Buffer): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

describe('a body', () => {
  it('that is right is taken', async () => {
    expect((await api.post('/v1/things').send({ name: 'a', count: 2 })).status).toBe(201);
  });

  it('that is zipped is taken', async () => {
    const zipped = gzipSync('{"name":"a"}');
    const answer = await api
      .post('/v1/things')
      .set({ 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .serialize((body) => body as unknown as string)
      .send(zipped as unknown as string);
    expect(answer.status).toBe(201);
  });

  it.each([
    ['not JSON', '{"name":', 400, 'malformed'],
    ['nothing', '', 400, 'malformed'],
    ['a prototype', '{"name":"a","about":{"__proto__":{"x":1}}}', 400, 'malformed'],
    ['too deep', `{"name":"a","about":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`, 400, 'malformed'],
    ['too long', JSON.stringify({ name: 'a'.repeat(1000) }), 413, 'too_large'],
    ['an array', '[]', 422, 'invalid'],
  ])('that is %s is refused', async (_what, body, status, code) => {
    const answer = await api.post('/v1/things').set('content-type', 'application/json').send(body);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toEqual(problem(status, code));
    expect(calls).toBe(0);
  });

  it('with bad fields is refused with what is wrong, and the field that was probably meant', async () => {
    const answer = await api.post('/v1/things').send({ name: 'a', cuont: 2 });
    expect(answer.body).toEqual({
      ...{ type: 'urn:assay:problem:invalid', title: 'What was sent is not valid', status: 422, code: 'invalid' },
      detail: 'the body has errors',
      errors: [{ path: 'cuont', value: 2, expected: 'no such field (did you mean count?)' }],
    });
  });

  it('of another media type is refused', async () => {
    const answer = await api.post('/v1/things').set('content-type', 'text/xml').send('<a/>');
    expect(answer.body).toEqual(
      problem(415, 'unsupported_media_type', 'content-type "text/xml": expected application/json'),
    );
  });

  it.each([
    ['bad UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), {}, 400, 'malformed'],
    ['no zip', Buffer.from('{"name":"a"}'), { 'content-encoding': 'gzip' }, 400, 'malformed'],
    [
      'of an unknown encoding',
      Buffer.from('{"name":"a"}'),
      { 'content-encoding': 'br' },
      415,
      'unsupported_media_type',
    ],
    [
      'a zip that grows beyond the limit',
      gzipSync(Buffer.alloc(50_000_000)),
      { 'content-encoding': 'gzip' },
      413,
      'too_large',
    ],
  ])('that is %s is refused', async (_what, body, headers, status, code) => {
    const answer = await api
      .post('/v1/things')
      .set({ 'content-type': 'application/json', ...headers })
      .serialize((sent) => sent as unknown as string)
      .send(body as unknown as string);
    expect(answer.body).toEqual(problem(status, code));
    expect(calls).toBe(0);
  });

  it('that is longer than allowed, in chunks, is refused before it is all there', async () => {
    const head = `POST /v1/things HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${running.adminKey}\r\n`;
    const typed = 'content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`${head}${typed}7d0\r\n${'x'.repeat(2000)}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toContain('HTTP/1.1 413');
  });

  it('is not read from somebody without a credential', async () => {
    const head = 'POST /v1/things HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 1000000\r\n\r\n';
    expect(await raw(`${head}{`)).toContain('HTTP/1.1 401');
  });

  it('to a route that takes none is refused', async () => {
    const answer = await api.post('/v1/things/secret').send({ a: 1 });
    expect(answer.body).toEqual(problem(413, 'too_large'));
  });

  it('of lines has an outcome a line', async () => {
    const answer = await api.post('/v1/things/lines').set('content-type', NDJSON_TYPE).send('{"a":1}\n{\n');
    expect(answer.body).toEqual({
      lines: [
        { line: 1, value: { a: 1 } },
        { line: 2, errors: [{ path: '', expected: expect.stringContaining('JSON') }] },
      ],
    });
    expect((await api.post('/v1/things/lines').send([1, 2, 3, 4])).body).toEqual(
      problem(413, 'too_large', 'body: expected at most 3 lines'),
    );
  });

  it('of any bytes is answered without a 5xx', async () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const bodies = oneof(
      uint8Array({ maxLength: 300 }),
      json().map((body) => Buffer.from(body)),
      string({ unit: 'binary' }).map((body) => Buffer.from(body)),
    );
    await assert(
      asyncProperty(bodies, async (body) => {
        for (const type of ['application/json', NDJSON_TYPE]) {
          const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/things/lines`, {
            method: 'POST',
            body: Buffer.from(body),
            headers: { 'content-type': type, authorization: `Bearer ${running.adminKey}` },
          });
          await answer.arrayBuffer();
          expect(answer.status).toBeLessThan(500);
        }
      }),
      { numRuns: 150 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });
});

describe('a request', () => {
  it.each([
    ['/v1/nothing', 404, 'not_found'],
    ['/v1/things/%ZZ', 400, 'malformed'],
    ['/v1/things/broken/%00', 404, 'not_found'],
  ])('for %s is refused', async (path, status, code) => {
    expect((await api.get(path)).body).toEqual(problem(status, code));
  });

  it('with a bad query is refused', async () => {
    expect((await api.get('/v1/things?limit=0')).body).toMatchObject({ code: 'invalid', errors: [{ path: 'limit' }] });
    expect((await api.get('/v1/things?limit=5')).body).toEqual({ limit: 5 });
  });

  it('that fails unexpectedly learns nothing of why, but the log does', async () => {
    const answer = await api.get('/v1/things/broken/x');
    expect(answer.body).toEqual(problem(500, 'internal'));
    expect(answer.text).not.toContain('canary');
    expect(running.logged()).toContain('canary x');
  });

  it('that finds the database away may come again', async () => {
    const answer = await api.get('/v1/things/broken/down');
    expect(answer.body).toEqual(problem(503, 'unavailable'));
    expect(answer.headers['retry-after']).toBe('5');
  });

  it('leaves neither path nor body nor credential in the log', async () => {
    await api.post('/v1/things?name=canary-query').send({ name: 'canary-body' });
    await api.get('/v1/things/broken/canary-path');
    expect(running.logged()).not.toMatch(/canary-(query|body)|assay_[0-9a-f]{16}_/);
  });

  it('is answered with the headers of helmet, and without who serves it', async () => {
    const { headers } = await api.get('/v1/things');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('is timed by its route, never by its path', async () => {
    await api.get('/v1/things/broken/Ada');
    const metrics = await running.services[0]!.registry.metrics();
    expect(metrics).toMatch(/duration_seconds_count\{.*method="GET",route="\/v1\/things\/broken\/:how",status="5xx"\}/);
    expect(metrics).not.toContain('Ada');
  });

  it.each([
    [undefined, 200],
    ['"3"', 200],
    ['"2", "3"', 200],
    ['*', 200],
    ['"2"', 412],
    ['W/"3"', 412],
  ])('with If-Match %s of revision 3 is answered %i', async (header, status) => {
    const answer = await api
      .put('/v1/things/a')
      .set(header === undefined ? {} : { 'if-match': header })
      .send({ name: 'a' });
    expect(answer.status).toBe(status);
    expect(answer.headers['etag']).toBe(status === 200 ? '"4"' : undefined);
  });
});

describe('an idempotency key', () => {
  const post = (key: string, body: object) => api.post('/v1/things').set('idempotency-key', key).send(body);

  it('has one effect and one answer', async () => {
    const first = await post('one', { name: 'a' });
    const again = await post('one', { name: 'a' });
    expect(calls).toBe(1);
    expect([again.status, again.body, again.headers['location']]).toEqual([201, first.body, first.headers['location']]);
    expect(again.headers['location']).toMatch(/^\/v1\/things\/\d+$/);
  });

  it('has one effect also at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('same-time', { name: 'a' })));
    expect(calls).toBe(1);
    expect(new Set(answers.map(({ text: body }) => body)).size).toBe(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  });

  it('with another body is refused', async () => {
    await post('other-body', { name: 'a' });
    expect((await post('other-body', { name: 'b' })).body).toEqual(problem(422, 'idempotency_conflict'));
    expect(calls).toBe(1);
  });

  it('leaves nothing of a request that was refused, which may come again', async () => {
    expect((await post('refused', { name: 'refused' })).body).toEqual(problem(409, 'conflict'));
    expect((await post('refused', { name: 'a' })).status).toBe(201);
    expect(calls).toBe(2);
  });

  it('does not keep a secret', async () => {
    const ask = () => api.post('/v1/things/secret').set('idempotency-key', 'secret');
    expect((await ask()).body).toEqual({ id: 1, secret: 'hunter2' });
    expect((await ask()).body).toEqual({ id: 1, secret: null });
  });

  it.each(['', 'a b', 'ä', 'x'.repeat(256)])('%j is refused', async (key) => {
    const answer = await raw(
      `POST /v1/things/secret HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${running.adminKey}\r\nidempotency-key: ${key}\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toContain('HTTP/1.1 400');
  });
});

describe('limits and wiring', () => {
  it('answers 429 to who asks too often', async () => {
    const settings = readSettings({ ASSAY_REQUESTS_PER_SECOND: '1' });
    const slow = await startServices([testDefinition('ingestion', [ThingsController])], { settings });
    try {
      const ask = () => request(slow.services[0]!.handle).get('/v1/things').auth(slow.adminKey, { type: 'bearer' });
      // So many at once that a second which goes by meanwhile lets but one more pass.
      const answers = await Promise.all(Array.from({ length: 30 }, ask));
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2);
      const refused = answers.find(({ status }) => status !== 200);
      expect(refused?.body).toEqual(problem(429, 'too_many_requests'));
      expect(refused?.headers['retry-after']).toBe('1');
    } finally {
      await slow.stop();
    }
  });

  it('does not start with a route that nobody is named for', async () => {
    @Controller('v1/open')
    class OpenController {
      @Get()
      read() {}
    }
    await expect(startServices([testDefinition('ingestion', [OpenController])])).rejects.toThrow(
      'route GET v1/open// (OpenController.read) has no roles: expected @Roles(...)',
    );
  });
});
