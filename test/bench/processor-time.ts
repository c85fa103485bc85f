import { readdirSync, readFileSync } from 'node:fs';

/** Of /proc/<pid>/stat; the same on every Linux. */
const TICKS_PER_SECOND = 100;

interface Used {
  parent: number;
  /** Seconds of the process's own threads, to the nanosecond: ticks count too much of what wakes at a tick, as timers do. */
  own: number;
  /** Seconds of its children that have ended, which are known in ticks alone. */
  ended: number;
}

/** Seconds of the processor that the living threads of a process have used, without its children. Linux only. */
export function ownSeconds(pid: number): number {
  return usedBy(pid)?.own ?? 0;
}

/** The same of everything below a process; children that have ended count for what started them. Linux only. */
export function secondsBelow(root: number): number {
  const children = new Map<number, { pid: number; used: Used }[]>();
  for (const pid of numbersIn('/proc')) {
    const used = usedBy(pid);
    if (used) children.set(used.parent, [...(children.get(used.parent) ?? []), { pid, used }]);
  }
  const below = (pid: number): number =>
    (children.get(pid) ?? []).reduce((sum, child) => sum + child.used.own + child.used.ended + below(child.pid), 0);
  return below(root);
}

/** Undefined for a process that has ended meanwhile. */
function usedBy(pid: number): Used | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    let nanoseconds = 0;
    for (const thread of numbersIn(`/proc/${pid}/task`))
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    return { parent: fields[1]!, own: nanoseconds / 1e9, ended: (fields[13]! + fields[14]!) / TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
}

function numbersIn(folder: string): number[] {
  return readdirSync(folder)
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}
