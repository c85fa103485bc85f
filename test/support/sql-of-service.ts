import { Client } from 'pg';
import { sqlOn } from '@assay/platform/postgres/rows-of';
import { serviceUrl } from '@assay/platform/postgres/service-url';
import { type ServiceDefinition } from '@assay/platform/service-definition';
import { freshDatabase, type FreshDatabase } from './database';

/** Statements with a service's rights on a database of the spec's own, for the whole spec: to be called at its top. */
export function sqlOfService(definition: ServiceDefinition) {
  let database: FreshDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await freshDatabase([definition]);
    client = new Client(serviceUrl(database.adminUrl, definition.name));
    await client.connect();
  });

  afterAll(async () => {
    await client?.end();
    await database?.drop();
  });

  return sqlOn({ query: async (...asked) => (await client.query(...asked)).rows });
}
