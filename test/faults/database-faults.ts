import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { killTree } from '../support/process-tree';
import { SERVICE_NAMES, type ServiceName } from '../support/service-processes';
import { DISK_FULL } from './disk-fault';
import { during, type Fault, sql } from './fault';
import { type FaultSystem } from './fault-system';

/** PostgreSQL, or the line to it. */
export const DATABASE_FAULTS: Fault[] = [
  {
    name: 'PostgreSQL crashes (kill -9 of its whole tree) and recovers',
    holds: 'I1 I2 I6',
    isSmoke: true,
    happen: (system, load) =>
      during(load, async () => {
        const before = system.services.postgres.pid();
        killTree(before);
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
      during(
        load,
        async () => {
          const lost = new Set<string>();
          for (let time = 0; time < 20; time++) {
            const ended = await sql<{ role: string }>(
              system,
              `with s as materialized (
                 select pid, usename from pg_stat_activity where pid <> pg_backend_pid() and usename like 'assay_%')
               select usename as role from s where pg_terminate_backend(pid)`,
            );
            for (const { role } of ended) lost.add(role);
            await sleep(150);
          }
          if (lost.size < SERVICE_NAMES.length) throw new Error(`only ${[...lost].join()} lost sessions`);
        },
        { pause: 400 },
      ),
  },
  {
    name: 'serialization failures (40001) and deadlocks (40P01) in a tenth of the statements on every lane',
    holds: 'I1 I5',
    happen: async (system, load) => {
      const schemas = SERVICE_NAMES.filter((name) => name !== 'ingestion');
      for (const schema of schemas)
        await sql(
          system,
          `create sequence ${schema}.failures;
           create function ${schema}.fail_sometimes() returns trigger language plpgsql security definer as $$
           begin
             if random() < .1 then perform nextval('${schema}.failures'); raise exception 'planted' using errcode = case when random() < .5 then '40001' else '40P01' end; end if;
             return new;
           end $$;
           create trigger fail_sometimes before update on ${schema}.lane for each row execute function ${schema}.fail_sometimes()`,
        );
      try {
        await load.prepare();
        await load.send({ size: 10 });
        for (const service of schemas) await hasRetried(system, service);
      } finally {
        for (const schema of schemas)
          await sql(system, `drop function ${schema}.fail_sometimes() cascade; drop sequence ${schema}.failures`);
      }
    },
  },
  DISK_FULL,
];

/** Waits until transactions of a service have failed, and it says that it tried some again. */
async function hasRetried(system: FaultSystem, service: ServiceName): Promise<void> {
  const [one] = system.services.of(service);
  let seen = '';
  const isCounted = async () => {
    // What failed is rolled back; that a sequence was counted up is not.
    const [{ failures } = { failures: 0 }] = await sql<{ failures: number }>(
      system,
      `select case when is_called then last_value else 0 end::int as failures from ${service}.failures`,
    );
    const retries = await system.counted(one!, 'assay_db_transaction_retries_total');
    seen = `${failures} failures and ${retries} retries`;
    return failures > 0 && retries > 0;
  };
  await eventually(isCounted, () => `${service} to try again what failed: it has ${seen}`, 30_000);
}
