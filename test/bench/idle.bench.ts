// What the five services and their PostgreSQL use of the processor while nothing happens: `assay up` on the embedded defaults. Linux only.
import { setTimeout as sleep } from 'node:timers/promises';
import { runningServices } from '../../apps/assay/src/context';
import { SERVICES } from '../../apps/assay/src/services';
import { dataFolder, spawnedAssay } from '../support/assay';
import { ownSeconds, secondsBelow } from './processor-time';
import { machine, markdownTable, record } from './record';

/** Until what happens after a start is over: V8 compiles what runs, and cleans up its heap, for about a minute. */
export const REST_SECONDS = 75;
export const SECONDS = 60;

export async function run(): Promise<void> {
  const folder = dataFolder();
  const assay = await spawnedAssay(folder.path);
  try {
    const { pid } = runningServices(folder.path)[0]!;
    const [node, postgres] = await shares([() => ownSeconds(pid), () => secondsBelow(pid)]);
    const rows = [
      ['Node, a service', (node! / SERVICES.length).toFixed(2), 'below 1'],
      ['Node, all five in one process', node!.toFixed(2), ''],
      ['PostgreSQL, for all five', postgres!.toFixed(2), ''],
    ];
    const head = `Processor time of \`assay up\` without work, on the embedded log, over ${SECONDS} s (${machine()}).`;
    record('benchmarks.md', 'idle', `${head}\n\n${markdownTable(['what', '% of a core', 'goal'], rows)}`);
  } finally {
    await assay.kill();
    folder.remove();
  }
}

/** Per cent of a core by which each count of seconds grows at rest. */
export async function shares(counts: readonly (() => number)[]): Promise<number[]> {
  await sleep(REST_SECONDS * 1000);
  const before = counts.map((count) => count());
  await sleep(SECONDS * 1000);
  return counts.map((count, at) => (100 * (count() - before[at]!)) / SECONDS);
}
