import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import request from 'supertest';
import { type RequestListener } from 'node:http';
import { Integer, Text } from '@assay/contracts/fields';
import { eventually } from '../../../test/support/eventually';
import { startServices, testDefinition, type TestServices } from '../../../test/support/test-service';
import { AcceptsJson, AcceptsLines } from './http/accepts';
import { type Line } from './http/read-lines';
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
});
