// From a file of a million labels to the answer: the commands against pandas with crowd-kit and krippendorff; and memory.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crowdOf, labelsOf } from './crowd';
import { type Python, python, pythonPackages, type Resources } from './python';
import { machine, markdownTable, record } from './record';
import { inSeconds, times } from './stopwatch';

const SIZE = 1_000_000;
const ROOT = join(__dirname, '../..');
const RUNS = 3;

/** The least, and the most memory, of some runs of a whole process. */
interface Ran extends Resources {
  /** By the clock. */
  seconds: number;
}

export function run(): void {
  execFileSync(process.execPath, [join(ROOT, 'apps/assay/bin/build.mjs')]);
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  try {
    measure(folder, python());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measure(folder: string, compare: Python | undefined): void {
  const population = crowdOf(SIZE);
  const labels = join(folder, 'labels.csv');
  const description = join(folder, 'population.json');
  writeFileSync(labels, labelsOf(population).csv);
  writeFileSync(description, JSON.stringify(population));
  const bytes = statSync(labels).size;
  const beside = (what: string) => runPython(compare, folder, what, labels);
  const rows = [
    row('aggregate', runAssay(folder, 'aggregate', labels), bytes, beside('aggregate'), '5 times'),
    row('aggregate --method dawid-skene', runAssay(folder, 'aggregate', labels, '--method', 'dawid-skene'), bytes, beside('aggregate'), '5 times'),
    row('agreement -o json', runAssay(folder, 'agreement', labels, '-o', 'json'), bytes, beside('agreement'), 'faster'),
    row('workers', runAssay(folder, 'workers', labels), bytes),
    row('simulate', runAssay(folder, 'simulate', '--population', description, '--out', join(folder, 'played-')), bytes),
  ]; // prettier-ignore
  const header = ['command', 'Python', 'its memory', 'here', 'faster', 'by the clock', 'goal', 'memory', 'in files'];
  const against = compare ? `Against ${pythonPackages()}; ` : 'Without Python; ';
  const file = `1,000,000 labels in a file of ${inMiB(bytes)}; ${machine()}.`;
  record('benchmarks.md', 'statistics-commands', `${against}${file}\n\n${markdownTable(header, rows)}`);
}

/** @param goal of the design against Python. */
function row(name: string, ours: Ran, bytes: number, theirs?: Ran, goal = ''): string[] {
  return [
    name,
    ...(theirs ? [inSeconds(theirs.processSeconds), inMiB(theirs.peakMemory)] : ['', '']),
    inSeconds(ours.processSeconds),
    ...(theirs
      ? [times(theirs.processSeconds / ours.processSeconds), times(theirs.seconds / ours.seconds), goal]
      : ['', '', '']),
    inMiB(ours.peakMemory),
    (ours.peakMemory / bytes).toFixed(1),
  ];
}

/** The built command, its output in a file, as from a shell. @throws where it fails. */
function runAssay(folder: string, ...args: string[]): Ran {
  const resources = join(folder, 'resources');
  return leastOf(() => {
    const out = openSync(join(folder, 'out'), 'w');
    const run = spawnSync(
      process.execPath,
      ['-r', join(__dirname, 'resources.cjs'), 'apps/assay/bin/assay.mjs', ...args],
      {
        cwd: ROOT,
        stdio: ['ignore', out, 'pipe'],
        encoding: 'utf8',
        env: { ...process.env, BENCH_RESOURCES: resources },
      },
    );
    closeSync(out);
    if (run.status !== 0) throw new Error(`assay ${args.join(' ')}: ${run.error?.message ?? run.stderr}`);
    return JSON.parse(readFileSync(resources, 'utf8')) as Resources;
  });
}

function runPython(compare: Python | undefined, folder: string, what: string, labels: string): Ran | undefined {
  if (!compare) return undefined;
  return leastOf(() => compare(what, labels, join(folder, 'out')));
}

function leastOf(work: () => Resources): Ran {
  const least = { seconds: Infinity, processSeconds: Infinity, peakMemory: 0 };
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now();
    const { processSeconds, peakMemory } = work();
    least.seconds = Math.min(least.seconds, (performance.now() - started) / 1000);
    least.processSeconds = Math.min(least.processSeconds, processSeconds);
    least.peakMemory = Math.max(least.peakMemory, peakMemory);
  }
  return least;
}

function inMiB(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
