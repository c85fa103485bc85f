import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import request from 'supertest';
import { type RequestListener } from 'node:http';
import { Integer, schemaOf, Text } from '@assay/contracts/fields';
import { eventually } from '../../../test/support/eventually';
import { startServices, testDefinition, type TestServices } from '../../../test/support/test-service';
import { AcceptsJson, AcceptsLines } from './http/accepts';
import { type Line } from './http/read-lines';
import { mergeOpenApi } from './openapi/openapi';
import { AnyRole, Roles } from './security/roles';
import { KeysModule } from './security/keys.module';
import { Transactions } from './transport/transactions';

class Thing {
  @Text()
  name!: string;

  @Integer({ min: 1 })
  count!: number;
}

let made = 0;

@Controller('v1/things')
class ThingsController {
  constructor(private readonly transactions: Transactions) {}

  @Get('me')
  @AnyRole()
  me() {
    return { ok: true };
  }

  @Post(':project')
  @Roles('tool', 'lead')
  @AcceptsJson(Thing)
  async make(@Param('project') project: string, @Body() thing: Thing) {
    return this.transactions.run(async () => ({ project, thing, made: ++made }));
  }

  @Post(':project/lines')
  @Roles('tool')
  @AcceptsLines({ type: 'object' })
  lines(@Body() lines: Line[]) {
    return { lines };
  }
}

describe('a service', () => {
  let running: TestServices;
  let owner: RequestListener;
  let other: RequestListener;

  beforeAll(async () => {
    running = await startServices([
      testDefinition('ingestion', [ThingsController], [KeysModule]),
      testDefinition('consensus', [ThingsController]),
    ]);
    [owner, other] = running.services.map(({ handle }) => handle) as [RequestListener, RequestListener];
  });

  afterAll(() => running.stop());

  it('answers without a credential as a problem', async () => {
    const answer = await request(owner).get('/v1/things/me');
    expect(answer.status).toBe(401);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="assay"');
    expect(answer.body).toEqual({
      type: 'urn:assay:problem:unauthenticated',
      title: 'No valid credential',
      status: 401,
      code: 'unauthenticated',
      detail: 'expected Authorization: Bearer with a valid key',
    });
  });

  it('knows the first admin', async () => {
    const answer = await request(owner).get('/v1/things/me').auth(running.adminKey, { type: 'bearer' });
    expect(answer.body).toEqual({ ok: true });
  });

  it('lets an issued key in, here and in the other service, until it is revoked', async () => {
    const issued = await request(owner)
      .post('/v1/keys')
      .auth(running.adminKey, { type: 'bearer' })
      .send({ holder: 'cvat', role: 'tool', projects: ['rte'] });
    expect(issued.status).toBe(201);
    const { secret, key } = issued.body as { secret: string; key: string };
    for (const service of [owner, other]) {
      await eventually(async () => {
        return (await request(service).get('/v1/things/me').auth(secret, { type: 'bearer' })).status === 200;
      }, 'the key');
    }
    const revoked = await request(owner).delete(`/v1/keys/${key}`).auth(running.adminKey, { type: 'bearer' });
    expect(revoked.status).toBe(204);
    for (const service of [owner, other]) {
      await eventually(async () => {
        return (await request(service).get('/v1/things/me').auth(secret, { type: 'bearer' })).status === 401;
      }, 'the end of the key');
    }
  });

  it('describes every route in OpenAPI, with its roles, its body and its problems', async () => {
    const { body } = await request(owner).get('/v1/openapi.json').auth(running.adminKey, { type: 'bearer' });
    const { openapi, paths } = body as { openapi: string; paths: Record<string, Record<string, object>> };
    expect(openapi).toBe('3.1.0');
    expect(paths['/v1/things/{project}']!['post']).toMatchObject({
      operationId: 'ingestion.Things.make',
      'x-assay-roles': ['tool', 'lead', 'admin'],
      security: [{ bearer: [] }],
      parameters: [{ name: 'project', in: 'path', required: true }],
      requestBody: { content: { 'application/json': { schema: schemaOf(Thing) } } },
      responses: {
        422: { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
      },
    });
    const lines = paths['/v1/things/{project}/lines']!['post'] as { requestBody: { content: object } };
    expect(Object.keys(lines.requestBody.content)).toEqual(['application/json', 'application/x-ndjson']);
  });

  it('merges the descriptions of several services into one', () => {
    const merged = mergeOpenApi(running.services.map(({ openApi }) => openApi));
    expect(Object.keys(merged.paths)).toEqual(
      expect.arrayContaining(['/v1/keys', '/v1/ops/ingestion/offsets', '/v1/ops/consensus/offsets']),
    );
    expect(merged.info.title).toBe('Assay');
  });

  it('is alive and ready until it closes', async () => {
    const own = await startServices([testDefinition('ingestion')]);
    const service = own.services[0]!;
    expect([service.isAlive(), await service.isReady()]).toEqual([true, true]);
    const stopped = own.stop();
    expect([service.isAlive(), await service.isReady()]).toEqual([true, false]);
    await stopped;
  });
});
