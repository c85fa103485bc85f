// Log and services of the pipeline bench.
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { CATALOGUE } from '../../libs/contracts/src/catalogue';
import { Settings } from '../../libs/platform/src/config/settings';
import { type EventLog } from '../../libs/platform/src/event-log/event-log';
import { openEventLog } from '../../libs/platform/src/event-log/open-event-log';
import { type RunningService, type startService as StartService } from '../../libs/platform/src/service';
import { type ServiceDefinition } from '../../libs/platform/src/service-definition';
import { eventually } from '../support/eventually';
import { type StageOrder } from './pipeline-order';

export const ALL = ['ingestion', 'consensus', 'gold', 'scoring', 'assignment'];
export const TOPICS = [...new Set(CATALOGUE.map(({ topic }) => topic))];

/** What services run on besides the log. */
export interface Resources {
  databaseUrl: string;
  logger: Logger;
}

export function resourcesOf({ adminUrl }: StageOrder): Resources {
  return { databaseUrl: adminUrl, logger: pino({ level: 'error' }) };
}

/** The log of an order with every topic. */
export async function openLog({ adminUrl, kafka }: StageOrder): Promise<EventLog> {
  const settings = Object.assign(new Settings(), kafka && { log: 'kafka', kafkaBrokers: kafka });
  const said = { debug: () => undefined, warn: (message: string) => console.error(message) };
  const log = openEventLog(settings, adminUrl, said);
  await log.createTopics(TOPICS);
  // Kafka says that topics are made before their partitions have leaders.
  for (const { name } of TOPICS)
    await eventually(() => log.offsets(name).then(Boolean, () => false), `leaders of ${name}`); // prettier-ignore
  return log;
}

/** Starts what is built (dist/), as the product does. */
export async function start(names: readonly string[], log: EventLog, resources: Resources): Promise<RunningService[]> {
  const built = join(__dirname, '../../dist');
  const { SERVICES } = require(join(built, 'apps/assay/src/services')) as { SERVICES: ServiceDefinition[] };
  const { startService } = require(join(built, 'libs/platform/src/service')) as { startService: typeof StartService };
  const settings = Object.assign(new Settings(), { leaseSecret: 'a secret of thirty-two characters' });
  const running: RunningService[] = [];
  for (const definition of SERVICES.filter(({ name }) => names.includes(name)))
    running.push(await startService(definition, { ...resources, eventLog: log, settings }));
  return running;
}
