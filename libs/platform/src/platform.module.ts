import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { type Logger } from 'pino';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { ACCESS_EVENTS } from '@assay/contracts/topics';
import { Settings } from './config/settings';
import { consumedTopics } from './consumed-topics';
import { type EventLog } from './event-log/event-log';
import { LogEnds } from './event-log/log-ends';
import { BodyInterceptor } from './http/body.interceptor';
import { IdempotencyInterceptor } from './http/idempotency.interceptor';
import { ProblemFilter } from './http/problem.filter';
import { RateLimit } from './http/rate-limit';
import { OpenApiController, OpenApiDocument } from './openapi/openapi.controller';
import { opsController } from './ops/ops.controller';
import { OPS_SUBJECT, OpsService, type OpsSubject } from './ops/ops.service';
import { AccessConsumer } from './security/access.consumer';
import { AccessGuard } from './security/access.guard';
import { type KeptKey } from './security/access-key';
import { AccessKeys } from './security/access-keys';
import { Authenticator } from './security/authenticator';
import { OidcTokens, publishedKeys } from './security/oidc-tokens';
import { type ServiceDefinition } from './service-definition';
import { Relay } from './transport/relay';
import { Transactions } from './transport/transactions';

/** What one service's application is made of, besides its own module. */
export interface PlatformParts {
  settings: Settings;
  dataSource: DataSource;
  transactions: Transactions;
  relay: Relay;
  eventLog: EventLog;
  registry: Registry;
  logger: Logger;
  adminKey: KeptKey | undefined;
  openApi: OpenApiDocument;
}

/**
 * What every service's module may inject: `DataSource`, `Transactions`, `Relay`, `Settings`, `Registry`, `LogEnds`; and what stands before every route: guard,
 * body, idempotency, problems.
 */
@Global()
@Module({})
export class PlatformModule {
  static forService(definition: ServiceDefinition, parts: PlatformParts): DynamicModule {
    const provided: Provider[] = [
      { provide: Settings, useValue: parts.settings },
      { provide: DataSource, useValue: parts.dataSource },
      { provide: Transactions, useValue: parts.transactions },
      { provide: Relay, useValue: parts.relay },
      { provide: Registry, useValue: parts.registry },
      { provide: LogEnds, useValue: new LogEnds(parts.eventLog) },
    ];
    const { name: service } = definition;
    const subject: OpsSubject = { service, topics: consumedTopics(service), eventLog: parts.eventLog };
    return {
      module: PlatformModule,
      controllers: [
        OpenApiController,
        opsController(definition.name),
        ...(subject.topics.includes(ACCESS_EVENTS.name) ? [AccessConsumer] : []),
      ],
      providers: [
        ...provided,
        { provide: AccessKeys, useFactory: () => new AccessKeys(parts.dataSource, parts.adminKey) },
        { provide: RateLimit, useFactory: () => new RateLimit(parts.settings.requestsPerSecond) },
        {
          provide: Authenticator,
          inject: [AccessKeys],
          useFactory: (keys: AccessKeys) => new Authenticator(keys, oidcTokens(parts.settings), parts.logger),
        },
        OpsService,
        { provide: OpenApiDocument, useValue: parts.openApi },
        { provide: OPS_SUBJECT, useValue: subject },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_INTERCEPTOR, useClass: BodyInterceptor },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        { provide: APP_FILTER, useFactory: () => new ProblemFilter(parts.logger) },
      ],
      exports: provided,
    };
  }
}

function oidcTokens({ oidcIssuer, oidcAudience }: Settings): OidcTokens | undefined {
  if (oidcIssuer === undefined || oidcAudience === undefined) return undefined;
  return new OidcTokens(oidcIssuer, oidcAudience, publishedKeys(oidcIssuer));
}
