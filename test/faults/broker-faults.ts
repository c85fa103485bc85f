import { setTimeout as sleep } from 'node:timers/promises';
import { during, type Fault } from './fault';

/** The broker, or the line to it. */
export const BROKER_FAULTS: Fault[] = [
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
    name: 'broker stopped (SIGSTOP) for 20 s: longer than a session and a request',
    holds: 'I1 I3 I6 I8',
    happen: (system, load) =>
      during(load, async () => {
        process.kill(system.broker.pid!, 'SIGSTOP');
        await sleep(20_000);
        process.kill(system.broker.pid!, 'SIGCONT');
      }),
  },
  {
    name: 'broker unreachable for 5 s; intake answers meanwhile',
    holds: 'I1 I3 I6 I8',
    happen: async (system, load) => {
      await load.prepare();
      system.kafkaLine.cut();
      const gone = sleep(5_000);
      // Everything is acknowledged without a broker.
      const sending = load.send();
      await Promise.race([sending, sleep(20_000).then(() => Promise.reject(new Error('intake waits for the broker')))]);
      await gone;
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
