// How well estimates of workers' accuracy without gold order them: Spearman's correlation with accuracy on the known labels.
import { auto } from '../../libs/statistics/src/aggregation/auto';
import { dawidSkene } from '../../libs/statistics/src/aggregation/dawid-skene';
import { majority } from '../../libs/statistics/src/aggregation/majority';
import { oneCoin } from '../../libs/statistics/src/aggregation/one-coin';
import { type LabelTable } from '../../libs/statistics/src/aggregation/label-table';
import { zeroBasedSkill } from '../../libs/statistics/src/aggregation/zero-based-skill';
import { beliefsOf, viewOfOthers } from '../../libs/statistics/src/workers/believed';
import { estimatedAccuracies } from '../../libs/statistics/src/workers/estimated-accuracy';
import { spearman } from '../reference/judged';
import { type KnownSet, knownSets } from './known-sets';
import { markdownTable, record } from './record';

const SEEDS = [201, 202, 203];

/** Workers with fewer known labels are not judged. */
const LEAST_KNOWN = 10;

type Ranks = Record<string, number>;

export function run(): void {
  const sets = knownSets(SEEDS).map((set) => ({ set, ranks: rankCorrelations(set, rowsOf(set.table)) }));
  const generated = sets.filter(({ set }) => !set.real);
  const lines = sets.flatMap(({ set, ranks }): [string, Ranks[]][] => {
    if (!set.real) return [];
    const known = rowsOfKnownItems(set);
    const all: [string, Ranks[]] = [set.name, [ranks]];
    if (known.length === set.table.label.length) return [all];
    return [all, [`${set.name}, estimated from labels of items with gold alone`, [rankCorrelations(set, known)]]];
  });
  lines.push([`mean of ${generated.length / SEEDS.length} generated, three seeds each`, generated.map(({ ranks }) => ranks)]); // prettier-ignore
  const names = Object.keys(sets[0]!.ranks);
  const mean = (of: Ranks[], name: string) => of.reduce((sum, one) => sum + one[name]!, 0) / of.length;
  const rows = lines.map(([set, of]) => [set, ...names.map((name) => mean(of, name).toFixed(3))]);
  record('statistics.md', 'workers-ranks', markdownTable(['set', ...names], rows));
}

/** Every method sees all labels; workers are estimated from their labels in these rows of the table. */
function rankCorrelations(set: KnownSet, rows: Int32Array): Ranks {
  const { table } = set;
  const K = table.labels.length;
  const { judged, accuracy } = accuracyOnKnown(set);
  const rank = (of: ArrayLike<number>) => spearman(judged.map((w) => of[w]!), accuracy); // prettier-ignore
  const share = (belief: (row: number) => number) => rank(meanBelief(table, rows, belief));
  const believedBy = (posteriors: Float64Array) => share((i) => posteriors[table.item[i]! * K + table.label[i]!]!);
  const agreementWith = (labels: Int32Array) => share((i) => Number(labels[table.item[i]!] === table.label[i]));
  const { model } = auto(table);
  const { believed, posteriors } = beliefsOf(model, table);
  const [item, worker, label] = [table.item, table.worker, table.label].map((column) =>
    rows.map((row) => column[row]!),
  );
  const own = { ...table, item: item!, worker: worker!, label: label!, posteriors: believed };
  return {
    this: rank(estimatedAccuracies(own).map(({ value }) => value)),
    'not tempered': believedBy(posteriors),
    'own label left out': share((i) => viewOfOthers(model, table, i)[table.label[i]!]!),
    'one-coin': believedBy(oneCoin(table).posteriors),
    'Dawid-Skene': believedBy(dawidSkene(table).posteriors),
    'zero-based skill': agreementWith(zeroBasedSkill(table).labels),
    majority: agreementWith(majority(table)),
  };
}

/** For each worker the mean of what is believed of their labels in these rows. */
function meanBelief({ workers, worker }: LabelTable, rows: Int32Array, belief: (row: number) => number): Float64Array {
  const sum = new Float64Array(workers.length);
  const all = new Float64Array(workers.length);
  for (const row of rows) {
    sum[worker[row]!]! += belief(row);
    all[worker[row]!]! += 1;
  }
  return sum.map((believed, w) => believed / all[w]!);
}

const rowsOf = (table: LabelTable) => table.label.map((_, row) => row);

/** Rows of the labels whose item is known. */
function rowsOfKnownItems({ table, truth }: KnownSet): Int32Array {
  return rowsOf(table).filter((row) => truth.has(table.items[table.item[row]!]!));
}

/** Who has enough known labels, and how many of those are right. */
function accuracyOnKnown(set: KnownSet): { judged: number[]; accuracy: number[] } {
  const { table, truth } = set;
  const right = new Float64Array(table.workers.length);
  const all = new Float64Array(table.workers.length);
  for (const row of rowsOfKnownItems(set)) {
    all[table.worker[row]!]! += 1;
    if (table.labels[table.label[row]!] === truth.get(table.items[table.item[row]!]!)) right[table.worker[row]!]! += 1;
  }
  const judged = table.workers.map((_, w) => w).filter((w) => all[w]! >= LEAST_KNOWN);
  return { judged, accuracy: judged.map((w) => right[w]! / all[w]!) };
}
