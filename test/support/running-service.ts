import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { pino } from 'pino';
import { CATALOGUE } from '@assay/contracts/catalogue';
import { Settings } from '@assay/platform/config/settings';
import { type EventLog } from '@assay/platform/event-log/event-log';
import { PostgresEventLog } from '@assay/platform/event-log/postgres-event-log';
import { serviceUrl } from '@assay/platform/postgres/service-url';
import { keptKey, newKey, writeKey } from '@assay/platform/security/access-key';
import { type RunningService, startService } from '@assay/platform/service';
import { type ServiceDefinition } from '@assay/platform/service-definition';
import { PLATFORM_MIGRATIONS } from '@assay/platform/transport/platform-migrations';
import { freshDatabase } from './database';

/** One service as it runs, on a database and an embedded log of a spec's own, behind real HTTP. */
export interface ServiceUnderTest {
  url: string;
  /** Of the role admin. */
  adminKey: string;
  log: EventLog;
  service: RunningService;
  adminUrl: string;
  stop(): Promise<void>;
}

/** What assignments are signed with in specs. */
export const TEST_SECRET = 'a secret of thirty-two characters';

/** Starts a service. To be called in `beforeAll`, and stopped in `afterAll`. */
export async function startServiceUnderTest(definition: ServiceDefinition): Promise<ServiceUnderTest> {
  const database = await freshDatabase([definition], PLATFORM_MIGRATIONS);
  const log = new PostgresEventLog(serviceUrl(database.adminUrl, 'event_log'));
  const topics = new Map(CATALOGUE.map(({ topic }) => [topic.name, topic]));
  await log.createTopics([...topics.values()]);
  const key = newKey();
  const service = await startService(definition, {
    settings: Object.assign(new Settings(), { leaseSecret: TEST_SECRET }),
    databaseUrl: database.adminUrl,
    eventLog: log,
    logger: pino({ level: 'warn' }),
    adminKey: keptKey(key),
  });
  const server = createServer(service.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    adminKey: writeKey(key),
    log,
    service,
    adminUrl: database.adminUrl,
    async stop() {
      server.closeAllConnections();
      server.close();
      await service.close();
      await log.close();
      await database.drop();
    },
  };
}
