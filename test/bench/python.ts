import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, 'python');
const CACHE = join(__dirname, '../../node_modules/.cache/assay-bench');

/** What a whole process used: seconds of processor time, bytes of memory at the most. */
export interface Resources {
  processSeconds: number;
  peakMemory: number;
}

/** Runs `python/measure.py WHAT FILE ...` and gives the object that it prints. */
export type Python = <Result extends object>(what: string, ...rest: string[]) => Result & Resources;

/**
 * A Python with the packages of `python/requirements.txt` in a virtual environment, which is made the first time and kept while they stay the
 * same; undefined, said loudly, where there is no Python or the packages cannot be had.
 */
export function python(): Python | undefined {
  const requirements = join(FOLDER, 'requirements.txt');
  const environment = join(CACHE, createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16));
  const program = join(environment, 'bin/python');
  const problem = existsSync(program) ? undefined : makeEnvironment(environment, requirements);
  if (problem) {
    console.log(`\nNOT COMPARED WITH PYTHON: ${problem}\n`);
    return undefined;
  }
  return (what, ...rest) => {
    const run = spawnSync(program, [join(FOLDER, 'measure.py'), what, ...rest], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`measure.py ${what}: ${run.error?.message ?? run.stderr}`);
    return JSON.parse(run.stdout.trim().split('\n').at(-1)!) as never;
  };
}

/** Packages and their versions, as a line. */
export function pythonPackages(): string {
  const lines = readFileSync(join(FOLDER, 'requirements.txt'), 'utf8').trim().split('\n');
  return lines.map((line) => line.replace('==', ' ')).join(', ');
}

/** Makes it beside its place and moves it there last, so that one cut short is never taken for a whole one; returns what went wrong. */
function makeEnvironment(environment: string, requirements: string): string | undefined {
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', `${environment}.making`]],
    [join(`${environment}.making`, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]],
  ];
  for (const [program, args] of steps) {
    const run = spawnSync(program, args, { encoding: 'utf8' });
    if (run.status !== 0) return `${program} ${args.join(' ')}: ${run.error?.message ?? run.stderr.trim()}`;
  }
  renameSync(`${environment}.making`, environment);
  return undefined;
}
