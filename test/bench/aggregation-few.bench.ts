// Where the default has little to go by: few items, workers whom the model does not know, raters who err each in their own way, blocks of items with workers and
// shares of labels of their own.
import { auto } from '../../libs/statistics/src/aggregation/auto';
import { logLoss, type Decided } from '../../libs/statistics/src/aggregation/calibration';
import { labelTable, type LabelTable } from '../../libs/statistics/src/aggregation/label-table';
import { majority } from '../../libs/statistics/src/aggregation/majority';
import { METHODS } from '../../libs/statistics/src/aggregation/methods';
import { evidenceOf, posteriorOf } from '../../libs/statistics/src/aggregation/posterior';
import { type PublishedModel } from '../../libs/statistics/src/aggregation/published-model';
import { type WorkerGroup } from '../../libs/statistics/src/simulation/population';
import { playRaters } from '../../libs/statistics/src/aggregation/raters.fixture';
import { simulate } from '../../libs/statistics/src/simulation/simulate';
import { markdownTable, record } from './record';

/** Items that a row plays altogether. */
const PLAYED = 2000;

const CROWDS: Record<string, WorkerGroup[]> = {
  good: [{ behaviour: 'honest', count: 8, accuracy: { least: 0.8, most: 0.98 } }],
  weak: [{ behaviour: 'honest', count: 8, accuracy: { least: 0.5, most: 0.8 } }],
  'with spammers': [
    { behaviour: 'honest', count: 5, accuracy: { least: 0.7, most: 0.95 } },
    { behaviour: 'spammer', count: 3 },
  ],
};

/** `few` is of the items of a set; `unknown` is of other items, of workers of the same sort whom the set does not have. */
interface Row {
  crowd: string;
  labels: number;
  items: number;
  few: { votes: number; dawidSkene: number; decided: Decided[] };
  unknown: { votes: number; decided: Decided[] };
}

export function run(): void {
  const rows = [2, 20].flatMap((labels) =>
    [5, 20, 60].flatMap((items) => Object.keys(CROWDS).map((crowd) => play(crowd, labels, items))),
  );
  const set = ({ crowd, labels, items }: Row) => [`${labels} labels, ${items} items, ${crowd}`];
  record(
    'statistics.md',
    'aggregation-few',
    markdownTable(
      ['five labels an item', 'majority', 'dawid-skene', 'auto', 'log loss', 'sure at .95', 'of them wrong'],
      rows.map((row) => [...set(row), share(row.few.votes), share(row.few.dawidSkene), ...figures(row.few.decided)]),
    ),
  );
  record(
    'statistics.md',
    'aggregation-unknown',
    markdownTable(
      ['fitted to', 'majority', 'auto', 'log loss', 'sure at .95', 'of them wrong'],
      rows.map((row) => [...set(row), share(row.unknown.votes), ...figures(row.unknown.decided)]),
    ),
  );
  record('statistics.md', 'aggregation-raters', raters());
  record('statistics.md', 'aggregation-blocks', blocks());
}

function play(crowd: string, count: number, items: number): Row {
  const labels = Array.from({ length: count }, (_, k) => `class ${k}`);
  // Of two labels alike many items; of twenty some are rare.
  const weights = labels.map((_, k) => (count === 2 ? 1 : 0.5 ** Math.min(k, 6)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const population = {
    labels,
    shares: weights.map((weight) => weight / total),
    labelsPerItem: 5,
    workers: CROWDS[crowd]!,
  };
  const row: Row = { crowd, labels: count, items, few: { votes: 0, dawidSkene: 0, decided: [] }, unknown: { votes: 0, decided: [] } }; // prettier-ignore
  const sets = PLAYED / items;
  for (let seed = 1; seed <= sets; seed++) {
    const { table, truth } = crowdOf({ ...population, items, seed }, labels);
    const { model } = auto(table);
    row.few.votes += rightOf(table, truth, majority(table)) / sets;
    row.few.dawidSkene += rightOf(table, truth, METHODS['dawid-skene']!(table).labels) / sets;
    row.few.decided.push(...decisions(table, truth, model));
    const other = crowdOf({ ...population, items, seed: seed + 1_000_000 }, labels);
    row.unknown.votes += rightOf(other.table, other.truth, majority(other.table)) / sets;
    row.unknown.decided.push(...decisions(strangers(other.table), other.truth, model));
  }
  return row;
}

function crowdOf(population: Parameters<typeof simulate>[0], labels: readonly string[]) {
  const crowd = simulate(population);
  return { table: labelTable(crowd.labels, labels), truth: crowd.truth };
}

function strangers(table: LabelTable): LabelTable {
  return { ...table, workers: table.workers.map((worker) => `stranger ${worker}`) };
}

function decisions(table: LabelTable, truth: ReadonlyMap<string, string>, model: PublishedModel): Decided[] {
  return table.items.map((item, t) => {
    const { label, confidence } = posteriorOf(model, evidenceOf(table, t));
    return { right: table.labels[label] === truth.get(item), confidence };
  });
}

function rightOf(table: LabelTable, truth: ReadonlyMap<string, string>, labels: ArrayLike<number>): number {
  return table.items.filter((item, t) => table.labels[labels[t]!] === truth.get(item)).length / table.items.length;
}

function figures(decided: readonly Decided[]): string[] {
  const sure = decided.filter(({ confidence }) => confidence >= 0.95);
  const wrong = sure.filter(({ right }) => !right).length / sure.length;
  return [
    share(decided.filter(({ right }) => right).length / decided.length),
    share(logLoss(decided)),
    `${((100 * sure.length) / decided.length).toFixed(0)} %`,
    sure.length > 0 ? `${(100 * wrong).toFixed(1)} %` : '-',
  ];
}

function share(value: number): string {
  return value.toFixed(3);
}

/** Lenient and severe raters, eight seeds a row. */
function raters(): string {
  const methods = ['majority', 'mace', 'dawid-skene', 'auto'];
  const crowds = [
    { items: 100, workers: 12, labels: 5 },
    { items: 800, workers: 40, labels: 5 },
    { items: 1000, workers: 60, labels: 7 },
    { items: 2000, workers: 300, labels: 5 },
  ];
  const rows = crowds.map((crowd) => {
    const played = Array.from({ length: 8 }, (_, seed) => playRaters({ ...crowd, labelsPerItem: 5, seed: seed + 1 }));
    const mean = (of: (one: (typeof played)[number]) => number) => played.reduce((sum, one) => sum + of(one) / 8, 0);
    const right = methods.map((name) =>
      mean(({ table, truth }) => rightOf(table, truth, METHODS[name]!(table).labels)),
    );
    const decided = played.flatMap(({ table, truth }) => decisions(table, truth, auto(table).model));
    return [
      `${crowd.items} items, ${crowd.workers} raters, ${crowd.labels} labels`,
      ...right.slice(0, -1).map(share),
      ...figures(decided),
    ];
  });
  return markdownTable(['five labels an item', ...methods, 'log loss', 'sure at .95', 'of them wrong'], rows);
}

/** Eight blocks of 150 items, each with five workers of its own; every other block has the first of two labels more often. */
function blocks(): string {
  const methods = ['majority', 'wawa', 'one-coin', 'dawid-skene', 'auto'];
  const workers: WorkerGroup[] = [{ behaviour: 'honest', count: 5, accuracy: { least: 0.55, most: 0.95 } }];
  const rows = [[0.5, 0.5], [0.7, 0.95], [0.3, 0.8], [0.1, 0.95]].map((shares) => {
    const right = methods.map(() => 0);
    for (let seed = 1; seed <= 4; seed++) {
      const played = Array.from({ length: 8 }, (_, block) => {
        const first = shares[block % 2]!;
        const one = simulate({ seed: 10 * seed + block, labels: ['a', 'b'], shares: [first, 1 - first], items: 150, labelsPerItem: 4, workers });
        return { rows: one.labels.map((row) => ({ ...row, item: `${block} ${row.item}`, worker: `${block} ${row.worker}` })), truth: [...one.truth].map(([item, label]) => [`${block} ${item}`, label] as const) };
      });
      const table = labelTable(played.flatMap(({ rows }) => rows), ['a', 'b']);
      const truth = new Map(played.flatMap(({ truth }) => truth));
      methods.forEach((method, m) => (right[m]! += rightOf(table, truth, METHODS[method]!(table).labels) / 4));
    }
    return [shares.map((one) => one.toFixed(2)).join(', '), ...right.map(share)];
  }); // prettier-ignore
  return markdownTable(['shares of the first label', ...methods], rows);
}
