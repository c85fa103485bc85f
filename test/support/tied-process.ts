import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Starts a program whose end is tied to that of this process, however this one ends: a shell waits at a pipe that closes with it, and kills
 * what the shell's own process has become.
 */
export function spawnTied(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): ChildProcess {
  const script = '( ( read -r _ <&3 || kill -9 $$ ) & ); exec "$@" 3<&-';
  const child = spawn('sh', ['-c', script, 'sh', program, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  (child.stdio[3] as { unref?: () => void }).unref?.();
  return child;
}
