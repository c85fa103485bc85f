import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANNOTATION_EVENTS } from '../../libs/contracts/src/topics';
import { eventually } from '../support/eventually';
import { isStopped } from '../support/process-tree';
import { type ServiceProcess } from '../support/service-processes';
import { during, type Fault, sql } from './fault';
import { armed, ASKED, type FaultSystem, killedByItself } from './fault-system';
import { watchLanes } from './lane-watch';
import { TWO_VERSIONS } from './version-fault';

/** Of a rebalance storm. */
const ROUNDS = 4;
const RELAYS = ['ingestion', 'consensus'] as const;

/** Instances of services come and go, stand still, or find others in their place. */
export const INSTANCE_FAULTS: Fault[] = [
  {
    name: 'SIGTERM in the middle of batches, one of three instances at a time',
    holds: 'I1 I8',
    happen: async (system, load) => {
      const folder = mkdtempSync(join(tmpdir(), 'assay-end-'));
      const more = ['second', 'third'].map((name) => ({ name, asks: join(folder, name) }));
      const joined = await Promise.all(
        more.map(({ asks }) => system.services.start('consensus', armed(`applied end 1 ${asks}`))),
      );
      await during(
        load,
        async () => {
          for (const [at, one] of joined.entries()) await endsInBatch(system, one, more[at]!.asks, joined.length - at);
        },
        { size: 4, pause: 200 },
      );
      rmSync(folder, { recursive: true });
    },
  },
  {
    name: 'rebalance storm: members of consensus and scoring join and leave every 3 s',
    holds: 'I1 I7',
    happen: async (system, load) => {
      const watch = await watchLanes(system, ['consensus', 'scoring']);
      const staying = (['consensus', 'scoring'] as const).map((name) => system.services.of(name)[0]!);
      const rebalances = () =>
        Promise.all(staying.map((one) => system.counted(one, 'assay_consumer_rebalances_total')));
      const before = await rebalances();
      await load.prepare();
      const sending = load.send({ size: 4, pause: 200 });
      for (let round = 0; round < ROUNDS; round++) {
        const joined = await Promise.all(
          (['consensus', 'scoring'] as const).map((name) => system.services.start(name, {})),
        );
        await sleep(3_000);
        await Promise.all(joined.map((one, at) => system.services.end(one, at ? 'SIGKILL' : 'SIGTERM')));
      }
      await sending;
      const after = await rebalances();
      await watch.end();
      const [fewest] = after.map((count, at) => count - before[at]!).sort((a, b) => a - b);
      // Each of those that join takes lanes.
      if (fewest! < ROUNDS) throw new Error(`lanes came and went ${fewest} times, expected ${ROUNDS} at least`);
    },
  },
  {
    name: 'zombie: consensus stopped (SIGSTOP) with a batch in hand for longer than its session, then going on beside its successor',
    holds: 'I1 I7',
    happen: async (system, load) => {
      const zombie = await system.arm('consensus', 'fetched stop 30');
      const watch = await watchLanes(system, ['consensus']);
      await load.prepare();
      const sending = load.send({ size: 4, pause: 100 });
      await eventually(() => isStopped(zombie.pid), 'consensus to stop with a batch in hand', 60_000);
      await system.services.start('consensus', {});
      await sending;
      await system.untilPassed('consensus', ANNOTATION_EVENTS.name);
      zombie.signal('SIGCONT');
      const isFenced = async () => (await system.counted(zombie, 'assay_consumer_fenced_writes_total')) > 0;
      await eventually(isFenced, 'the zombie to find its write fenced (I7)', 30_000);
      await watch.end();
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
    name: 'two relays: ingestion and consensus twice, of each the one at work killed after it published',
    holds: 'I3 I4',
    happen: async (system, load) => {
      const atWork = await Promise.all(
        RELAYS.map(async (service) => {
          const ownerOf = async () =>
            (await sql<{ owner: string }>(system, `select owner from ${service}.relay`))[0]?.owner;
          const before = await ownerOf();
          const one = await system.arm(service, 'published kill 4');
          await eventually(async () => (await ownerOf()) !== before, `${service} to have another relay`, 60_000);
          return one;
        }),
      );
      for (const service of RELAYS) await system.services.start(service, {});
      await load.prepare();
      const sending = load.send({ size: 10 });
      for (const one of atWork) await killedByItself(one);
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
  TWO_VERSIONS,
];

/** Asks an instance to end in its next transaction, and looks whether it does so in time, and leaves no member behind that others wait for. */
async function endsInBatch(system: FaultSystem, one: ServiceProcess, asks: string, left: number): Promise<void> {
  writeFileSync(asks, '');
  await eventually(() => one.said().includes(ASKED), `${one.service} to have a batch`, 60_000);
  const code = await Promise.race([one.ended, sleep(25_000, 'late', { ref: false })]);
  if (code !== 0) throw new Error(`I8: consensus ended with ${code} after SIGTERM, expected 0 within 25 s`);
  const members = await system.members('consensus');
  if (members > left) throw new Error(`I8: consensus has ${members} members when ${left} are left`);
}
