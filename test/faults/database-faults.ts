import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { SERVICE_NAMES } from '../support/service-processes';
import { DISK_FULL } from './disk-fault';
import { during, type Fault, sql } from './fault';

/** PostgreSQL, or the line to it. */
export const DATABASE_FAULTS: Fault[] = [
  {
    name: 'PostgreSQL crashes (kill -9 of its whole tree) and recovers',
    holds: 'I1 I2 I6',
    isSmoke: true,
    happen: (system, load) =>
      during(load, async () => {
        const before = system.services.postgres.pid();
        process.kill(before, 'SIGKILL');
        await eventually(() => system.services.postgres.pid() !== before, 'PostgreSQL again', 60_000);
      }),
  },
  {
    name: 'line to PostgreSQL cut for 3 s',
    holds: 'I1 I2 I6',
    happen: (system, load) =>
      during(load, async () => {
        system.postgresLine.cut();
        await sleep(3_000);
        system.postgresLine.open();
      }),
  },
  {
    name: 'PostgreSQL 200 ms away a packet',
    holds: 'I1 I8',
    happen: (system, load) =>
      during(load, async () => {
        system.postgresLine.slow(200);
        await sleep(8_000);
        system.postgresLine.open();
      }),
  },
  {
    name: 'every session of PostgreSQL ended twenty times (pg_terminate_backend)',
    holds: 'I1 I5',
    happen: (system, load) =>
      during(load, async () => {
        for (let time = 0; time < 20; time++) {
          await sql(
            system,
            `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename like 'assay_%'`,
          );
          await sleep(150);
        }
      }),
  },
  {
    name: 'serialization failures (40001) and deadlocks (40P01) in a tenth of the statements on every lane',
    holds: 'I1 I5',
    happen: async (system, load) => {
      const schemas = SERVICE_NAMES.filter((name) => name !== 'ingestion');
      for (const schema of schemas)
        await sql(
          system,
          `create or replace function ${schema}.fail_sometimes() returns trigger language plpgsql as $$
           begin
             if random() < .1 then raise exception 'planted' using errcode = case when random() < .5 then '40001' else '40P01' end; end if;
             return new;
           end $$;
           grant execute on function ${schema}.fail_sometimes() to public;
           create or replace trigger fail_sometimes before update on ${schema}.lane for each row execute function ${schema}.fail_sometimes()`,
        );
      try {
        await load.prepare();
        await load.send();
        await sleep(3_000);
      } finally {
        for (const schema of schemas) await sql(system, `drop function ${schema}.fail_sometimes() cascade`);
      }
    },
  },
  DISK_FULL,
];
