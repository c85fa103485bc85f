// Near-copies planted among the workers of real sets: how many the copying test finds, and whom else it accuses.
import { auto } from '../../libs/statistics/src/aggregation/auto';
import { labelTable, type LabelTable } from '../../libs/statistics/src/aggregation/label-table';
import { dice } from '../../libs/statistics/src/simulation/random';
import { workerReports } from '../../libs/statistics/src/workers/worker-report';
import { type KnownSet, realSets } from './known-sets';
import { markdownTable, record } from './record';

const PLAYS = [1, 2, 3];
/** Of the labels of a copy that are the other's; the others are drawn from all. */
const SAME = 0.95;
/** Fewer labels are not copied. */
const LEAST_LABELS = 40;

interface Row {
  item: string;
  worker: string;
  label: string;
}

export function run(): void {
  const sets = realSets();
  if (sets.length === 0) return;
  const head = ['set', 'accused as it is', 'copies planted', 'found', 'other pairs accused'];
  record('statistics.md', 'workers-copies', markdownTable(head, sets.map(rowOf)));
}

function rowOf({ name, table }: KnownSet): string[] {
  const rows = rowsOf(table);
  const played = PLAYS.map((play) => {
    const originals = originalsOf(rows, play);
    const accused = pairsAccused(labelTable([...rows, ...copiesOf(rows, originals, table.labels, play)], table.labels));
    const found = originals.filter((worker) => accused.has(pairOf(worker, copyOf(worker)))).length;
    return { planted: originals.length, found, others: accused.size - found };
  });
  const sum = (what: keyof (typeof played)[number]) => String(played.reduce((total, one) => total + one[what], 0));
  return [name, String(pairsAccused(table).size), sum('planted'), sum('found'), sum('others')];
}

const rowsOf = ({ items, workers, labels, item, worker, label }: LabelTable): Row[] =>
  Array.from(item, (t, i) => ({ item: items[t]!, worker: workers[worker[i]!]!, label: labels[label[i]!]! }));

/** Every third worker with labels enough, other ones in each play. */
function originalsOf(rows: readonly Row[], play: number): string[] {
  const counts = new Map<string, number>();
  for (const { worker } of rows) counts.set(worker, (counts.get(worker) ?? 0) + 1);
  const many = [...counts].filter(([, count]) => count >= LEAST_LABELS).map(([worker]) => worker);
  return many.sort().filter((_worker, at) => at % PLAYS.length === play % PLAYS.length);
}

function copiesOf(rows: readonly Row[], originals: readonly string[], labels: readonly string[], seed: number): Row[] {
  const { uniform, below } = dice(seed);
  const copied = new Set(originals);
  return rows
    .filter(({ worker }) => copied.has(worker))
    .map(({ item, worker, label }) => ({
      ...{ item, worker: copyOf(worker) },
      label: uniform() < SAME ? label : labels[below(labels.length)]!,
    }));
}

const copyOf = (worker: string) => `copy of ${worker}`;

/** Pairs of whom one is accused of having copied the other. */
function pairsAccused(table: LabelTable): Set<string> {
  const reports = workerReports(table, auto(table).model);
  const pairs = reports.flatMap(({ worker, findings }) =>
    findings.flatMap((finding) =>
      finding.kind === 'copying' ? [pairOf(worker, String(finding.evidence['with']))] : [],
    ),
  );
  return new Set(pairs);
}

const pairOf = (a: string, b: string) => [a, b].sort().join('\n');
