import { CATALOGUE } from '@assay/contracts/catalogue';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database';
import { freePort } from '../../../test/support/free-port';
import { type Program, startProgram } from '../../../test/support/program';
import { PostgresEventLog } from './event-log/postgres-event-log';
import { serviceUrl } from './postgres/service-url';
import { newKey, writeKey } from './security/access-key';
import { PLATFORM_MIGRATIONS } from './transport/platform-migrations';

const key = writeKey(newKey());
let database: FreshDatabase;
let program: Program | undefined;

beforeAll(async () => {
  database = await freshDatabase([{ name: 'ingestion', migrations: [] }], PLATFORM_MIGRATIONS);
  const log = new PostgresEventLog(serviceUrl(database.adminUrl, 'event_log'));
  await log.createTopics([...new Set(CATALOGUE.map(({ topic }) => topic))]);
  await log.close();
});

afterEach(async () => {
  await program?.kill();
  program = undefined;
});

afterAll(() => database.drop());

function start(settings: Record<string, string>): Program {
  program = startProgram('service-program.ts', [JSON.stringify(settings)]);
  return program;
}

async function get(port: number, path: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${key}` } });
  await answer.arrayBuffer();
  return answer.status;
}

describe('runService', () => {
  it('serves HTTP, metrics and health, and ends with 0 on SIGTERM after what it has in hand', async () => {
    const [httpPort, metricsPort] = [await freePort(), await freePort()];
    const running = start({
      ASSAY_DATABASE_URL: database.adminUrl,
      ASSAY_HTTP_PORT: String(httpPort),
      ASSAY_METRICS_PORT: String(metricsPort),
      ASSAY_ADMIN_KEY: key,
    });
    await running.line(/"msg":"listening"/);
    expect(await get(httpPort, '/v1/openapi.json')).toBe(200);
    for (const path of ['/metrics', '/health/startup', '/health/live', '/health/ready']) {
      expect(await get(metricsPort, path)).toBe(200);
    }
    process.kill(running.pid, 'SIGTERM');
    expect(await running.ended).toBe(0);
    expect(running.lines.join('\n')).not.toContain(key);
    await expect(get(httpPort, '/v1/openapi.json')).rejects.toThrow('fetch failed');
  });

  it('ends with 1 and says which setting is bad', async () => {
    const running = start({ ASSAY_HTTP_PORT: 'eighty' });
    expect(await running.ended).toBe(1);
    expect(running.lines).toEqual([
      'assay ingestion: ASSAY_HTTP_PORT "eighty": expected a port from 0 (any that is free) to 65535',
    ]);
  });
});
