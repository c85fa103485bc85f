// How often each finding is raised against each kind of worker, and how often intervals hold the true accuracy, by simulation.
import { auto } from '../../libs/statistics/src/aggregation/auto';
import { labelTable } from '../../libs/statistics/src/aggregation/label-table';
import { type Population } from '../../libs/statistics/src/simulation/population';
import { dice } from '../../libs/statistics/src/simulation/random';
import { simulate, type Simulation } from '../../libs/statistics/src/simulation/simulate';
import { anytimeTest } from '../../libs/statistics/src/workers/anytime-test';
import { betaInterval } from '../../libs/statistics/src/workers/beta-interval';
import { cusum, cusumThreshold } from '../../libs/statistics/src/workers/drift';
import { type FindingKind } from '../../libs/statistics/src/workers/finding';
import { goldTest, priceOfGoldTest } from '../../libs/statistics/src/workers/gold-test';
import { selfConsistency } from '../../libs/statistics/src/workers/self-consistency';
import { type WorkerReport, workerReports } from '../../libs/statistics/src/workers/worker-report';
import { markdownTable, record } from './record';

const SEEDS = Array.from({ length: 20 }, (_, i) => 301 + i);
const POLICY = { target: 0.9, reject: 0.7 };
const KINDS: FindingKind[] = [
  'belowGold',
  'belowPool',
  'spammer',
  'biased',
  'drifting',
  'copying',
  'patterned',
  'tooFast',
];

/** Some 150 labels a worker, a sixth of them gold; honest workers are at or above the policy's target. */
const CROWD: Omit<Population, 'seed'> = {
  labels: ['a', 'b', 'c'],
  shares: [0.5, 0.3, 0.2],
  items: 3000,
  labelsPerItem: 5,
  gold: 0.16,
  difficulty: 0.5,
  lure: 0.4,
  misleading: 0.01,
  workers: [
    { behaviour: 'honest', count: 70, accuracy: { least: 0.93, most: 0.98 } },
    { behaviour: 'careless', count: 6, accuracy: { least: 0.5, most: 0.7 } },
    { behaviour: 'spammer', count: 5 },
    { behaviour: 'spammer', count: 3, favourite: 'a' },
    { behaviour: 'biased', count: 6, strength: 0.4 },
    { behaviour: 'drifting', count: 6, accuracy: 0.95, to: 0.6 },
    { behaviour: 'copying', count: 4, strength: 0.9 },
  ],
};

/** Other crowds, in which tests that hold in one may accuse the wrong: name and what differs from the first. */
const CROWDS: Record<string, Partial<Population>> = {
  'as above': {},
  'two labels, three an item': { labels: ['a', 'b'], shares: undefined, items: 4000, labelsPerItem: 3 },
  'two labels, one in ten': { labels: ['a', 'b'], shares: [0.1, 0.9] },
  'five labels, hard': { labels: ['a', 'b', 'c', 'd', 'e'], shares: undefined, difficulty: 1, lure: 0.5, labelDifficulty: 0.5, misleading: 0.03 },
  'few do most': { activity: 1 },
  'some forty labels a worker': { items: 800 },
  'workers see kinds of item differently': { subtypes: 4, difficulty: 0.3 },
  'nine, of whom two are spammers': { workers: [{ behaviour: 'honest', count: 7, accuracy: { least: 0.8, most: 0.95 } }, { behaviour: 'spammer', count: 2 }], items: 1000, difficulty: 0.8, lure: 0.5, misleading: 0.02 },
  'nobody but honest workers': { workers: [{ behaviour: 'honest', count: 100, accuracy: { least: 0.93, most: 0.98 } }], difficulty: 0.7 },
}; // prettier-ignore

/** Findings that are true of a behaviour; anything else is false. */
const TRUE_OF: Record<string, FindingKind[]> = {
  honest: [],
  careless: ['belowGold', 'belowPool', 'inconsistent'],
  spammer: ['belowGold', 'belowPool', 'spammer', 'biased', 'patterned', 'inconsistent'],
  biased: ['belowGold', 'belowPool', 'biased', 'spammer', 'patterned', 'inconsistent'],
  drifting: ['belowGold', 'belowPool', 'drifting', 'inconsistent'],
  copying: ['copying', 'belowGold', 'belowPool'],
};

interface Judged {
  behaviour: string;
  report: WorkerReport;
}

export function run(): void {
  const judged = SEEDS.flatMap((seed) => judge(simulate({ ...CROWD, seed })));
  record('statistics.md', 'workers', powerTable(judged));
  record('statistics.md', 'workers-errors', errorTable(judged));
  record('statistics.md', 'workers-crowds', crowdsTable());
  record('statistics.md', 'workers-gold', goldTable());
}

function judge(simulation: Simulation, labels: string[] = CROWD.labels, withGold = true): Judged[] {
  const place = (item: string, worker: string) => `${item}\n${worker}`;
  const occurred = new Map(simulation.labels.map(({ item, worker }, i) => [place(item, worker), i]));
  const table = labelTable(simulation.labels, labels);
  const at = (i: number) => occurred.get(place(table.items[table.item[i]!]!, table.workers[table.worker[i]!]!))!;
  const reports = workerReports(table, auto(table).model, {
    order: Float64Array.from(table.item, (_, i) => at(i)),
    seconds: Float64Array.from(table.item, (_, i) => simulation.labels[at(i)]!.seconds),
    ...(withGold ? { gold: new Map([...simulation.gold].map(([item, label]) => [item, [label]])), goldPolicy: POLICY } : {}), // prettier-ignore
  });
  const behaviour = new Map(simulation.workers.map((worker) => [worker.worker, worker.behaviour]));
  return reports.map((report) => ({ behaviour: behaviour.get(report.worker)!, report }));
}

function powerTable(judged: Judged[]): string {
  const rows = Object.keys(TRUE_OF).map((behaviour) => {
    const own = judged.filter((one) => one.behaviour === behaviour);
    const share = (has: (report: WorkerReport) => boolean) =>
      percent(own.filter(({ report }) => has(report)).length, own.length);
    return [
      behaviour,
      String(own.length),
      ...KINDS.map((kind) => share(({ findings }) => findings.some((finding) => finding.kind === kind))),
      share(({ findings }) => findings.length > 0),
    ];
  });
  return markdownTable(['worker', 'played', ...KINDS, 'any'], rows);
}

/** Six crowds of each sort, without gold. */
function crowdsTable(): string {
  const kinds = ['careless', 'spammer', 'biased', 'drifting', 'copying'];
  const rows = Object.entries(CROWDS).map(([name, changes]) => {
    const of = { ...CROWD, ...changes };
    const judged = SEEDS.slice(0, 6).flatMap((seed) => judge(simulate({ ...of, seed }), of.labels, false));
    const found = (behaviour: string) => {
      const own = judged.filter((one) => one.behaviour === behaviour);
      return percent(own.filter(({ report }) => report.findings.length > 0).length, own.length);
    };
    const findings = judged.flatMap((one) => one.report.findings.map(({ kind }) => isFalse(one, kind)));
    return [name, found('honest'), percent(findings.filter(Boolean).length, findings.length), ...kinds.map(found)];
  });
  return markdownTable(['crowd, without gold', 'honest accused', 'findings that are false', ...kinds], rows);
}

const isFalse = ({ behaviour }: Judged, kind: FindingKind) => !TRUE_OF[behaviour]!.includes(kind);

function errorTable(judged: Judged[]): string {
  const honest = judged.filter(({ behaviour }) => behaviour === 'honest');
  const accused = honest.filter((one) => one.report.findings.some(({ kind }) => isFalse(one, kind)));
  const findings = judged.flatMap((one) => one.report.findings.map(({ kind }) => isFalse(one, kind)));
  const rows = [
    ['honest workers accused of anything', percent(accused.length, honest.length), 'at most 1 %'],
    ['findings that are false', percent(findings.filter(Boolean).length, findings.length), 'at most 5 %'],
    ['intervals of accuracy on gold that hold the chance of being right', coverage(), '95 +- 1 %'],
    ['intervals without gold that hold it, four crowds without item difficulty', coverageWithoutGold(), '95 +- 1 %'],
    ...consistency(),
  ];
  return markdownTable(['what', 'measured', 'goal'], rows);
}

/** 20,000 workers with an accuracy from .5 to 1, drawn evenly, and 5 to 100 gold checks. */
function coverage(): string {
  const { uniform, below } = dice(1);
  let held = 0;
  for (let worker = 0; worker < 20_000; worker++) {
    const accuracy = 0.5 + 0.5 * uniform();
    const checks = 5 + below(96);
    let right = 0;
    for (let i = 0; i < checks; i++) right += Number(uniform() < accuracy);
    const { low, high } = betaInterval(right, checks - right);
    if (low <= accuracy && accuracy <= high) held += 1;
  }
  return percent(held, 20_000);
}

/** A hundred workers of accuracy .6 to .97, 30 or 100 labels each, 3 to 10 labels an item. */
function coverageWithoutGold(): string {
  const crowd = (labels: string[], items: number, labelsPerItem: number) => ({ labels, items, labelsPerItem });
  const crowds = [
    crowd(['a', 'b', 'c'], 2000, 5),
    crowd(['a', 'b'], 2000, 5),
    crowd(['a', 'b', 'c'], 300, 10),
    crowd(['a', 'b', 'c'], 1000, 3),
  ];
  let [held, all] = [0, 0];
  for (const of of crowds) {
    for (const seed of SEEDS.slice(0, 5)) {
      const workers: Population['workers'] = [
        { behaviour: 'honest', count: 100, accuracy: { least: 0.6, most: 0.97 } },
      ];
      const simulation = simulate({ ...of, seed, workers });
      const accuracy = new Map(simulation.workers.map((worker) => [worker.worker, worker.accuracy]));
      const table = labelTable(simulation.labels, of.labels);
      for (const { worker, low, high } of workerReports(table, auto(table).model)) {
        if (low <= accuracy.get(worker)! && accuracy.get(worker)! <= high) held += 1;
        all += 1;
      }
    }
  }
  return percent(held, all);
}

/** Blind repeats of people who are right with .9 and of people who toss, on items where typical workers agree with .82. */
function consistency(): string[][] {
  const { uniform } = dice(2);
  const shares = [0.9, 0.1];
  const flagged = (accuracy: number) => {
    let count = 0;
    for (let worker = 0; worker < 2000; worker++) {
      const say = () => Number(uniform() >= accuracy);
      const repeats = Array.from({ length: 20 }, () => ({ first: say(), again: say(), shares }));
      if (selfConsistency(repeats, 2).pValue <= 0.005) count += 1;
    }
    return percent(count, 2000);
  };
  return [
    ['self-consistency at .005, 20 repeats: a typical worker', flagged(0.9), 'at most .5 %'],
    ['the same: a worker who is right with .6', flagged(0.6), ''],
  ];
}

/** What gold tells of a worker of some accuracy: the sequential test exactly, the others by simulation of 2,000 workers with 200 checks. */
function goldTable(): string {
  const { uniform } = dice(3);
  const rows = [0.98, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6].map((accuracy) => {
    const price = priceOfGoldTest(accuracy, POLICY);
    let [anytime, shifted, wald] = [0, 0, 0];
    for (let worker = 0; worker < 2000; worker++) {
      const outcomes = Array.from({ length: 200 }, () => uniform() < accuracy);
      if (goldTest(outcomes, POLICY).status === 'suspend') wald += 1;
      if (anytimeTest(outcomes, POLICY.target).pValue <= 0.005) anytime += 1;
      const wrong = outcomes.map((right) => Number(!right));
      const expected = new Array<number>(200).fill(1 - POLICY.target);
      if (cusum(wrong, expected, { threshold: cusumThreshold(200, 0.005) }).alarm) shifted += 1;
    }
    return [
      accuracy.toFixed(2),
      percent(price.suspended, 1),
      percent(wald, 2000),
      price.checks.toFixed(0),
      percent(price.undecided, 1),
      percent(anytime, 2000),
      percent(shifted, 2000),
    ];
  });
  const header = ['accuracy', 'suspended, exactly', 'played', 'gold checks', 'undecided', 'anytime-valid at .005', 'CUSUM at .005']; // prettier-ignore
  return markdownTable(header, rows);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(part / whole < 0.1 ? 2 : 1)} %`;
}
