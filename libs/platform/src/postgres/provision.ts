import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { DataSource } from 'typeorm';
import { type ServiceDefinition } from '../service-definition';
import { EVENT_LOG_MIGRATIONS, EVENT_LOG_SCHEMA } from '../event-log/event-log-migrations';
import { PLATFORM_MIGRATIONS } from '../transport/platform-migrations';
import { migrate, type Migration } from './migrations';
import { passwordOf, roleOf } from './service-url';

/** Owns every schema and what is in it; nobody logs in as it. */
const OWNER = 'assay_owner';

/** What a service's role may wait for, and how it begins: a process that was stopped inside a transaction must not stop its successor. */
const limits = {
  idle_in_transaction_session_timeout: '3s',
  statement_timeout: '60s',
  // Before the statement's own end, which would be taken for the fault of an event: who waits for a lock has done nothing wrong.
  lock_timeout: '30s',
  // What a fence looks at to see that it stands in its transaction (`fencedTransaction`).
  default_transaction_deferrable: 'off',
};

/** Plans that are kept while a table grows from nothing must not read all of it (`prepared`). */
const planning = {
  enable_seqscan: 'off',
  jit: 'off',
};

/**
 * Makes a database fit for the services, as an administrator: the database itself, per service a schema, a role that can do no more
 * than read and write in it, and its tables; the same for the embedded event log. Can be run at every start, by several processes at
 * once, and is whole after it was cut short and run again.
 * @param adminUrl a superuser, or a role with CREATEROLE and CREATEDB (or the database made beforehand).
 */
export async function provision(
  adminUrl: string,
  definitions: readonly Pick<ServiceDefinition, 'name' | 'migrations'>[],
  platformMigrations: readonly Migration[] = PLATFORM_MIGRATIONS,
): Promise<void> {
  await createDatabase(adminUrl);
  const schemas = [
    { name: EVENT_LOG_SCHEMA, migrations: EVENT_LOG_MIGRATIONS },
    ...definitions.map(({ name, migrations }) => ({ name, migrations: [...platformMigrations, ...migrations] })),
  ];
  const admin = await new DataSource({ type: 'postgres', url: adminUrl, extra: { max: 1 } }).initialize();
  try {
    // One at a time in this database, until the session ends.
    await admin.query(`select pg_advisory_lock(hashtextextended('assay provision', 0))`);
    await createOwner(admin);
    for (const { name, migrations } of schemas) {
      await createRole(admin, adminUrl, name);
      await createSchema(admin, name);
      await migrate(admin, name, OWNER, migrations);
      await admin.query(`revoke insert, update, delete on ${name}.migration from ${roleOf(name)}`);
    }
  } finally {
    await admin.destroy();
  }
}

async function createDatabase(adminUrl: string): Promise<void> {
  if (await exists(adminUrl)) return;
  const maintenance = new URL(adminUrl);
  const name = decodeURIComponent(maintenance.pathname.slice(1));
  maintenance.pathname = '/postgres';
  const client = new Client(maintenance.href);
  await client.connect();
  try {
    const collation = `template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`;
    await client.query(`create database ${escapeIdentifier(name)} ${collation}`);
  } catch (error) {
    if (!isRace(error)) throw error;
  } finally {
    await client.end();
  }
}

async function exists(url: string): Promise<boolean> {
  const client = new Client(url);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '3D000') return false;
    throw error;
  } finally {
    await client.end();
  }
}

async function createOwner(admin: DataSource): Promise<void> {
  await again(async () => {
    const [known] = await admin.query(`select 1 from pg_roles where rolname = $1`, [OWNER]);
    if (!known) await admin.query(`create role ${OWNER} nologin`);
    await admin.query(`grant ${OWNER} to current_user`);
    const [{ database }] = await admin.query('select current_database() as database');
    await admin.query(`revoke all on database ${escapeIdentifier(database)} from public`);
    await admin.query(`grant create, connect on database ${escapeIdentifier(database)} to ${OWNER}`);
    await admin.query('revoke all on schema public from public');
  });
}

// Roles are the whole cluster's: two databases on it (tests) share them and set them to the same values.
async function createRole(admin: DataSource, adminUrl: string, schema: string): Promise<void> {
  const role = roleOf(schema);
  await again(async () => {
    const [known] = await admin.query(`select 1 from pg_roles where rolname = $1`, [role]);
    if (!known) await admin.query(`create role ${role}`);
    await admin.query(`alter role ${role} login password ${escapeLiteral(passwordOf(adminUrl, schema))}`);
    for (const [name, value] of Object.entries({ search_path: schema, ...limits, ...planning }))
      await admin.query(`alter role ${role} set ${name} = '${value}'`);
    const [{ database }] = await admin.query('select current_database() as database');
    await admin.query(`grant connect on database ${escapeIdentifier(database)} to ${role}`);
  });
}

async function createSchema(admin: DataSource, schema: string): Promise<void> {
  const role = roleOf(schema);
  await again(async () => {
    await admin.query(`create schema if not exists ${schema} authorization ${OWNER}`);
    await admin.query(`grant usage on schema ${schema} to ${role}`);
    const defaults = `alter default privileges for role ${OWNER} in schema ${schema} grant`;
    await admin.query(`${defaults} select, insert, update, delete on tables to ${role}`);
    await admin.query(`${defaults} usage, select on sequences to ${role}`);
  });
}

/** Roles are changed from other databases too, and their catalogue has no locks that wait: who comes second gets an error, and tries again. */
async function again(change: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await change();
    } catch (error) {
      if (!isRace(error) || attempt === 20) throw error;
    }
  }
}

// duplicate_object, duplicate_database, duplicate_schema, unique_violation, and "tuple concurrently updated", which has no code of its own.
function isRace(error: unknown): boolean {
  const { code, message } = error as { code?: string; message: string };
  return ['42710', '42P04', '42P06', '23505'].includes(code ?? '') || message.includes('concurrently');
}
