import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from './eventually';

/** A program of a test's own, in a process that can be killed. */
export interface Program {
  pid: number;
  /** What it has printed on both streams, by line. */
  lines: string[];
  /** Waits for a line and returns it. */
  line(pattern: RegExp): Promise<string>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Settles with the exit code when it has ended (null after a signal). */
  ended: Promise<number | null>;
}

/** Starts a TypeScript file of `test/support` with arguments. @param environment added to that of this process. */
export function startProgram(file: string, args: readonly string[], environment: Record<string, string> = {}): Program {
  const hook = join(__dirname, 'typescript.cjs');
  const child: ChildProcess = spawn(process.execPath, ['-r', hook, join(__dirname, file), ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout!, child.stderr!]) createInterface(stream).on('line', (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    pid: child.pid!,
    lines,
    ended,
    line: (pattern) =>
      eventually(
        () => lines.find((line) => pattern.test(line)),
        () => `a line ${pattern} of ${file}, which printed ${JSON.stringify(lines)}`,
      ),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
