import { Controller, Module, type Type } from '@nestjs/common';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { CATALOGUE } from '@assay/contracts/catalogue';
import { type ServiceName, type Topic } from '@assay/contracts/contract';
import { ACCESS_EVENTS } from '@assay/contracts/topics';
import { readSettings } from '@assay/platform/config/settings';
import { type EventLog } from '@assay/platform/event-log/event-log';
import { PostgresEventLog } from '@assay/platform/event-log/postgres-event-log';
import { serviceUrl } from '@assay/platform/postgres/service-url';
import { type AccessKey, keptKey, newKey, writeKey } from '@assay/platform/security/access-key';
import { type RunningService, type ServiceResources, startService } from '@assay/platform/service';
import { type ServiceDefinition } from '@assay/platform/service-definition';
import { Consumes } from '@assay/platform/transport/consumes';
import { PLATFORM_MIGRATIONS } from '@assay/platform/transport/platform-migrations';
import { freshDatabase } from './database';

/** A definition with these controllers that ignores every event that the catalogue gives the service. */
export function testDefinition(name: ServiceName, controllers: Type[] = [], imports: Type[] = []): ServiceDefinition {
  @Module({ controllers: [ignoreEventsOf(name), ...controllers], imports })
  class TestModule {}
  return { name, module: TestModule, migrations: [], entities: [], prefixes: [] };
}

function ignoreEventsOf(name: ServiceName): Type {
  @Controller()
  class Ignore {}
  const topics = new Set(CATALOGUE.filter(({ consumers }) => consumers.includes(name)).map(({ topic }) => topic));
  for (const topic of topics) if (topic !== ACCESS_EVENTS) ignore(Ignore, topic);
  return Ignore;
}

function ignore(consumer: Type, topic: Topic): void {
  const method = { value: async () => undefined, configurable: true, writable: true, enumerable: false };
  Object.defineProperty(consumer.prototype, topic.name, method);
  Consumes(topic)(consumer.prototype as object, topic.name, method);
}

/** Services at work on a database of their own. */
export interface TestServices {
  services: RunningService[];
  eventLog: EventLog;
  adminUrl: string;
  /** Written key of an admin. */
  adminKey: string;
  /** Lines of the log so far. */
  logged(): string;
  stop(): Promise<void>;
}

/** Starts services as the product does, on a fresh database, with an admin's key. */
export async function startServices(
  definitions: readonly ServiceDefinition[],
  resources: Partial<ServiceResources> = {},
): Promise<TestServices> {
  const database = await freshDatabase(definitions, PLATFORM_MIGRATIONS);
  const eventLog = new PostgresEventLog(serviceUrl(database.adminUrl, 'event_log'));
  await eventLog.createTopics([...new Set(CATALOGUE.map(({ topic }) => topic))]);
  const admin: AccessKey = newKey();
  const lines: string[] = [];
  const stream = new PassThrough().on('data', (line: Buffer) => lines.push(line.toString()));
  const services: RunningService[] = [];
  for (const definition of definitions) {
    services.push(
      await startService(definition, {
        settings: readSettings({ ASSAY_LEASE_SECRET: 'a secret of thirty-two characters' }),
        databaseUrl: database.adminUrl,
        eventLog,
        logger: pino({ level: 'debug' }, stream),
        adminKey: keptKey(admin),
        ...resources,
      }),
    );
  }
  return {
    services,
    eventLog,
    adminUrl: database.adminUrl,
    adminKey: writeKey(admin),
    logged: () => lines.join(''),
    async stop() {
      for (const service of services) await service.close();
      await eventLog.close();
      await database.drop();
    },
  };
}
