import { execFileSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A data folder that this process cannot have. */
export class UnusableFolder extends Error {}

interface Holder {
  pid: number;
  /** When that process started: a pid alone is given to another process sooner or later, in a container at once. */
  started: string;
}

/**
 * Takes a folder for this process alone, by a file `owner` in it that a killed process leaves behind without harm.
 * @returns releases the folder.
 * @throws UnusableFolder naming the folder and the pid that has it.
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'owner');
  const mine = `${file}.${process.pid}`;
  const content = JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '' } satisfies Holder);
  writeFileSync(mine, content, { mode: 0o600 });
  try {
    while (!linked(mine, file)) {
      const holder = readHolder(file);
      if (holder && startOf(holder.pid) === holder.started)
        throw new UnusableFolder(
          `data folder ${folder} is in use by process ${holder.pid}: expected a folder of one's own`,
        );
      discard(file);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return () => {
    if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true });
  };
}

/** A link of a finished file appears at once and whole, which creating and then writing does not. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

// Moved away before it is removed: of two processes that find the same dead owner only one moves it.
function discard(file: string): void {
  const moved = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  rmSync(moved, { force: true });
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** When a process started, in words of the system; undefined for one that is not there. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)])
        .toString()
        .trim();
    // Field 22, counted after the command's name, which may hold spaces and brackets.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()!.split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
