import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client as Postgres } from 'pg';
import { ANNOTATION_EVENTS } from '../../libs/contracts/src/topics';
import { type Failpoint } from '../../libs/platform/src/failpoint';
import { eventually } from '../support/eventually';
import { SERVICE_NAMES, type ServiceName } from '../support/service-processes';
import { startProgram } from '../support/program';
import { armed, type FaultSystem } from './fault-system';
import { EVENTS, type Load } from './load';

/** Something that goes wrong while a load is sent. It is over when `happen` returns; what was broken may still be broken. */
export interface Fault {
  name: string;
  /** Invariants of the design that it is about. */
  holds: string;
  /** Part of `npm test`. */
  isSmoke?: boolean;
  /** What of this machine is missing for it. */
  needs?(): string | undefined;
  /** Sends the load; throws where the fault could not be brought about. */
  happen(system: FaultSystem, load: Load): Promise<void>;
}

const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/** Moments of a process; the how-manieth of them must come in the load of one project. */
const READING: readonly Failpoint[] = ['fetched', 'fenced', 'applied', 'outboxed', 'committed'];
const RELAYING: readonly Failpoint[] = ['numbered', 'published'];

/** The how-manieth publishing of a service is cut short: scoring publishes once a fit, assignment what workers and experts do, of whom the load has none. */
const PUBLISHES: Record<ServiceName, readonly number[]> = {
  ingestion: [1, 2],
  consensus: [1, 2],
  gold: [1, 2],
  scoring: [1],
  assignment: [],
};

/** kill -9 of every service at every moment of a batch, of a relay, of a request. */
const killed: Fault[] = SERVICE_NAMES.flatMap((service) => [
  ...(service === 'ingestion' ? killsAt(service, ['recorded'], [2, 5]) : killsAt(service, READING, [2, 5])),
  ...killsAt(service, RELAYING, PUBLISHES[service]),
]);

function killsAt(service: ServiceName, moments: readonly Failpoint[], hits: readonly number[]): Fault[] {
  return moments.flatMap((moment) =>
    hits.map((hit) => ({
      name: `kill -9 of ${service}: ${moment}, hit ${hit}`,
      holds: RELAYING.includes(moment) ? 'I1 I3 I4' : 'I1 I2 I5 I6',
      isSmoke: service === 'consensus' && hit === 2 && (moment === 'outboxed' || moment === 'published'),
      happen: (system: FaultSystem, load: Load) => killAt(system, load, service, moment, hit),
    })),
  );
}

async function killAt(system: FaultSystem, load: Load, service: ServiceName, moment: Failpoint, hit: number) {
  const armed = await system.arm(service, `${moment} kill ${hit}`);
  // Work that ends by itself before the moment has come so often would show nothing.
  const work = (async () => {
    await load.prepare();
    await load.send();
    // Scoring has nothing to say before a fit.
    if (service === 'scoring') await load.askForFit();
  })();
  const code = await Promise.race([armed.ended, sleep(60_000).then(() => 'alive')]);
  if (code === 'alive') throw new Error(`${service} did not pass ${moment} ${hit} times`);
  if (!armed.said().includes('killed at')) throw new Error(`${service} ended by itself (${code}): ${armed.said()}`);
  await system.mend();
  await work;
}

/** Sends a load, and does something when a part of it is through. */
async function during(load: Load, happen: () => Promise<unknown>): Promise<void> {
  await load.prepare();
  const sending = load.send();
  await eventually(() => load.sent >= EVENTS.length / 4, 'a quarter of the load to be acknowledged', 60_000);
  await happen();
  await sending;
}

async function sql(system: FaultSystem, statement: string): Promise<void> {
  const client = new Postgres(system.services.postgres.adminUrl);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const brokers: Fault[] = [
  {
    name: 'broker killed (kill -9) and started again on its data',
    holds: 'I1 I3 I6 I8',
    isSmoke: true,
    happen: (system, load) =>
      during(load, async () => {
        await system.broker.kill();
        await sleep(1_000);
        await system.broker.restart();
      }),
  },
  {
    name: 'broker stopped (SIGSTOP) for 15 s: longer than a session and a request',
    holds: 'I1 I3 I6 I8',
    happen: (system, load) =>
      during(load, async () => {
        process.kill(system.broker.pid!, 'SIGSTOP');
        await sleep(15_000);
        process.kill(system.broker.pid!, 'SIGCONT');
      }),
  },
  {
    name: 'broker unreachable for 5 s; intake answers meanwhile',
    holds: 'I1 I3 I6 I8',
    happen: async (system, load) => {
      await load.prepare();
      system.kafkaLine.cut();
      // Everything is acknowledged without a broker.
      const sending = load.send();
      await Promise.race([sending, sleep(20_000).then(() => Promise.reject(new Error('intake waits for the broker')))]);
      await sleep(3_000);
      system.kafkaLine.open();
    },
  },
  {
    name: 'line to the broker half-open: connections stay, nothing passes for 25 s',
    holds: 'I1 I3 I6 I8',
    happen: (system, load) =>
      during(load, async () => {
        system.kafkaLine.hang();
        await sleep(25_000);
        system.kafkaLine.open();
      }),
  },
  {
    name: 'broker 2 s away',
    holds: 'I1 I8',
    happen: (system, load) =>
      during(load, async () => {
        system.kafkaLine.slow(2_000);
        await sleep(10_000);
        system.kafkaLine.open();
      }),
  },
];

const databases: Fault[] = [
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
];

const groups: Fault[] = [
  {
    name: 'SIGTERM in the middle of batches, one of three instances at a time',
    holds: 'I1 I8',
    happen: async (system, load) => {
      for (let more = 0; more < 2; more++) await system.services.start('consensus', {});
      await during(load, async () => {
        for (const one of system.services.of('consensus').slice(1)) {
          const code = await Promise.race([system.services.end(one, 'SIGTERM'), sleep(25_000).then(() => 'late')]);
          if (code !== 0) throw new Error(`consensus ended with ${code} after SIGTERM, expected 0 within 25 s`);
        }
      });
    },
  },
  {
    name: 'rebalance storm: members of consensus and scoring join and leave every 3 s',
    holds: 'I1 I7',
    happen: async (system, load) => {
      await load.prepare();
      const sending = load.send({ pause: 400 });
      for (let round = 0; round < 4; round++) {
        const joined = await Promise.all(
          ['consensus', 'scoring'].map((name) => system.services.start(name as ServiceName, {})),
        );
        await sleep(3_000);
        await Promise.all(joined.map((one, at) => system.services.end(one, at ? 'SIGKILL' : 'SIGTERM')));
      }
      await sending;
    },
  },
  {
    name: 'zombie: consensus stopped (SIGSTOP) for longer than its session, then going on beside its successor',
    holds: 'I1 I7',
    happen: async (system, load) => {
      const [zombie] = system.services.of('consensus');
      await load.prepare();
      const sending = load.send({ pause: 200 });
      await sleep(500);
      zombie!.signal('SIGSTOP');
      await system.services.start('consensus', {});
      await sleep(13_000);
      zombie!.signal('SIGCONT');
      await sending;
      await sleep(1_000);
    },
  },
  {
    name: 'blocked event loop: consensus stands still for 300 ms in every transaction',
    holds: 'I1 I8',
    happen: async (system, load) => {
      await system.arm('consensus', 'applied block 1 300');
      await load.prepare();
      await load.send();
    },
  },
  {
    name: 'two relays: ingestion and consensus twice, the one at work killed after it published',
    holds: 'I3 I4',
    happen: async (system, load) => {
      const armed = await system.arm('ingestion', 'published kill 4');
      await sleep(3_000);
      await system.services.start('ingestion');
      await system.services.start('consensus', {});
      await load.prepare();
      const sending = load.send();
      await Promise.race([armed.ended, sleep(30_000)]);
      await sending;
    },
  },
  {
    name: 'group offsets deleted while a service is away',
    holds: 'I1 I2',
    happen: async (system, load) => {
      await load.prepare();
      const sending = load.send();
      await sleep(300);
      for (const one of system.services.of('consensus')) await system.services.end(one, 'SIGTERM');
      await system.forgetGroup('consensus');
      await system.services.startMissing();
      await sending;
    },
  },
];

const inputs: Fault[] = [
  {
    name: 'everything sent three times by tools that heard no answer, in other orders',
    holds: 'I1 I2',
    happen: async (_system, load) => {
      await load.prepare();
      await load.send();
      await Promise.all([load.inAnotherOrder(1).send(), load.inAnotherOrder(2).send({ size: 7, pause: 0 })]);
    },
  },
  {
    name: 'poison on every topic: no JSON, bad UTF-8, null, 1.5 MB, depth of 100,000, __proto__, unknown types, no headers',
    holds: 'I2 I9',
    happen: async (system, load) => {
      await load.prepare();
      const sending = load.send();
      await system.poison();
      await sending;
    },
  },
  {
    name: 'topic truncated past what consensus has read: it stops, its position is put elsewhere, everything is published again',
    holds: 'I1 I2',
    happen: async (system, load) => {
      const topic = ANNOTATION_EVENTS.name;
      await load.prepare();
      for (const one of system.services.of('consensus')) await system.services.end(one, 'SIGTERM');
      await load.send();
      await system.untilRead(topic, ['gold', 'scoring', 'assignment']);
      await system.truncate(topic);
      await system.services.startMissing();
      await system.lookForLoss('consensus', topic);
      for (let partition = 0; partition < ANNOTATION_EVENTS.partitions; partition++) {
        const moved = { topic, partition, to: 'earliest' };
        await system.services.client.write('POST', '/v1/ops/consensus/offsets/reset', moved);
      }
      await system.services.client.write('POST', '/v1/ops/ingestion/rebuild', {});
    },
  },
  {
    name: 'clock of assignment and scoring two hours ahead',
    holds: 'I1',
    needs: () => (existsSync(FAKETIME) ? undefined : `${FAKETIME} (Debian: faketime)`),
    happen: async (system, load) => {
      for (const service of ['assignment', 'scoring'] as const) {
        for (const one of system.services.of(service)) await system.services.end(one, 'SIGTERM');
        await system.services.start(service, {
          LD_PRELOAD: FAKETIME,
          FAKETIME: '+2h',
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        });
      }
      await load.prepare();
      await load.send();
      await system.untilRead(ANNOTATION_EVENTS.name, ['gold', 'scoring', 'assignment']);
    },
  },
  {
    name: 'everything published again (assay rebuild) under load',
    holds: 'I1 I2',
    happen: async (system, load) => {
      await load.prepare();
      const sending = load.send();
      await system.services.client.write('POST', '/v1/ops/ingestion/rebuild', {});
      await sending;
      await system.services.client.write('POST', '/v1/ops/ingestion/rebuild', { project: load.project });
    },
  },
  {
    name: 'migration killed (kill -9) after its first, fifth and last step, then run again',
    holds: 'I1',
    happen: async (system, load) => {
      const url = new URL(system.services.postgres.adminUrl);
      url.pathname = '/halfway';
      for (const hit of [1, 5, 15]) {
        const killed = startProgram('provision-program.ts', [url.href], armed(`migrating kill ${hit}`));
        await killed.ended;
        if (!killed.lines.some((line) => line.startsWith('killed at')))
          throw new Error(`not killed: ${killed.lines.join()}`);
      }
      const whole = startProgram('provision-program.ts', [url.href]);
      if ((await whole.ended) !== 0) throw new Error(`migrating again: ${whole.lines.join()}`);
      await load.prepare();
      await load.send();
    },
  },
];

/** Every fault of the table in the design that this machine can bring about. */
export const FAULTS: readonly Fault[] = [...killed, ...brokers, ...databases, ...groups, ...inputs];
