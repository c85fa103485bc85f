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
const RUNS = 5;

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
  const assay =
    (...args: string[]) =>
    () =>
      runAssay(folder, ...args);
  const beside = (what: string) => compare && (() => compare<object>(what, labels, join(folder, 'out')));
  const rows = [
    row('aggregate', bytes, assay('aggregate', labels), beside('aggregate'), '5 times'),
    row('aggregate --method dawid-skene', bytes, assay('aggregate', labels, '--method', 'dawid-skene'), beside('aggregate'), '5 times'),
    row('agreement -o json', bytes, assay('agreement', labels, '-o', 'json'), beside('agreement'), 'faster'),
    row('workers', bytes, assay('workers', labels)),
    row('simulate', bytes, assay('simulate', '--population', description, '--out', join(folder, 'played-'))),
  ]; // prettier-ignore
  const header = ['command', 'Python', 'its memory', 'here', 'faster', 'by the clock', 'goal', 'memory', 'in files'];
  const against = compare ? `Against ${pythonPackages()}; ` : 'Without Python; ';
  const file = `1,000,000 labels in a file of ${inMiB(bytes)}; ${machine()}.`;
  record('benchmarks.md', 'statistics-commands', `${against}${file}\n\n${markdownTable(header, rows)}`);
}

/** @param goal of the design against Python. */
function row(name: string, bytes: number, work: () => Resources, beside?: () => Resources, goal = ''): string[] {
  const [ours, theirs] = leastOf(work, ...(beside ? [beside] : [])) as [Ran, Ran?];
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
function runAssay(folder: string, ...args: string[]): Resources {
  const resources = join(folder, 'resources');
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
}

/** Runs each in turn, so that what else the machine does meets all of them. */
function leastOf(...works: (() => Resources)[]): Ran[] {
  const least = works.map(() => ({ seconds: Infinity, processSeconds: Infinity, peakMemory: 0 }));
  for (let run = 0; run < RUNS; run++) {
    for (const [i, work] of works.entries()) {
      const started = performance.now();
      const { processSeconds, peakMemory } = work();
      const of = least[i]!;
      of.seconds = Math.min(of.seconds, (performance.now() - started) / 1000);
      of.processSeconds = Math.min(of.processSeconds, processSeconds);
      of.peakMemory = Math.max(of.peakMemory, peakMemory);
    }
  }
  return least;
}

function inMiB(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
