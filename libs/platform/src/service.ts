import { type RequestListener } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type OpenAPIObject } from '@nestjs/swagger';
import helmet from 'helmet';
import { type Logger } from 'pino';
import { Registry } from 'prom-client';
import { type DataSource } from 'typeorm';
import { type Settings } from './config/settings';
import { consumedTopics } from './consumed-topics';
import { type EventLog } from './event-log/event-log';
import { NestLogger } from './logging/nest-logger';
import { DatabaseWatch } from './metrics/database-metrics';
import { httpMetrics } from './metrics/http-metrics';
import { type Monitored } from './metrics/monitor-server';
import { OpenApiDocument } from './openapi/openapi.controller';
import { openApiOf } from './openapi/openapi';
import { TransportGauges } from './metrics/transport-gauges';
import { PlatformModule, type PlatformParts } from './platform.module';
import { openDataSource } from './postgres/data-source';
import { type KeptKey } from './security/access-key';
import { routesOf } from './security/routes';
import { createTransport } from './service-transport';
import { type ServiceDefinition } from './service-definition';
import { PLATFORM_MIGRATIONS } from './transport/platform-migrations';

/** What a service runs on. */
export interface ServiceResources {
  settings: Settings;
  /** The administrator's, or the service's own: `serviceUrl` makes one of the other. */
  databaseUrl: string;
  eventLog: EventLog;
  logger: Logger;
  /** A key with the role admin that is valid from the start. */
  adminKey?: KeptKey;
  /** What `/v1/openapi.json` answers instead of the service's own document: the merged one, where one front is before several. */
  openApi?: () => object;
}

/** A service at work. */
export interface RunningService extends Monitored {
  /** First segments after `/v1` that are this service's. */
  prefixes: readonly string[];
  /** Answers HTTP; it listens nowhere by itself. */
  handle: RequestListener;
  openApi: OpenAPIObject;
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
  resources: ServiceResources,
  dataSource: DataSource,
): Promise<RunningService> {
  const { settings, eventLog, adminKey } = resources;
  const { name, prefixes } = definition;
  const logger = resources.logger.child({ service: name });
  const registry = new Registry();
  registry.setDefaultLabels({ service: name });
  const transport = createTransport(name, { dataSource, eventLog, registry, logger });
  const { transactions, relay } = transport;
  const openApi = new OpenApiDocument();
  const parts = { settings, dataSource, transactions, relay, eventLog, registry, logger, adminKey, openApi };
  const app = await createApp(definition, parts);
  const isLeading = () => relay.isLeading;
  const topics = consumedTopics(name);
  const database = new DatabaseWatch(dataSource, registry);
  const gauges = new TransportGauges({ dataSource, eventLog, registry, logger, topics, isLeading });
  let isClosing = false;
  const stopConsuming = async () => {
    isClosing = true;
    database.stop();
    gauges.stop();
    await app.close();
  };
  try {
    const document = openApiOf(app, name, routesOf(app));
    openApi.read = resources.openApi ?? (() => document);
    app.connectMicroservice({ strategy: transport.server });
    await app.init();
    await app.startAllMicroservices();
    relay.start();
    return {
      name,
      prefixes,
      handle: app.getHttpAdapter().getInstance() as RequestListener,
      openApi: document,
      registry,
      isReady: async () => !isClosing && (await database.answers()),
      isAlive: transport.isAlive,
      async close() {
        await stopConsuming();
        await relay.stop();
        await dataSource.destroy();
      },
    };
  } catch (error) {
    await stopConsuming();
    throw error;
  }
}

async function createApp(definition: ServiceDefinition, parts: PlatformParts): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    { module: ServiceRoot, imports: [PlatformModule.forService(definition, parts), definition.module] },
    { bodyParser: false, logger: new NestLogger(parts.logger), abortOnError: false },
  );
  app.set('etag', false);
  app.use(httpMetrics(parts.registry));
  app.use(helmet());
  return app;
}

/** The root of a service's application. */
class ServiceRoot {}
