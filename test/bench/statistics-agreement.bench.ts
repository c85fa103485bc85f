// Agreement against krippendorff, scikit-learn and statsmodels, in one run on one machine; and what one more label costs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { starts } from '../../libs/statistics/src/aggregation/label-table';
import { readCategorical } from '../../libs/statistics/src/agreement/categorical-coefficients';
import { statisticsOfColumns } from '../../libs/statistics/src/agreement/categorical-columns';
import { addItem, emptyStatistics, removeItem } from '../../libs/statistics/src/agreement/categorical-statistics';
import { numericCoefficients, numericSumsOf } from '../../libs/statistics/src/agreement/numeric-coefficients';
import {
  addNumbers,
  emptyNumericStatistics,
  removeNumbers,
} from '../../libs/statistics/src/agreement/numeric-statistics';
import { pairwiseCohen } from '../../libs/statistics/src/agreement/pairwise-cohen';
import { type Population } from '../../libs/statistics/src/simulation/population';
import { crowdOf, labelsOf } from './crowd';
import { type Python, python, pythonPackages } from './python';
import { machine, markdownTable, record } from './record';
import { bestOf, inSeconds, times } from './stopwatch';

const SIZE = 1_000_000;
const STREAMS = [10_000, 100_000, 1_000_000];
const CHANGES = 20_000;

/** Two workers who both label every item. */
const PAIR: Population = {
  seed: 1,
  labels: ['a', 'b', 'c', 'd', 'e'],
  items: SIZE / 2,
  labelsPerItem: 2,
  workers: [{ behaviour: 'honest', count: 2 }],
};

export function run(): void {
  const compare = python();
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  try {
    const header = ['of 1,000,000 labels', 'Python', 'here', 'faster', 'goal'];
    const rows = compare ? comparisons(folder, compare) : [];
    const against = compare ? `Against ${pythonPackages()}; ${machine()}.` : `Without Python; ${machine()}.`;
    record('benchmarks.md', 'statistics-agreement', `${against}\n\n${markdownTable(header, rows)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const costs = STREAMS.map((size) => [size.toLocaleString('en-US'), ...costOfOneMore(size)]);
  const header = ['labels before', 'of a class', 'a number'];
  const title = 'One more label: its item leaves the statistics, enters again, and every coefficient is read.';
  record('benchmarks.md', 'statistics-agreement-one-more', `${title}\n\n${markdownTable(header, costs)}`);
}

interface Measured {
  seconds: number;
  value: number;
}

function comparisons(folder: string, compare: Python): string[][] {
  const write = (name: string, csv: string) => {
    writeFileSync(join(folder, name), csv);
    return join(folder, name);
  };
  const crowd = labelsOf(crowdOf(SIZE));
  const pair = labelsOf(PAIR);
  const crowdFile = write('crowd.csv', crowd.csv);
  const pairFile = write('pair.csv', pair.csv);
  const { item, label } = crowd.table;
  const items = crowd.table.items.length;
  const schema = { labels: crowd.table.labels.length, ordinal: false };
  const { seconds, result } = bestOf(5, () =>
    readCategorical(statisticsOfColumns({ itemStart: starts(item, items), label }, schema), schema),
  );
  const all = (name: string): Measured => ({ seconds, value: result.coefficients[name]!.value! });
  const cohen = bestOf(5, () => pairwiseCohen(pair.table));
  return [
    row(
      "Krippendorff's alpha",
      'krippendorff, numpy counts',
      compare('alpha', crowdFile),
      all('krippendorffAlpha'),
      '10 times',
    ),
    row("Fleiss's kappa", 'statsmodels', compare('fleiss', crowdFile), all('fleissKappa')),
    row("Cohen's kappa", 'scikit-learn', compare('cohen', pairFile), {
      seconds: cohen.seconds,
      value: cohen.result[0]!.kappa.value!,
    }),
  ];
}

/** @throws where the two differ: what is fast and wrong is no answer. */
function row(name: string, by: string, theirs: Measured, ours: Measured, goal = ''): string[] {
  if (Math.abs(theirs.value - ours.value) > 1e-9) {
    throw new Error(`${name} is ${ours.value} here: expected ${theirs.value}, by ${by}`);
  }
  return [name, `${by}: ${inSeconds(theirs.seconds)}`, inSeconds(ours.seconds), times(theirs.seconds / ours.seconds), goal]; // prettier-ignore
}

/** Mean time of one more label, after so many. */
function costOfOneMore(size: number): string[] {
  const { table } = labelsOf(crowdOf(size));
  const items = Array.from({ length: table.items.length }, (_, t) =>
    Array.from(table.label.subarray(table.itemStart[t], table.itemStart[t + 1])),
  );
  const schema = { labels: table.labels.length, ordinal: false };
  const classes = emptyStatistics();
  const numbers = emptyNumericStatistics();
  for (const labels of items) {
    addItem(classes, labels, false);
    addNumbers(numbers, labels);
  }
  const changes = Array.from({ length: CHANGES }, (_, i) => items[(i * 7919) % items.length]!);
  const ofClass = bestOf(3, () => {
    for (const labels of changes) {
      const more = [...labels, 1];
      removeItem(classes, labels, false);
      addItem(classes, more, false);
      readCategorical(classes, schema);
      removeItem(classes, more, false);
      addItem(classes, labels, false);
    }
  });
  const ofNumber = bestOf(3, () => {
    for (const labels of changes) {
      const more = [...labels, 1];
      removeNumbers(numbers, labels);
      addNumbers(numbers, more);
      numericCoefficients(numericSumsOf(numbers));
      removeNumbers(numbers, more);
      addNumbers(numbers, labels);
    }
  });
  return [ofClass, ofNumber].map(({ seconds }) => `${((1e6 * seconds) / CHANGES).toFixed(1)} µs`);
}
