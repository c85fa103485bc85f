import { type RequestListener } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { Logger as NestLogger } from 'nestjs-pino';
import { type Logger } from 'pino';
import { Registry } from 'prom-client';
import { type DataSource } from 'typeorm';
import { type Settings } from './config/settings';
import { type EventLog } from './event-log/event-log';
import { DatabaseWatch } from './metrics/database-metrics';
import { httpMetrics } from './metrics/http-metrics';
import { type Monitored } from './metrics/monitor-server';
import { PlatformModule, type PlatformParts } from './platform.module';
import { openDataSource } from './postgres/data-source';
import { type KeptKey } from './security/access-key';
import { routesOf } from './security/routes';
import { type ServiceDefinition } from './service-definition';
import { batchMetrics } from './transport/batch-metrics';
import { BatchServer } from './transport/batch-server';
import { messageOf } from './transport/message-of';
import { PLATFORM_MIGRATIONS } from './transport/platform-migrations';
import { Relay } from './transport/relay';
import { Transactions } from './transport/transactions';

/** What a service runs on. */
export interface ServiceResources {
  settings: Settings;
  /** The administrator's, or the service's own: `serviceUrl` makes one of the other. */
  databaseUrl: string;
  eventLog: EventLog;
  logger: Logger;
  /** A key with the role admin that is valid from the start. */
  adminKey?: KeptKey;
}

/** A service at work. */
export interface RunningService extends Monitored {
  /** First segments after `/v1` that are this service's. */
  prefixes: readonly string[];
  /** Answers HTTP; it listens nowhere by itself. */
  handle: RequestListener;
  /** No longer ready from the moment of the call; finishes the batches in hand, publishes, closes its connections. */
  close(): Promise<void>;
}

/**
 * Starts one service: its connections to its schema, its Nest application, its consumers, its relay. Several can run in one process.
 * @throws Error where the schema's version is not this one's, a route has no roles, or the consumers are not those of the catalogue.
 */
export async function startService(
  definition: ServiceDefinition,
  resources: ServiceResources,
): Promise<RunningService> {
  const { databaseUrl } = resources;
  const dataSource = await openDataSource(databaseUrl, definition, PLATFORM_MIGRATIONS);
  try {
    return await startOn(definition, resources, dataSource);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

async function startOn(
  definition: ServiceDefinition,
  { settings, eventLog, logger: processLogger, adminKey }: ServiceResources,
  dataSource: DataSource,
): Promise<RunningService> {
  const { name, prefixes } = definition;
  const logger = processLogger.child({ service: name });
  const registry = new Registry();
  registry.setDefaultLabels({ service: name });
  const metrics = batchMetrics(registry);
  let crash: Error | undefined;
  let isClosing = false;

  const relay = new Relay({
    dataSource,
    log: eventLog,
    onFailure: (error) => logger.warn(`relay: ${messageOf(error)}`),
    onPublished: (events) => metrics.published.inc(events),
  });
  const server = new BatchServer({
    service: name,
    dataSource,
    log: eventLog,
    metrics,
    logger,
    onPublish: () => relay.wake(),
    onCrash: (error) => {
      crash = error;
      logger.fatal(`consuming has ended: ${messageOf(error)}`);
    },
  });
  const transactions = new Transactions(dataSource, name, relay);
  const app = await createApp(definition, {
    settings,
    dataSource,
    transactions,
    registry,
    logger,
    requestsPerSecond: settings.requestsPerSecond,
    adminKey,
  });
  const database = new DatabaseWatch(dataSource, registry);
  const close = async () => {
    isClosing = true;
    database.stop();
    await app.close();
    await relay.stop();
    await dataSource.destroy();
  };
  try {
    app.connectMicroservice({ strategy: server });
    await app.init();
    await app.startAllMicroservices();
  } catch (error) {
    database.stop();
    await app.close();
    throw error;
  }
  relay.start();
  return {
    name,
    prefixes,
    handle: app.getHttpAdapter().getInstance() as RequestListener,
    registry,
    isReady: async () => !isClosing && (await database.answers()),
    isAlive: () => crash === undefined,
    close,
  };
}

async function createApp(definition: ServiceDefinition, parts: PlatformParts): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    { module: ServiceRoot, imports: [PlatformModule.forService(definition, parts), definition.module] },
    { bodyParser: false, bufferLogs: true, abortOnError: false },
  );
  app.useLogger(app.get(NestLogger));
  app.set('etag', false);
  app.use(httpMetrics(parts.registry));
  app.use(helmet());
  routesOf(app);
  return app;
}

/** The root of a service's application. */
class ServiceRoot {}
