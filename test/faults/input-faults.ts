import { ANNOTATION_EVENTS } from '../../libs/contracts/src/topics';
import { CLOCK_SKEW } from './clock-fault';
import { type Fault } from './fault';
import { EVENTS, Load } from './load';
import { MIGRATION_KILLED } from './migration-fault';
import { NOISY_PROJECT } from './noise-fault';
import { PROJECT_LATE } from './parking-fault';
import { POISON_FAULT } from './poison-fault';

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
  PROJECT_LATE,
  POISON_FAULT,
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
      await system.rebuild();
    },
  },
  CLOCK_SKEW,
  {
    name: 'everything published again (assay rebuild) under load',
    holds: 'I1 I2',
    happen: async (system, load) => {
      await load.prepare();
      const sending = load.send();
      await system.rebuild();
      await sending;
      const published = await system.rebuild(load.project);
      if (published < EVENTS.length) throw new Error(`${published} events were published again`);
    },
  },
  MIGRATION_KILLED,
  NOISY_PROJECT,
];
