import { type ChildProcess, spawn } from 'node:child_process';
import { type Socket } from 'node:net';

/**
 * Starts a program whose end is tied to that of this process, however this one ends: a shell waits at a pipe that closes with it, and kills
 * what the shell's own process has become.
 */
export function spawnTied(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): ChildProcess {
  // The one who waits holds nothing else that this process would wait for.
  const script = '( ( read -r _ <&3 || kill -9 $$ ) >/dev/null 2>&1 & ); exec "$@" 3<&-';
  const child = spawn('sh', ['-c', script, 'sh', program, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const tie = child.stdio[3] as Socket;
  tie.on('error', () => undefined);
  // A line lets the one who waits go home: the process that it would kill is gone, and its number may be another's.
  child.once('exit', () => tie.end('\n'));
  return child;
}
