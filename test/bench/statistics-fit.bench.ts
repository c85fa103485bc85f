// Dawid-Skene to the same likelihood as crowd-kit's, in one run on one machine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dawidSkene } from '../../libs/statistics/src/aggregation/dawid-skene';
import { type MatrixFit } from '../../libs/statistics/src/aggregation/fit-matrices';
import { type LabelTable } from '../../libs/statistics/src/aggregation/label-table';
import { crowdOf, labelsOf } from './crowd';
import { type Python, python, pythonPackages } from './python';
import { machine, markdownTable, record } from './record';
import { bestOf, inSeconds, times } from './stopwatch';

const SIZES = [10_000, 100_000, 1_000_000];
/** crowd-kit as it stops by itself, and run on until the bound rises by no more than this a label. */
const STOPS = [
  { name: 'where it stops by default', iterations: 100, tolerance: 1e-5 },
  { name: 'run on to 1e-9 a label', iterations: 300, tolerance: 1e-9 },
];
const GOAL = 20;

interface Fitted {
  seconds: number;
  iterations: number;
  logLikelihood: number;
}

export function run(): void {
  const compare = python();
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  try {
    const rows = SIZES.flatMap((size) => rowsOf(size, folder, compare));
    const header = [
      'labels',
      'crowd-kit',
      'its time',
      'passes',
      'the same likelihood here',
      'passes',
      'faster',
      'goal',
    ];
    const against = compare ? `Against ${pythonPackages()}; ${machine()}.\n\n` : `Without Python; ${machine()}.\n\n`;
    record('benchmarks.md', 'statistics-fit', against + markdownTable(header, rows));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rowsOf(size: number, folder: string, compare: Python | undefined): string[][] {
  const { table, csv } = labelsOf(crowdOf(size));
  const file = join(folder, `${size}.csv`);
  writeFileSync(file, csv);
  const rows: string[][] = [];
  for (const { name, iterations, tolerance } of compare ? STOPS : []) {
    const theirs = compare!<Fitted>('dawid-skene', file, String(iterations), String(tolerance));
    const ours = timeToReach(table, theirs.logLikelihood);
    rows.push([
      ...[size.toLocaleString('en-US'), name, inSeconds(theirs.seconds), String(theirs.iterations)],
      ...[inSeconds(ours.seconds), String(ours.iterations), times(theirs.seconds / ours.seconds), times(GOAL)],
    ]);
    console.log(rows.at(-1)!.join('  '));
  }
  // Smoothed, as the product fits: likelihood alone has maxima at the edge that no method reaches in finite time.
  const { seconds, result } = bestOf(1, () => dawidSkene(table));
  const what = result.converged ? 'smoothed, until no posterior moves by 1e-8' : 'smoothed, NOT CONVERGED';
  return [...rows, [size.toLocaleString('en-US'), what, '', '', inSeconds(seconds), String(result.iterations), '', '']];
}

const fit = (table: LabelTable, mostIterations?: number): MatrixFit =>
  dawidSkene(table, { prior: { type: 'none' }, mostIterations });

/** Time of the fit that is cut as short as it may be to be as likely. @throws where no fit is. */
function timeToReach(table: LabelTable, logLikelihood: number): { seconds: number; iterations: number } {
  for (let most = 1; ; most += 3) {
    const { logLikelihood: reached, converged, iterations } = fit(table, most);
    if (reached >= logLikelihood) return { ...bestOf(3, () => fit(table, most)), iterations };
    if (converged) throw new Error(`log-likelihood ${reached} where nothing moves: expected ${logLikelihood}`);
  }
}
