import { execFileSync } from 'node:child_process';

/** kill -9 of a process and of everything that it has started and that still runs: none of them can do anything for another's end. */
export function killTree(pid: number): void {
  // What stands still starts nothing more while the others are looked for.
  process.kill(pid, 'SIGSTOP');
  for (const one of [...descendants(pid), pid]) process.kill(one, 'SIGKILL');
}

/** Whether a process stands still (SIGSTOP). */
export function isStopped(pid: number): boolean {
  return ps('-o', 'state=', '-p', String(pid)).trim().startsWith('T');
}

function descendants(pid: number): number[] {
  const rows = ps('-A', '-o', 'pid=,ppid=')
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found) found.push(...rows.filter(([, of]) => of === parent).map(([child]) => child!));
  return found.slice(1);
}

function ps(...args: string[]): string {
  return execFileSync('ps', args, { encoding: 'utf8' });
}
