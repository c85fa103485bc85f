import { existsSync } from 'node:fs';
import { ANNOTATION_EVENTS } from '../../libs/contracts/src/topics';
import { startProgram } from '../support/program';
import { type Fault } from './fault';
import { armed } from './fault-system';
import { Load } from './load';
import { NOISY_PROJECT } from './noise-fault';

const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/** What comes in, what is kept of it, and when it seems to be. */
export const INPUT_FAULTS: Fault[] = [
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
      // What was never read has no end that could be passed.
      const before = new Load(`${load.project}-before`, 0, () => system.services.client);
      await before.prepare();
      await before.send();
      await system.untilRead(topic, ['consensus']);
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
  NOISY_PROJECT,
];
