import { DataSource } from 'typeorm';
import { type ServiceDefinition } from '../service-definition';
import { PLATFORM_MIGRATIONS } from '../transport/platform-migrations';
import { checkVersion, type Migration } from './migrations';
import { PreparingClient } from './prepared';
import { serviceUrl } from './service-url';

/** Longer than gauges wait between two readings: they would make their connections anew each time. */
const IDLE_MS = 30_000;

/**
 * PostgreSQL ends a statement after a minute (`statement_timeout`): where it has not answered by then, its machine is gone without a word, and TCP would
 * wait for it for a quarter of an hour, or for ever where it had taken what was asked.
 */
const SILENT_MS = 75_000;

/**
 * A service's connections to its own schema, with its own role.
 * @param url of the administrator or of the service's role.
 * @param connections how many the pool may hold; default 10.
 * @param silentMs how long a connection may take to answer, or to be made or become free, before it is given up; 0 waits for ever.
 * @throws Error where the schema is of another version than the service: `provision` comes first.
 */
export async function openDataSource(
  url: string,
  definition: Pick<ServiceDefinition, 'name' | 'migrations' | 'entities'>,
  platformMigrations: readonly Migration[] = PLATFORM_MIGRATIONS,
  connections = 10,
  silentMs = SILENT_MS,
): Promise<DataSource> {
  const { name, migrations, entities } = definition;
  const dataSource = await new DataSource({
    type: 'postgres',
    url: serviceUrl(url, name),
    schema: name,
    entities: [...entities],
    applicationName: `assay ${name}`,
    installExtensions: false,
    extra: {
      max: connections,
      idleTimeoutMillis: IDLE_MS,
      Client: PreparingClient,
      pipeline: true,
      // With `pipeline` it closes the connection.
      query_timeout: silentMs,
      connectionTimeoutMillis: silentMs,
    },
  }).initialize();
  try {
    await checkVersion(dataSource, name, [...platformMigrations, ...migrations]);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}
