import { auto } from '../aggregation/auto';
import { epochZero } from '../aggregation/epoch-zero';
import { labelTable } from '../aggregation/label-table';
import { type WorkerGroup } from '../simulation/population';
import { simulate } from '../simulation/simulate';
import { workerReports } from './worker-report';

function reportsOf(workers: WorkerGroup[], withGold: boolean) {
  const labels = ['a', 'b', 'c'];
  const simulation = simulate({ seed: 5, labels, items: 900, labelsPerItem: 5, gold: 0.2, workers });
  const place = (item: string, worker: string) => `${item}\n${worker}`;
  const occurred = new Map(simulation.labels.map(({ item, worker }, i) => [place(item, worker), i]));
  const table = labelTable(simulation.labels, labels);
  const at = (i: number) => occurred.get(place(table.items[table.item[i]!]!, table.workers[table.worker[i]!]!))!;
  const reports = workerReports(table, auto(table).model, {
    order: Float64Array.from(table.item, (_, i) => at(i)),
    seconds: Float64Array.from(table.item, (_, i) => simulation.labels[at(i)]!.seconds),
    ...(withGold
      ? {
          gold: new Map([...simulation.gold].map(([item, label]) => [item, [label]])),
          goldPolicy: { target: 0.9, reject: 0.7 },
        }
      : {}),
  });
  const behaviour = new Map(simulation.workers.map((worker) => [worker.worker, worker.behaviour]));
  return reports.map((report) => ({ ...report, behaviour: behaviour.get(report.worker)! }));
}

const CROWD: WorkerGroup[] = [
  { behaviour: 'honest', count: 16, accuracy: { least: 0.9, most: 0.97 } },
  { behaviour: 'spammer', count: 2 },
  { behaviour: 'biased', count: 2, accuracy: 0.95, strength: 0.5 },
  { behaviour: 'drifting', count: 2, accuracy: 0.95, to: 0.5 },
  { behaviour: 'careless', count: 2, accuracy: 0.6 },
];

describe('workerReports', () => {
  it('finds without gold who does not look, who leans to a label, who got worse and who is careless, and no honest worker', () => {
    const kindsOf = (behaviour: string) =>
      reportsOf(CROWD, false)
        .filter((report) => report.behaviour === behaviour)
        .map(({ findings }) => findings.map(({ kind }) => kind));
    expect(kindsOf('honest').flat()).toEqual([]);
    for (const kinds of kindsOf('spammer')) expect(kinds).toContain('spammer');
    for (const kinds of kindsOf('biased')) expect(kinds).toContain('biased');
    for (const kinds of kindsOf('drifting')) expect(kinds).toContain('drifting');
    for (const kinds of kindsOf('careless')) expect(kinds).toEqual(['belowPool']);
  });

  it('takes accuracy and the sequential test from gold where there is gold', () => {
    for (const { behaviour, findings, goldChecks, accuracy, low, high } of reportsOf(CROWD, true)) {
      expect(goldChecks).toBeGreaterThan(20);
      expect(low).toBeLessThan(accuracy);
      expect(high).toBeGreaterThan(accuracy);
      const below = findings.find(({ kind }) => kind === 'belowGold');
      if (behaviour === 'spammer') expect(below!.statistic).toBeGreaterThanOrEqual(below!.threshold);
      if (behaviour === 'honest') expect(findings).toEqual([]);
    }
  });

  it('names who labelled later as the one who copied', () => {
    const copying: WorkerGroup = { behaviour: 'copying', count: 2, accuracy: 0.9, strength: 0.95 };
    const accused = reportsOf([{ behaviour: 'honest', count: 12, accuracy: 0.85 }, copying], false).filter(
      ({ findings }) => findings.some(({ kind }) => kind === 'copying'),
    );
    expect(accused.map(({ behaviour }) => behaviour)).toEqual(['copying', 'copying']);
  });

  it('finds who does not agree with self on items that are clear', () => {
    const rows = ['u', 'v', 'w'].flatMap((worker) =>
      Array.from({ length: 40 }, (_, i) => ({ item: `${i}`, worker, label: i % 2 ? 'a' : 'b' })),
    );
    const table = labelTable(rows, ['a', 'b']);
    const repeats = ['u', 'v'].flatMap((worker) =>
      Array.from({ length: 30 }, (_, i) => {
        const first = i % 2 ? 'a' : 'b';
        return { item: `${i}`, worker, first, again: worker === 'u' && i % 3 === 0 ? 'a' : first };
      }),
    );
    const kinds = workerReports(table, auto(table).model, { repeats }).map(({ findings }) =>
      findings.map(({ kind }) => kind),
    );
    expect(kinds).toEqual([['inconsistent'], [], []]);
  });

  it('says of nobody anything where there are no labels', () => {
    expect(workerReports(labelTable([], ['a', 'b']), epochZero(2))).toEqual([]);
  });

  it('has accuracies, and no matrix, above 32 labels', () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({
      item: `${i >> 1}`,
      worker: `${i % 2}`,
      label: `l${(i >> 1) % 40}`,
    }));
    const table = labelTable(rows);
    const [first] = workerReports(table, auto(table).model);
    expect(first).toMatchObject({ labels: 100, spammerScore: NaN, findings: [] });
    expect(first!.accuracy).toBeGreaterThan(0.5);
  });

  it('accuses at most one in a hundred honest people of copying in crowds of nine that share lures with two spammers', () => {
    const workers: WorkerGroup[] = [
      { behaviour: 'honest', count: 7, accuracy: { least: 0.8, most: 0.95 } },
      { behaviour: 'spammer', count: 2 },
    ];
    const labels = ['a', 'b', 'c'];
    const hard = { labels, labelsPerItem: 5, difficulty: 0.8, lure: 0.5, misleading: 0.02, workers };
    let accused = 0;
    for (let seed = 500; seed < 532; seed++) {
      for (const items of [400, 1000]) {
        const table = labelTable(simulate({ ...hard, seed, items }).labels, labels);
        const reports = workerReports(table, auto(table).model);
        accused += reports.filter(({ findings }) => findings.some(({ kind }) => kind === 'copying')).length;
      }
    }
    expect(accused / (32 * 2 * 7)).toBeLessThan(0.01);
  });

  it('accuses nobody of copying for one error that two share, where nobody else errs', () => {
    const rows = Array.from(
      { length: 60 },
      (_, t) =>
      Array.from({ length: 10 }, (__, w) => ({ item: `i${t}`, worker: `w${w}`, label: 'abc'[(t + Number(w > 7 && t === 9)) % 3]! })), // prettier-ignore
    ).flat();
    const table = labelTable(rows, ['a', 'b', 'c']);
    for (const { findings } of workerReports(table, auto(table).model)) expect(findings).toEqual([]);
  });
});
