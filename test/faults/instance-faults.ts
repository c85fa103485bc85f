import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceName } from '../support/service-processes';
import { during, type Fault } from './fault';
import { TWO_VERSIONS } from './version-fault';

/** Instances of services come and go, stand still, or find others in their place. */
export const INSTANCE_FAULTS: Fault[] = [
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
  TWO_VERSIONS,
];
