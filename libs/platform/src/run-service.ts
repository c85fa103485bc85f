import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type Logger } from 'pino';
import { readSettings, type Settings } from './config/settings';
import { type EventLog } from './event-log/event-log';
import { openEventLog } from './event-log/open-event-log';
import { createLogger } from './logging/logger';
import { startMonitorServer } from './metrics/monitor-server';
import { processMetrics } from './metrics/process-registry';
import { keptKey, type KeptKey, parseKey } from './security/access-key';
import { type RunningService, startService } from './service';
import { type ServiceDefinition } from './service-definition';
import { messageOf } from './transport/message-of';
import { VERSION } from './version';

/** How long a service may take to finish what it has in hand; Kubernetes kills after 45 s. */
const PATIENCE_MS = 20_000;

/**
 * Runs one service in a process of its own, until SIGTERM or SIGINT: what `apps/<service>/src/main.ts` calls. It migrates nothing. A start
 * that fails, bad settings among it, ends the process with code 1 and one line on stderr.
 */
export async function runService(definition: ServiceDefinition): Promise<void> {
  try {
    const settings = readSettings();
    await run(definition, settings, createLogger(settings));
  } catch (error) {
    process.stderr.write(`assay ${definition.name}: ${messageOf(error)}\n`);
    process.exit(1);
  }
}

async function run(definition: ServiceDefinition, settings: Settings, logger: Logger): Promise<void> {
  const ofProcess = processMetrics(VERSION);
  const running: RunningService[] = [];
  const monitor = await startMonitorServer(
    {
      registry: ofProcess.registry,
      isStarted: () => running.length > 0,
      services: () => running,
    },
    settings.httpHost,
    settings.metricsPort,
  );
  const databaseUrl = databaseUrlOf(settings);
  const eventLog = openEventLog(settings, databaseUrl, logger);
  const adminKey = adminKeyOf(settings);
  const service = await startService(definition, { settings, databaseUrl, eventLog, logger, adminKey });
  running.push(service);
  const server = createServer(service.handle);
  server.listen(settings.httpPort, settings.httpHost);
  await once(server, 'listening');
  logger.info({ service: definition.name, address: server.address() }, 'listening');
  await signal();
  logger.info({ service: definition.name }, 'stopping');
  await within(PATIENCE_MS, stop(service, server, eventLog), logger);
  ofProcess.stop();
  monitor.close();
  process.exit(0);
}

/** The key that the settings name as the first admin's. */
export function adminKeyOf({ adminKey }: Pick<Settings, 'adminKey'>): KeptKey | undefined {
  const parsed = adminKey === undefined ? undefined : parseKey(adminKey);
  return parsed && keptKey(parsed);
}

function databaseUrlOf({ databaseUrl }: Settings): string {
  if (databaseUrl !== undefined) return databaseUrl;
  throw new Error('ASSAY_DATABASE_URL is not set although a service runs alone: expected postgres://...');
}

/** The first SIGTERM or SIGINT. */
async function signal(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}

async function stop(service: RunningService, server: Server, eventLog: EventLog): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await Promise.all([service.close(), closed]);
  await eventLog.close();
}

/** Waits for the end of what is in hand, but not for ever: what is left is rolled back by PostgreSQL and read again. */
async function within(milliseconds: number, work: Promise<void>, logger: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, milliseconds, 'late')));
  const outcome = await Promise.race([
    work.catch((error: unknown) => logger.error(`stopping: ${messageOf(error)}`)),
    late,
  ]);
  clearTimeout(timer);
  if (outcome === 'late') logger.error(`not done after ${milliseconds} ms: what is left is rolled back`);
}
