// What the five services and their PostgreSQL use of the processor while nothing happens: `assay up` on the embedded defaults. Linux only.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runningServices } from '../../apps/assay/src/context';
import { SERVICES } from '../../apps/assay/src/services';
import { dataFolder, spawnedAssay } from '../support/assay';
import { machine, markdownTable, record } from './record';

/** Until what happens after a start is over. */
const REST_SECONDS = 20;
const SECONDS = 60;
/** Of /proc/<pid>/stat; the same on every Linux. */
const TICKS_PER_SECOND = 100;

export async function run(): Promise<void> {
  const folder = dataFolder();
  const assay = await spawnedAssay(folder.path);
  try {
    const { pid } = runningServices(folder.path)[0]!;
    await sleep(REST_SECONDS * 1000);
    const before = ticks(pid);
    await sleep(SECONDS * 1000);
    const after = ticks(pid);
    const percent = (of: 'node' | 'postgres') => (100 * (after[of] - before[of])) / TICKS_PER_SECOND / SECONDS;
    const rows = [
      ['Node, a service', (percent('node') / SERVICES.length).toFixed(2), 'below 1'],
      ['Node, all five in one process', percent('node').toFixed(2), ''],
      ['PostgreSQL, for all five', percent('postgres').toFixed(2), ''],
    ];
    const head = `Processor time of \`assay up\` without work, on the embedded log, over ${SECONDS} s (${machine()}).`;
    record('benchmarks.md', 'idle', `${head}\n\n${markdownTable(['what', '% of a core', 'goal'], rows)}`);
  } finally {
    await assay.kill();
    folder.remove();
  }
}

/** Processor time of a process and of the PostgreSQL below it, in ticks; sessions that have ended count for what started them. */
function ticks(root: number): { node: number; postgres: number } {
  const children = new Map<number, { pid: number; used: number }[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const one = usedBy(Number(name));
    if (one) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  }
  const below = (pid: number): number =>
    (children.get(pid) ?? []).reduce((sum, child) => sum + child.used + below(child.pid), 0);
  return { node: usedBy(root)?.own ?? 0, postgres: below(root) };
}

/** Undefined for a process that has ended meanwhile. */
function usedBy(pid: number): { pid: number; parent: number; own: number; used: number } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const own = fields[11]! + fields[12]!;
  return { pid, parent: fields[1]!, own, used: own + fields[13]! + fields[14]! };
}
