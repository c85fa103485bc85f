import { type Type } from '@nestjs/common';
import { type EntitySchema, type MigrationInterface } from 'typeorm';
import { type ServiceName } from '@assay/contracts/contract';

/** Everything that the platform needs to run one service, exported by its `*.module.ts`. */
export interface ServiceDefinition {
  /** Name of the service: its PostgreSQL schema, its database role (`assay_<name>`) and its consumer group. */
  name: ServiceName;
  /** The Nest module with its consumers, controllers and providers. */
  module: Type;
  /** Migrations by class, oldest first; run with the owner's role, never by a service in production. */
  migrations: readonly (new () => MigrationInterface)[];
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- what TypeORM takes
  entities: readonly (Function | EntitySchema)[];
  /** First segments after `/v1` that this service owns. */
  prefixes: readonly string[];
}
