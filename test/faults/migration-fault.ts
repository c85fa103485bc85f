import { SERVICES } from '../../apps/assay/src/services';
import { EVENT_LOG_MIGRATIONS, EVENT_LOG_SCHEMA } from '../../libs/platform/src/event-log/event-log-migrations';
import { PLATFORM_MIGRATIONS } from '../../libs/platform/src/transport/platform-migrations';
import { startProgram } from '../support/program';
import { type Fault, sql } from './fault';
import { armed, type FaultSystem, KILLED } from './fault-system';

const SCHEMAS = [EVENT_LOG_SCHEMA, ...SERVICES.map(({ name }) => name)];
const STEPS =
  EVENT_LOG_MIGRATIONS.length +
  SERVICES.reduce((sum, { migrations }) => sum + PLATFORM_MIGRATIONS.length + migrations.length, 0);

/** Whatever step it is killed in: when it has run again, the database is that of one that ran through. */
export const MIGRATION_KILLED: Fault = {
  name: 'migration killed (kill -9) in its first, fifth and last step, then run again',
  holds: 'I1',
  happen: async (system, load) => {
    await load.prepare();
    const sending = load.send();
    const whole = await shapeOf(system, 'assay');
    for (const step of [1, 5, STEPS]) {
      const database = `killed_${step}`;
      await migrate(system, database, step);
      await migrate(system, database);
      const found = await shapeOf(system, database);
      const differing = [...new Set([...whole, ...found])].filter((one) => whole.has(one) !== found.has(one));
      if (differing.length > 0)
        throw new Error(`I1: killed in step ${step}, ${differing.length} differ, as ${differing[0]}`);
      await sql(system, `drop database ${database}`, 'postgres');
    }
    await sending;
  },
};

async function migrate({ services }: FaultSystem, database: string, killedIn?: number): Promise<void> {
  const url = new URL(services.postgres.adminUrl);
  url.pathname = `/${database}`;
  const environment = killedIn === undefined ? {} : armed(`migrating kill ${killedIn}`);
  const program = startProgram('provision-program.ts', [url.href], environment);
  const code = await program.ended;
  if (killedIn !== undefined) await program.line(new RegExp(`^${KILLED} migrating, hit ${killedIn}$`));
  else if (code !== 0) throw new Error(`I1: migrating again ended with ${code}: ${program.lines.join()}`);
}

/** What a database is made of: columns, indexes, constraints, who may do what, and the names of the migrations. */
async function shapeOf(system: FaultSystem, database: string): Promise<Set<string>> {
  const schemas = `(${SCHEMAS.map((schema) => `'${schema}'`).join()})`;
  const migrations = SCHEMAS.map((schema) => `select '${schema} migrated ' || name from ${schema}.migration`);
  const rows = await sql<{ part: string }>(
    system,
    `select concat_ws(' ', 'column', table_schema, table_name, ordinal_position, column_name, data_type, is_nullable, column_default, generation_expression) as part
       from information_schema.columns where table_schema in ${schemas}
     union all select concat_ws(' ', schemaname, indexdef) from pg_indexes where schemaname in ${schemas}
     union all select concat_ws(' ', connamespace::regnamespace, conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
       where connamespace::regnamespace::text in ${schemas}
     union all select concat_ws(' ', 'rights', relnamespace::regnamespace, relname, relowner::regrole, array(select a::text from unnest(relacl) a order by 1))
       from pg_class where relnamespace::regnamespace::text in ${schemas}
     union all ${migrations.join(' union all ')}`,
    database,
  );
  return new Set(rows.map(({ part }) => part));
}
