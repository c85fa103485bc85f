import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CATALOGUE } from '@assay/contracts/catalogue';
import { type Settings } from '@assay/platform/config/settings';
import { type EventLog } from '@assay/platform/event-log/event-log';
import { openEventLog } from '@assay/platform/event-log/open-event-log';
import { createLogger } from '@assay/platform/logging/logger';
import { startMonitorServer } from '@assay/platform/metrics/monitor-server';
import { processMetrics } from '@assay/platform/metrics/process-registry';
import { mergeOpenApi } from '@assay/platform/openapi/openapi';
import { startEmbeddedPostgres } from '@assay/platform/postgres/embedded-postgres';
import { UnusableFolder } from '@assay/platform/postgres/folder-lock';
import { provision } from '@assay/platform/postgres/provision';
import { keptKey, newKey, parseKey, writeKey } from '@assay/platform/security/access-key';
import { type RunningService, startService } from '@assay/platform/service';
import { type ServiceDefinition } from '@assay/platform/service-definition';
import { messageOf } from '@assay/platform/transport/message-of';
import { PLATFORM_MIGRATIONS } from '@assay/platform/transport/platform-migrations';
import { VERSION } from '@assay/platform/version';
import { CliError, EXIT } from './cli-error';
import { KEY_FILE, runningServices, SERVERS_FOLDER, type ServerFile } from './context';
import { frontServer } from './front';
import { patiently } from './patiently';

/** In the data folder: what tokens of assignments are signed with. */
const LEASE_SECRET_FILE = 'lease.secret';

export interface AssayOptions {
  settings: Settings;
  /** Folder of the embedded PostgreSQL, the admin key and what the command line needs to find this process. */
  dataDir: string;
  services: readonly ServiceDefinition[];
  /** 0 for any that is free. */
  port: number;
  metricsPort: number;
  /** Gets one line a step. */
  say(line: string): void;
  /** Stands between the services and the log: for tests that deliver twice, late or never. */
  wrapLog?(log: EventLog): EventLog;
}

/** All services in one process, at work. */
export interface RunningAssay {
  url: string;
  metricsUrl: string;
  /** The admin key as it is written. */
  key: string;
  /** Finishes what is in hand and ends everything that was started. */
  close(): Promise<void>;
}

/**
 * Starts services in this process: PostgreSQL from npm in the data folder unless the settings name one, schemas and roles, the event
 * log's topics, each service with its own connections, and one HTTP server before them, on loopback unless told otherwise.
 * What is started is ended in reverse when a later step fails.
 */
export async function startAssay(options: AssayOptions): Promise<RunningAssay> {
  const ends: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await start(options, ends)), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

async function start(options: AssayOptions, ends: (() => Promise<unknown>)[]): Promise<Omit<RunningAssay, 'close'>> {
  const { dataDir, services, say } = options;
  makeFolder(dataDir);
  const settings = { ...options.settings, leaseSecret: leaseSecret(dataDir, options.settings) };
  const databaseUrl = settings.databaseUrl ?? (await startDatabase(dataDir, say, ends));
  await patiently('PostgreSQL', say, () => provision(databaseUrl, services, PLATFORM_MIGRATIONS));
  const logger = createLogger(settings);
  const opened = openEventLog(settings, databaseUrl, logger);
  const eventLog = options.wrapLog?.(opened) ?? opened;
  ends.push(() => eventLog.close());
  await patiently('the event log', say, () => createTopics(eventLog));

  const key = adminKey(dataDir, settings);
  const parsed = parseKey(key);
  if (!parsed) throw new CliError(EXIT.badData, `${join(dataDir, KEY_FILE)}: expected a key assay_<id>_<secret>`);
  const running: RunningService[] = [];
  const { registry, stop } = processMetrics(VERSION);
  ends.push(async () => stop());
  const monitor = { registry, isStarted: () => running.length === services.length, services: () => running };
  const metricsServer = await startMonitorServer(monitor, settings.httpHost, options.metricsPort).catch(
    (error: unknown) => {
      throw takenPort(error, settings.httpHost, options.metricsPort, 'ASSAY_METRICS_PORT');
    },
  );
  ends.push(() => closeServer(metricsServer));
  for (const definition of services) {
    const service = await startService(definition, {
      settings,
      databaseUrl,
      eventLog,
      logger,
      adminKey: keptKey(parsed),
      openApi: () => mergeOpenApi(running.map((one) => one.openApi)),
    });
    running.push(service);
    ends.push(() => service.close());
  }
  // Whatever nobody owns is the first service's: it answers the merged OpenAPI document, and problem+json where there is nothing.
  const server = frontServer(running, running[0]!.handle);
  const url = await listen(server, settings.httpHost, options.port);
  ends.push(() => closeServer(server));
  for (const { name, prefixes } of running) {
    const file = writeServerFile(dataDir, { name, prefixes, url, pid: process.pid });
    ends.push(async () => rmSync(file, { force: true }));
  }
  return { url, metricsUrl: urlOf(metricsServer), key };
}

/** @throws CliError 1 where it cannot be made, or nothing can be written there. */
function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o755 });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    const words = `data folder ${dataDir}: expected one that can be written (${messageOf(error)})`;
    throw new CliError(EXIT.failure, words, { cause: error });
  }
}

async function startDatabase(
  dataDir: string,
  say: (line: string) => void,
  ends: (() => Promise<unknown>)[],
): Promise<string> {
  const postgres = await startEmbeddedPostgres({ dataDir, say }).catch((error: unknown) => {
    throw error instanceof UnusableFolder ? new CliError(EXIT.failure, error.message, { cause: error }) : error;
  });
  ends.push(() => postgres.stop());
  return postgres.adminUrl;
}

async function createTopics(eventLog: EventLog): Promise<void> {
  const topics = new Map(CATALOGUE.map(({ topic }) => [topic.name, topic]));
  await eventLog.createTopics(
    [...topics.values()].map(({ name, partitions, compacted }) => ({ name, partitions, compacted })),
  );
}

/** The first admin key: of the settings, or of the data folder. */
function adminKey(dataDir: string, { adminKey }: Settings): string {
  return adminKey ?? keptSecret(join(dataDir, KEY_FILE), () => writeKey(newKey()));
}

/** What tokens of assignments are signed with: of the settings, or of the data folder. */
function leaseSecret(dataDir: string, { leaseSecret }: Settings): string {
  return leaseSecret ?? keptSecret(join(dataDir, LEASE_SECRET_FILE), () => randomBytes(32).toString('base64url'));
}

/** The secret in a file that its owner alone can read; it is made at the first start, by one of several processes that start together. */
function keptSecret(file: string, make: () => string): string {
  if (!existsSync(file)) {
    const mine = `${file}.${process.pid}`;
    writeFileSync(mine, make(), { mode: 0o600 });
    try {
      linkSync(mine, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(mine);
    }
  }
  return readFileSync(file, 'utf8').trim();
}

/** A reader never sees half of it; what a killed process left is cleared away. */
function writeServerFile(dataDir: string, server: ServerFile): string {
  const folder = join(dataDir, SERVERS_FOLDER);
  mkdirSync(folder, { recursive: true });
  const running = runningServices(dataDir).map(({ name, pid }) => `${name}-${pid}.json`);
  for (const left of readdirSync(folder))
    if (left.endsWith('.json') && !running.includes(left)) rmSync(join(folder, left), { force: true });
  const file = join(folder, `${server.name}-${server.pid}.json`);
  writeFileSync(`${file}.new`, JSON.stringify(server), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return file;
}

async function listen(server: Server, host: string, port: number): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw takenPort(error, host, port, '--port or ASSAY_HTTP_PORT');
  });
  return urlOf(server);
}

/** A failure to listen, in words where the port is another's. */
function takenPort(error: unknown, host: string, port: number, setting: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error;
  return new CliError(EXIT.failure, `port ${port} of ${host} is taken: choose another with ${setting}`);
}

function urlOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

async function closeServer(server: Server): Promise<void> {
  server.closeIdleConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
