// npm run simulate:log -- [--seeds N] [--from SEED] [--plant BUG]: the transport on an event log that seeds play; prints those that do not hold.
// npm run simulate:log -- --seed SEED: one of them, with what was decided in which order.
import 'reflect-metadata';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../libs/platform/src/postgres/embedded-postgres';
import { dataFolder } from '../support/assay';
import { PLANTS } from './plants';
import { MEMBERS, type Outcome, simulate } from './simulation';
import { SimulationDatabase } from './simulation-database';

/** A seed waits for PostgreSQL most of the time. */
const PROCESSES = 2 * availableParallelism();

/** What a process of seeds is told, and answers. */
interface Order {
  /** Of a database of its own. */
  adminUrl: string;
  plant: string | undefined;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '500' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      plant: { type: 'string' },
    },
  });
  const { plant } = values;
  if (plant !== undefined && !PLANTS.some(({ name }) => name === plant))
    throw new Error(`--plant ${plant}: expected one of ${PLANTS.map(({ name }) => name).join(', ')}`);
  const first = wholeNumber('seed', values.seed ?? values.from);
  const count = values.seed === undefined ? wholeNumber('seeds', values.seeds) : 1;
  const server = dataFolder();
  const postgres = await startEmbeddedPostgres({ dataDir: server.path });
  const processes: ChildProcess[] = [];
  try {
    for (let number = 0; number < Math.min(PROCESSES, count); number++) {
      processes.push(fork(__filename, [], { serialization: 'advanced' }));
      const url = new URL(postgres.adminUrl);
      url.pathname = `/simulation_${number}`;
      processes[number]!.send({ adminUrl: url.href, plant } satisfies Order);
    }
    await Promise.all(processes.map((one) => answerOf(one)));
    const began = performance.now();
    const seeds = Array.from({ length: count }, (_none, index) => first + index);
    const failed: number[] = [];
    await Promise.all(
      processes.map(async (one) => {
        for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
          one.send(seed);
          const outcome = (await answerOf(one)) as Outcome;
          if (outcome.violations.length > 0) failed.push(seed);
          if (outcome.violations.length > 0 || values.seed !== undefined) print(outcome, plant);
        }
      }),
    );
    const minutes = (performance.now() - began) / 60_000;
    const list = failed.length > 0 ? ` (${failed.sort((a, b) => a - b).join(' ')})` : '';
    console.log(`${count} seeds, ${failed.length} do not hold${list}, ${Math.round(count / minutes)} seeds a minute`);
    process.exitCode = failed.length > 0 ? 6 : 0;
  } finally {
    for (const one of processes) if (one.connected) one.disconnect();
    await Promise.all(processes.map((one) => one.exitCode ?? once(one, 'exit')));
    await postgres.stop();
    removeEmbeddedPostgres(server.path);
    server.remove();
  }
}

/** A process that plays one seed after the other, until nobody listens. */
async function play(): Promise<void> {
  const [{ adminUrl, plant: planted }] = (await once(process, 'message')) as [Order];
  const database = await SimulationDatabase.open(adminUrl, MEMBERS);
  const plant = PLANTS.find((one) => one.name === planted);
  process.on(
    'message',
    (seed: number) => void simulate(seed, database, plant).then((outcome) => process.send!(outcome)),
  );
  process.send!('ready');
  await once(process, 'disconnect');
  await database.close();
}

/** @throws Error where the process ends instead. */
function answerOf(one: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: unknown) => {
      one.off('exit', onExit);
      resolve(answer);
    };
    const onExit = () => {
      one.off('message', onMessage);
      reject(new Error('a process of seeds has ended'));
    };
    one.once('message', onMessage).once('exit', onExit);
  });
}

function print({ seed, schedule, violations }: Outcome, plant: string | undefined): void {
  const again = `npm run simulate:log -- --seed ${seed}${plant === undefined ? '' : ` --plant ${plant}`}`;
  console.log(`seed ${seed}:`);
  for (const line of schedule) console.log(`  ${line}`);
  console.log(violations.length > 0 ? `seed ${seed} does not hold (${again}):` : `seed ${seed} holds`);
  for (const violation of violations) console.log(`  ${violation}`);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} ${text}: expected a whole number`);
  return Number(text);
}

(process.send ? play() : main()).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 2;
  if (process.send) process.disconnect();
});
