import { type RequestListener } from 'node:http';
import request from 'supertest';
import { ACCESS_ROLES, type AccessRole } from '@assay/contracts/access/access-role';
import { ASSIGNMENT } from '@assay/apps/assignment/src/assignment.module';
import { CONSENSUS } from '@assay/apps/consensus/src/consensus.module';
import { GOLD } from '@assay/apps/gold/src/gold.module';
import { INGESTION } from '@assay/apps/ingestion/src/ingestion.module';
import { SCORING } from '@assay/apps/scoring/src/scoring.module';
import { cursorOf } from '@assay/platform/http/page';
import { eventually } from '../support/eventually';
import { startServices, type TestServices } from '../support/test-service';
import { rolesOfRoute, ROUTES } from './access-table';

interface Operation {
  'x-assay-roles': string[];
  responses: object;
  parameters: { name: string }[];
}

interface Declared {
  route: string;
  roles: string[];
  problems: number[];
  isPaged: boolean;
  handle: RequestListener;
}

/** Requests of one route answer one after the other; the routes of a role do not wait for each other. */
type Answer = { route: string; status: number; code: unknown };

let running: TestServices;
let declared: Declared[];
const keys = new Map<AccessRole, string>();

beforeAll(async () => {
  running = await startServices([INGESTION, CONSENSUS, GOLD, SCORING, ASSIGNMENT]);
  declared = running.services.flatMap(({ openApi, handle }) =>
    Object.entries(openApi.paths).flatMap(([path, operations]) =>
      Object.entries(operations as Record<string, Operation>).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${path}`,
        roles: [...operation['x-assay-roles']].sort(),
        problems: Object.keys(operation.responses).map(Number),
        isPaged: operation.parameters.some(({ name }) => name === 'cursor'),
        handle,
      })),
    ),
  );
  for (const role of ACCESS_ROLES) keys.set(role, await issue(role));
});

afterAll(() => running.stop());

async function issue(role: AccessRole): Promise<string> {
  const isWorker = role === 'worker' || role === 'expert';
  const { body } = await request(running.services[0]!.handle)
    .post('/v1/keys')
    .auth(running.adminKey, { type: 'bearer' })
    .send({ holder: `the-${role}`, role, projects: ['own'], ...(isWorker ? { worker: 'w1' } : {}) });
  const { secret } = body as { secret: string };
  for (const { handle } of running.services) {
    const isKnown = async () => (await ask(handle, 'GET /v1/openapi.json', 'own', secret)).status === 200;
    await eventually(isKnown, `the key of the ${role}`);
  }
  return secret;
}

function api(handle: RequestListener, method: 'get' | 'put', path: string) {
  return request(handle)[method](path).auth(running.adminKey, { type: 'bearer' });
}

async function ask(handle: RequestListener, route: string, project: string, key?: string): Promise<Answer> {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace('{project}', project).replaceAll(/\{\w+\}/g, 'x');
  const asked = request(handle)[method.toLowerCase() as 'get'](path);
  const answer = await (key === undefined ? asked : asked.auth(key, { type: 'bearer' }));
  return { route, status: answer.status, code: (answer.body as { code?: unknown } | undefined)?.code };
}

async function askAll(routes: readonly Declared[], project: string, key?: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const { handle, route } of routes) answers.push(await ask(handle, route, project, key));
  return answers;
}

function only(route: string, status: number, code: string) {
  return { route, status, code };
}

describe('the routes of all services', () => {
  it('are those of the table, with its roles', () => {
    const known = declared.map(({ route }) => ({ route, roles: rolesOfRoute(route) }));
    expect(declared.map(({ route, roles }) => ({ route, roles }))).toEqual(known);
    expect([...new Set(declared.map(({ route }) => route))].sort()).toEqual([...ROUTES].sort());
  });

  it('answer 401 without a credential, and with one that nobody issued', async () => {
    const expected = declared.map(({ route }) => only(route, 401, 'unauthenticated'));
    expect(await askAll(declared, 'own')).toEqual(expected);
    expect(await askAll(declared, 'own', `assay_0123456789abcdef_${'x'.repeat(43)}`)).toEqual(expected);
  });

  describe.each(ACCESS_ROLES)('asked by the role %s', (role) => {
    it('answer 403 where the table does not name it', async () => {
      const closed = declared.filter(({ route }) => !rolesOfRoute(route)?.includes(role));
      const answers = await askAll(closed, 'own', keys.get(role));
      expect(answers).toEqual(closed.map(({ route }) => only(route, 403, 'forbidden')));
    });

    it('answer 404 for the project of another where the table names it', async () => {
      const open = declared.filter(({ route }) => rolesOfRoute(route)?.includes(role) && route.includes('{project}'));
      const answers = await askAll(open, 'other', keys.get(role));
      expect(answers).toEqual(open.map(({ route }) => only(route, 404, 'not_found')));
    });

    it('answer neither 401 nor 403 nor 5xx for its own project where the table names it', async () => {
      const open = declared.filter(({ route }) => rolesOfRoute(route)?.includes(role));
      const answers = await askAll(open, 'own', keys.get(role));
      expect(answers.filter(({ status }) => status === 401 || status === 403 || status >= 500)).toEqual([]);
    });
  });

  it('say in OpenAPI which problems they answer', () => {
    const silent = declared.filter(({ problems }) => ![401, 403, 429].every((status) => problems.includes(status)));
    expect(silent).toEqual([]);
  });
});

describe('a cursor that somebody made up', () => {
  const uuid = '00000000-0000-4000-8000-000000000000';
  const keys = [
    ...['x', '2026-99-99', uuid, 1, -1, Number.MAX_SAFE_INTEGER].map((part) => [part]),
    ...['2026-99-99T00:00:00.000000Z', '2026-01-01T25:00:00.000000Z', 'x', 1].map((part) => [part, uuid]),
    ...['x', 0.5, '1e999'].map((part) => [Number.MAX_SAFE_INTEGER, part, uuid]),
    ...[-1, 2 ** 31, Number.MAX_SAFE_INTEGER].map((part) => ['x', uuid, part, '9'.repeat(16), uuid]),
  ];

  it('is refused, or is a place between entries: nothing breaks at it', async () => {
    const paged = declared.filter(({ isPaged }) => isPaged);
    await api(running.services[0]!.handle, 'put', '/v1/projects/paged').send({ questions: [{ labels: ['a', 'b'] }] });
    expect(paged.length).toBeGreaterThan(10);
    for (const { handle, route } of paged) {
      const path = route.replace('GET ', '').replace('{project}', 'paged');
      await eventually(async () => (await api(handle, 'get', path)).status === 200, `the project behind ${route}`);
      for (const key of keys) {
        const { status } = await api(handle, 'get', `${path}?cursor=${cursorOf(key)}`);
        expect({ route, key, status }).toEqual({ route, key, status: status === 200 ? 200 : 422 });
      }
    }
  });
});
