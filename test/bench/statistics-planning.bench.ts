// What it costs to plan the next label of an item: when to stop, what one more label is worth, and what to do next. Of one item, whatever the project's size.
import { auto } from '../../libs/statistics/src/aggregation/auto';
import { type LabelTable } from '../../libs/statistics/src/aggregation/label-table';
import { type Evidence, evidenceOf, posteriorOf } from '../../libs/statistics/src/aggregation/posterior';
import { type PublishedModel } from '../../libs/statistics/src/aggregation/published-model';
import { nextStep, type Prices } from '../../libs/statistics/src/planning/next-step';
import { type OverlapPolicy, stopRule } from '../../libs/statistics/src/planning/stop-rule';
import { valueOfLabel } from '../../libs/statistics/src/planning/value-of-label';
import { crowdOf, labelsOf } from './crowd';
import { machine, markdownTable, record } from './record';
import { bestOf } from './stopwatch';

/** Labels of the project, and labels that its question has. */
const PROJECTS: readonly [size: number, labels: number][] = [
  [10_000, 5],
  [100_000, 5],
  [1_000_000, 5],
  [100_000, 2],
  [100_000, 20],
];
const ITEMS = 5000;
const RUNS = 5;
/** Workers at hand, of whom the best is asked. */
const CANDIDATES = 5;
const POLICY: OverlapPolicy = { minOverlap: 3, maxOverlap: 7, minConfidence: 0.95 };
const PRICES: Prices = { error: 10, label: 0.1, expert: 2 };

export function run(): void {
  const header = ['labels', 'of so many kinds', 'stop rule', 'one worker', `next step, ${CANDIDATES} workers`, 'decide', 'label', 'expert']; // prettier-ignore
  const rows = PROJECTS.map(([size, labels]) => [size.toLocaleString('en-US'), String(labels), ...costsOf(size, labels)]); // prettier-ignore
  const title = `Planning of one item of five labels, in microseconds of processor time (${machine()}): the stop rule with its posterior, the value of one more label by one worker, the step of least expected cost; and what those steps are.`;
  record('benchmarks.md', 'statistics-planning', `${title}\n\n${markdownTable(header, rows)}`);
}

function costsOf(size: number, labels: number): string[] {
  const names = Array.from({ length: labels }, (_, k) => `label${k}`);
  const { table } = labelsOf({ ...crowdOf(size), labels: names });
  const { model } = auto(table);
  const step = Math.max(1, Math.floor(table.items.length / ITEMS));
  const evidence = Array.from({ length: Math.min(ITEMS, table.items.length) }, (_, i) => evidenceOf(table, i * step));
  const each = (work: (own: Evidence[], i: number) => unknown) => {
    const { seconds } = bestOf(RUNS, () => evidence.forEach(work));
    return ((seconds / evidence.length) * 1e6).toFixed(1);
  };
  const steps = { decide: 0, label: 0, expert: 0 };
  evidence.forEach((own, i) => (steps[next(table, model, own, i)] += 1));
  return [
    each((own) => stopRule(own.length, posteriorOf(model, own).confidence, POLICY)),
    each((own, i) => valueOfLabel(model, own, table.workers[i % table.workers.length]!)),
    each((own, i) => next(table, model, own, i)),
    ...Object.values(steps).map((count) => `${((100 * count) / evidence.length).toFixed(0)} %`),
  ];
}

/** What to do with an item when the best of some workers can be asked. */
function next(table: LabelTable, model: PublishedModel, evidence: Evidence[], i: number) {
  let best = 0;
  for (let candidate = 0; candidate < CANDIDATES; candidate++) {
    const worker = table.workers[(i + 17 * candidate) % table.workers.length]!;
    best = Math.max(best, valueOfLabel(model, evidence, worker).confidence);
  }
  return nextStep({ confidence: posteriorOf(model, evidence).confidence, valueOfLabel: best }, PRICES);
}
