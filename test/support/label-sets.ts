import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { labelTable, type LabelTable } from '../../libs/statistics/src/aggregation/label-table';

/** Where the real sets lie: beside the checkout. */
export const SHARED_DATA = join(__dirname, '../../../shared/data');

export type SetName = 'rte' | 'weather_sentiment' | 'ukp_convincing';

/** A real set: its labels (the first row of a repeated pair of item and worker), its gold, its reference values. */
export interface LabelSet {
  name: SetName;
  table: LabelTable;
  gold: Map<string, string>;
  reference: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- free-form JSON, each test knows its part
}

/** `describe` where a path under the shared data is there; where it is absent the tests are skipped, loudly. */
export function describeWithData(path: string, title: string, body: () => void): void {
  const full = join(SHARED_DATA, path);
  if (existsSync(full)) {
    describe(title, body);
    return;
  }
  console.warn(`${title}: skipped, there is no ${full}`);
  // Not the body: jest runs that of a skipped describe too, to count its tests, and it would read what is not there.
  describe(title, () => it.skip(`needs ${path}`, () => expect(existsSync(full)).toBe(true)));
}

export function readLabelSet(name: SetName): LabelSet {
  const seen = new Set<string>();
  const rows = readCsv(`${name}/labels.csv`)
    .map(([item, worker, label]) => ({ item: item!, worker: worker!, label: label! }))
    .filter(({ item, worker }) => {
      const pair = `${item}\n${worker}`;
      return seen.has(pair) ? false : seen.add(pair);
    });
  return {
    name,
    table: labelTable(rows),
    gold: new Map(readCsv(`${name}/gold.csv`).map(([item, label]) => [item!, label!])),
    reference: JSON.parse(readFileSync(join(SHARED_DATA, name, 'reference.json'), 'utf8')),
  };
}

export function readJson(path: string): any /* eslint-disable-line @typescript-eslint/no-explicit-any -- as above */ {
  return JSON.parse(readFileSync(join(SHARED_DATA, path), 'utf8'));
}

/** The rows of a file under the shared data without its header; none of them has quotes. */
export function readCsv(path: string): string[][] {
  const lines = readFileSync(join(SHARED_DATA, path), 'utf8').trim().split(/\r?\n/);
  return lines.slice(1).map((line) => line.split(','));
}

/** Share of the items with gold whose most probable label is the gold one; ties go to the first label. */
export function accuracyOf(set: LabelSet, posteriors: Float64Array): number {
  const K = set.table.labels.length;
  let right = 0;
  set.table.items.forEach((item, t) => {
    const gold = set.gold.get(item);
    if (gold === undefined) return;
    const row = posteriors.subarray(t * K, (t + 1) * K);
    if (set.table.labels[row.indexOf(Math.max(...row))] === gold) right += 1;
  });
  return right / set.gold.size;
}
