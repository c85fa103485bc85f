import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { EVENT_LOG_MIGRATIONS } from '@assay/platform/event-log/event-log-migrations';
import { type Migration } from '@assay/platform/postgres/migrations';
import { provision } from '@assay/platform/postgres/provision';
import { PLATFORM_MIGRATIONS } from '@assay/platform/transport/platform-migrations';
import { type ServiceDefinition } from '@assay/platform/service-definition';

type Provisioned = Pick<ServiceDefinition, 'name' | 'migrations'>;

/** A database of a spec's own, on the PostgreSQL that all specs of a run share. */
export interface FreshDatabase {
  /** The superuser's URL: `serviceUrl(adminUrl, service)` makes a service's of it. */
  adminUrl: string;
  /** Removes the database. @throws Error naming the connections that the spec left open. */
  drop(): Promise<void>;
}

/**
 * Makes a database with the schemas, roles and tables of these services and of the event log: a copy of a template, which is made once
 * for each set of migrations. To be called in `beforeAll` and dropped in `afterAll`.
 */
export async function freshDatabase(
  definitions: readonly Provisioned[] = [],
  platformMigrations: readonly Migration[] = PLATFORM_MIGRATIONS,
): Promise<FreshDatabase> {
  const server = await testPostgres();
  const template = await templateDatabase(server, definitions, platformMigrations);
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server, (client) => client.query(`create database ${name} template ${template}`));
  const adminUrl = urlOf(server, name);
  // A copy has the template's tables but not its grants on the database.
  await provision(adminUrl, definitions, platformMigrations);
  return { adminUrl, drop: () => onServer(server, (client) => dropDatabase(client, name)) };
}

/** An empty database's URL on the shared PostgreSQL: it is not there until somebody provisions it. */
export async function absentDatabase(): Promise<FreshDatabase> {
  const server = await testPostgres();
  const name = `test_${randomBytes(6).toString('hex')}`;
  return { adminUrl: urlOf(server, name), drop: () => onServer(server, (client) => dropDatabase(client, name)) };
}

async function testPostgres(): Promise<string> {
  const port = Number(process.env.ASSAY_TEST_POSTGRES);
  const answer = await text(connect(port, '127.0.0.1'));
  if (!answer.startsWith('postgres://')) throw new Error(`no PostgreSQL for tests: ${answer}`);
  return answer;
}

async function templateDatabase(
  server: string,
  definitions: readonly Provisioned[],
  platformMigrations: readonly Migration[],
): Promise<string> {
  const sources = [EVENT_LOG_MIGRATIONS, platformMigrations, ...definitions.map(({ migrations }) => migrations)];
  const content = definitions.map(({ name }) => name).join() + sources.flat().map(String).join();
  const name = `template_${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
  await onServer(server, async (client) => {
    await client.query(`select pg_advisory_lock(hashtext($1))`, [name]);
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rows.length > 0) return;
    // Under another name until it is whole.
    await client.query(`drop database if exists ${name}_new with (force)`);
    await provision(urlOf(server, `${name}_new`), definitions, platformMigrations);
    await client.query(`alter database ${name}_new rename to ${name}`);
  });
  return name;
}

async function onServer<T>(server: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(urlOf(server, 'postgres'));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function dropDatabase(client: Client, name: string): Promise<void> {
  const left = await leftConnections(client, name);
  await client.query(`drop database if exists ${name} with (force)`);
  if (left.length > 0) throw new Error(`connections left open to ${name}: ${left.join('; ')}`);
}

/** A connection that was closed takes PostgreSQL a moment to see. */
async function leftConnections(client: Client, name: string): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    const { rows } = await client.query<{ application_name: string; state: string; query: string }>(
      `select application_name, state, query from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [name],
    );
    if (rows.length === 0 || attempt === 1000)
      return rows.map((row) => `${row.application_name || 'unnamed'} (${row.state}): ${row.query}`);
    await sleep(20);
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
