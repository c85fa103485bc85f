import { type DataSource, type EntityManager, type MigrationInterface } from 'typeorm';
import { failpoint } from '../failpoint';

/** A migration's class; its name is what the schema remembers. */
export type Migration = new () => MigrationInterface;

/**
 * Brings a schema up to date: runs, in the order given, the migrations that its table `migration` does not name. All of them commit
 * or none does. `provision` sees to it that one process does this at a time.
 * @param owner role that is to own what they make.
 * @throws Error where the schema is of a newer version than this list.
 */
export async function migrate(admin: DataSource, schema: string, owner: string, migrations: readonly Migration[]) {
  const runner = admin.createQueryRunner();
  await runner.startTransaction();
  try {
    await runner.query(`set local role ${owner}`);
    await runner.query(`set local search_path = ${schema}`);
    await runner.query(
      `create table if not exists migration (
         ordinal int generated always as identity primary key,
         name text not null unique,
         applied_at timestamptz not null default now())`,
    );
    const applied = await appliedMigrations(runner.manager);
    refuseUnknown(schema, applied, migrations);
    // By name, not by place: the platform's and a service's own migrations are one list, and both grow at their ends.
    for (const migration of migrations.filter(({ name }) => !applied.includes(name))) {
      await new migration().up(runner);
      failpoint('migrating');
      await runner.query('insert into migration (name) values ($1)', [migration.name]);
    }
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}

/**
 * Refuses to go on with a schema that is not of this version.
 * @throws Error naming what the schema has and what this version needs.
 */
export async function checkVersion(service: DataSource, schema: string, migrations: readonly Migration[]) {
  const applied = await appliedMigrations(service.manager);
  refuseUnknown(schema, applied, migrations);
  const missing = migrations.find(({ name }) => !applied.includes(name));
  if (missing)
    throw new Error(`schema ${schema} is behind: it has ${applied.at(-1) ?? 'no migration'}, expected ${missing.name}`);
}

async function appliedMigrations(manager: EntityManager): Promise<string[]> {
  const rows: { name: string }[] = await manager.query('select name from migration order by ordinal');
  return rows.map(({ name }) => name);
}

function refuseUnknown(schema: string, applied: readonly string[], migrations: readonly Migration[]): void {
  const unknown = applied.find((name) => !migrations.some((migration) => migration.name === name));
  if (unknown === undefined) return;
  const newest = migrations.at(-1)?.name ?? 'the empty schema';
  throw new Error(`schema ${schema} is ahead of this version: it has ${unknown}, expected none after ${newest}`);
}
