// What scoring finds in a crowd of 300 with a tenth of the items gold: who is suspended, who is found otherwise, who is accused wrongly.
import { DEFAULT_POLICY } from '../../libs/contracts/src/project/project-defaults';
import { type Population } from '../../libs/statistics/src/simulation/population';
import { simulate, type Simulation } from '../../libs/statistics/src/simulation/simulate';
import { testOnGold } from '../../apps/scoring/src/finding.domain';
import { fitQuestion } from '../../apps/scoring/src/fit.domain';
import { columnsOf } from './scoring-columns';
import { markdownTable, record } from './record';

const SEEDS = [401, 402, 403, 404, 405];

/** Some 480 labels a worker, of which some 48 on gold; every worker is exactly as accurate as the group says. */
const CROWD: Omit<Population, 'seed'> = {
  labels: ['a', 'b', 'c'],
  items: 24_000,
  labelsPerItem: 6,
  gold: 0.1,
  workers: [
    { behaviour: 'honest', count: 150, accuracy: 0.92 },
    { behaviour: 'honest', count: 69, accuracy: 0.9 },
    { behaviour: 'honest', count: 40, accuracy: 0.85 },
    { behaviour: 'careless', count: 20, accuracy: 0.6 },
    { behaviour: 'spammer', count: 10 },
    { behaviour: 'spammer', count: 10, favourite: 'a' },
    { behaviour: 'swapper', count: 1, accuracy: 0.92 },
  ],
};

interface Judged {
  group: string;
  isSuspended: boolean;
  isCleared: boolean;
  kinds: string[];
}

export function run(): void {
  const { gold } = DEFAULT_POLICY;
  const judged = SEEDS.flatMap((seed) => judge(simulate({ ...CROWD, seed }), gold));
  const groups = [...new Set(judged.map(({ group }) => group))].sort();
  const rows = groups.map((group) => {
    const own = judged.filter((one) => one.group === group);
    const share = (is: (one: Judged) => boolean) => {
      const count = own.filter(is).length;
      return `${count} (${((100 * count) / own.length).toFixed(1)} %)`;
    };
    const others = (one: Judged) => one.kinds.length > 0;
    return [
      ...[group, String(own.length), share((one) => one.isSuspended), share((one) => one.isCleared), share(others)],
      share((one) => one.isSuspended || others(one)),
      share((one) => !one.isSuspended && !others(one)),
    ];
  });
  const header = [
    'worker',
    'played',
    'suspended by gold',
    'proven by gold',
    'found by fits',
    'found at all',
    'nothing found',
  ];
  record('statistics.md', 'scoring-population', markdownTable(header, rows));
  record('statistics.md', 'scoring-population-errors', errorsOf(judged));
}

function judge(simulation: Simulation, policy: typeof DEFAULT_POLICY.gold): Judged[] {
  const truth = new Map([...simulation.gold].map(([item, label]) => [item, [label]]));
  const { workers } = fitQuestion({
    columns: columnsOf(simulation.labels, CROWD.labels),
    labels: CROWD.labels,
    gold: truth,
    adjudicated: new Map(),
  });
  const checks = new Map<string, { check: string; isRight: boolean; order: number }[]>();
  simulation.labels.forEach(({ item, worker, label }, order) => {
    const accepted = truth.get(item);
    if (!accepted) return;
    const own = checks.get(worker) ?? [];
    own.push({ check: `${item} ${worker}`, isRight: accepted.includes(label), order });
    checks.set(worker, own);
  });
  const found = new Map(workers.map(({ worker, findings }) => [worker, findings.map(({ kind }) => kind)]));
  return simulation.workers.map(({ worker, behaviour, accuracy }) => {
    const { status } = testOnGold(checks.get(worker) ?? [], policy);
    return {
      group: nameOf(behaviour, accuracy),
      isSuspended: status === 'suspend',
      isCleared: status === 'clear',
      kinds: (found.get(worker) ?? []).filter((kind) => kind !== 'belowGold'),
    };
  });
}

function nameOf(behaviour: string, accuracy: number): string {
  if (behaviour === 'spammer') return 'spammer';
  if (behaviour === 'honest' && accuracy < DEFAULT_POLICY.gold.target) return `middling at ${accuracy.toFixed(2)}`;
  return `${behaviour} at ${accuracy.toFixed(2)}`;
}

function errorsOf(judged: readonly Judged[]): string {
  const of = (isOne: (group: string) => boolean) => judged.filter(({ group }) => isOne(group));
  const honest = of((group) => group.startsWith('honest'));
  const middling = of((group) => group.startsWith('middling'));
  const bad = of((group) => !group.startsWith('honest') && !group.startsWith('middling'));
  const share = (all: readonly Judged[], is: (one: Judged) => boolean) => {
    const count = all.filter(is).length;
    return `${count} of ${all.length} (${((100 * count) / all.length).toFixed(2)} %)`;
  };
  const isAccused = ({ isSuspended, kinds }: Judged) => isSuspended || kinds.length > 0;
  return markdownTable(
    ['what', 'measured', 'goal'],
    [
      ['honest workers suspended', share(honest, (one) => one.isSuspended), 'at most 1 %'],
      ['honest workers accused of anything', share(honest, isAccused), 'at most 1 %'],
      ['middling workers suspended', share(middling, (one) => one.isSuspended), 'reported'],
      ['middling workers accused of anything', share(middling, isAccused), 'reported'],
      ['careless, spammers and swapper found', share(bad, isAccused), ''],
      ['careless, spammers and swapper missed', share(bad, (one) => !isAccused(one)), ''],
    ],
  );
}
