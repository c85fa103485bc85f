import { bradleyTerry } from '../../libs/statistics/src/aggregation/bradley-terry';
import { comparisonsOf, type Preference } from '../../libs/statistics/src/aggregation/comparisons';
import { crowdBt } from '../../libs/statistics/src/aggregation/crowd-bt';
import { evenChance } from '../../libs/statistics/src/workers/binomial-test';
import { readCsv } from '../support/label-sets';
import { quantile, spearman } from './judged';
import { atLeast, type Rule, same, words } from './known-values';

interface Reported extends Preference {
  task: string;
  worker: string;
}

const METHODS = {
  bradley_terry_map_ties_half: 'bt_ties_half',
  bradley_terry_map_ties_dropped: 'bt_ties_dropped',
  crowd_bt_map_ties_dropped: 'crowd_bt',
} as const;

/** The preferences of ukp_convincing: strengths, the order they make, and whether the side of the page decides. */
export function pairwiseRules(): Rule[] {
  const reported = readCsv('ukp_convincing/labels.csv').map(
    ([task, worker, winner, , , left, right]) => ({ task, worker, winner, left, right }) as Reported,
  );
  const wins = (winner: Preference['winner']) => reported.filter((one) => one.winner === winner).length;
  const workers = [...new Set(reported.map(({ worker }) => worker))];
  const fits = fitsOf(reported, workers);
  const at = (key: string, ours: (...wild: string[]) => unknown, within?: number) => same(`pairwise/${key}`, ours, within); // prettier-ignore
  return [
    at('items', () => Object.keys(fits.bt_ties_half.scores).length),
    at('workers', () => workers.length),
    at('comparisons', () => reported.length),
    at('ties', () => wins('tie')),
    at('position/left_share_without_ties', () => wins('left') / (wins('left') + wins('right'))),
    at('position/p_two_sided', () => evenChance(wins('left'), wins('left') + wins('right')), 1e-12),
    at('methods/vote_left_vs_right/gold_pair_accuracy', () => goldPairAccuracy(reported, (_left, _right, task) => votes(reported, task))), // prettier-ignore
    at('scores/*/bt_ties_half', (item) => fits.bt_ties_half.scores[item], 1e-6),
    at('scores/*/bt_ties_dropped', (item) => fits.bt_ties_dropped.scores[item], 1e-6),
    at('scores/*/crowd_bt', (item) => fits.crowd_bt.scores[item], 1e-6),
    at('methods/crowd_bt_map_ties_dropped/eta_quantiles/*', (i) => quantile(fits.crowd_bt.reliabilities!, [0, 0.05, 0.25, 0.5, 0.75, 1][Number(i)]!), 1e-7), // prettier-ignore
    at('methods/crowd_bt_map_ties_dropped/beta_prior/*', (i) => [8, 2][Number(i)]),
    at('methods/*/ridge', () => 0.1),
    at('methods/*/gold_pairs_without_ties', () => goldPairs().length),
    ...Object.entries(METHODS).flatMap(([method, fit]) => orderRules(method, reported, fits[fit].scores, 0)),
    ...Object.entries(METHODS).map(([method, fit]) =>
      at(`methods/${method}/objective`, () => fits[fit].objective, 1e-7),
    ),
    // Both stop where they should not, as the file says: the converged fits order gold no worse.
    ...orderRules('crowd_kit_BradleyTerry_100', reported, fits.bt_ties_half.scores, 0.01),
    ...orderRules('crowd_kit_NoisyBradleyTerry_100', reported, fits.crowd_bt.scores, 0.01),
    ...words('prose', 'pairwise/rule', ...['note', 'warning', 'definition'].map((key) => `pairwise/methods/*/${key}`)),
    ...words('time that another program took', 'pairwise/methods/*/wall_seconds'),
  ];
}

interface Fit {
  scores: Record<string, number>;
  objective: number;
  reliabilities?: Float64Array;
}

function fitsOf(
  reported: readonly Reported[],
  workers: readonly string[],
): Record<'bt_ties_half' | 'bt_ties_dropped' | 'crowd_bt', Fit> {
  const [half, dropped] = [comparisonsOf(reported, 'half'), comparisonsOf(reported, 'drop')];
  const index = new Map(workers.map((worker, w) => [worker, w]));
  const worker = dropped.rows.map((row) => index.get(reported[row]!.worker)!);
  const named = (
    { items }: { items: readonly string[] },
    fit: { scores: Float64Array; objective: number; reliabilities?: Float64Array },
  ) => ({
    // prettier-ignore
    ...fit,
    scores: Object.fromEntries(items.map((item, i) => [item, fit.scores[i]!])),
  });
  return {
    bt_ties_half: named(half, bradleyTerry(half)),
    bt_ties_dropped: named(dropped, bradleyTerry(dropped)),
    crowd_bt: named(dropped, crowdBt(dropped, worker, workers.length)),
  };
}

/** How scores order the gold pairs, the crowd's own comparisons, and the gold scores within each topic. Two arguments
 * have equal strengths, and rounding says which is first: one pair, and one rank, may differ. @param slack 0 where the fit is that of the reference. */
function orderRules(
  method: string,
  reported: readonly Reported[],
  scores: Record<string, number>,
  slack: number,
): Rule[] {
  const rule = (key: string, within: number, ours: (...wild: string[]) => number) =>
    slack === 0
      ? same(`pairwise/methods/${method}/${key}`, ours, within)
      : atLeast(`pairwise/methods/${method}/${key}`, ours, slack);
  const topics = byTopic(scores);
  const decided = reported.filter(({ winner }) => winner !== 'tie');
  const difference = (left: string, right: string) => scores[left]! - scores[right]!;
  return [
    rule('gold_pair_accuracy', 1.01 / 899, () => goldPairAccuracy(reported, difference)),
    rule('crowd_pair_accuracy', 1.01 / 4763, () => decided.filter(({ left, right, winner }) => difference(left, right) > 0 === (winner === 'left')).length / decided.length), // prettier-ignore
    rule('spearman_with_gold_scores_by_topic/*', 2e-3, (i) => topics[Number(i)]!),
    rule('spearman_mean', 2e-4, () => topics.reduce((a, b) => a + b, 0) / topics.length),
  ];
}

/** Rank correlation with the gold scores of each topic, topics in order of their names; a low gold score is a convincing argument. */
function byTopic(scores: Record<string, number>): number[] {
  const rows = readCsv('ukp_convincing/gold_scores.csv').filter(([, item]) => scores[item!] !== undefined);
  return [...new Set(rows.map(([topic]) => topic))].sort().map((topic) => {
    const own = rows.filter(([of]) => of === topic);
    return -spearman(own.map(([, item]) => scores[item!]!), own.map(([, , score]) => Number(score))); // prettier-ignore
  });
}

function goldPairs(): { task: string; label: string }[] {
  return readCsv('ukp_convincing/gold.csv').flatMap(([task, label]) =>
    label === 'tie' ? [] : [{ task: task!, label: label! }],
  );
}

function goldPairAccuracy(
  reported: readonly Reported[],
  lead: (left: string, right: string, task: string) => number,
): number {
  const pairOf = new Map(reported.map(({ task, left, right }) => [task, { left, right }]));
  const pairs = goldPairs();
  const right = pairs.map(({ task, label }) => {
    const pair = pairOf.get(task)!;
    const ahead = Math.sign(lead(pair.left, pair.right, task));
    return ahead === 0 ? 0.5 : Number(ahead > 0 === (label === 'left'));
  });
  return right.reduce((a, b) => a + b, 0) / pairs.length;
}

/** Votes for the left less those for the right. */
function votes(reported: readonly Reported[], task: string): number {
  return reported.reduce((sum, one) => (one.task !== task ? sum : sum + Number(one.winner === 'left') - Number(one.winner === 'right')), 0); // prettier-ignore
}
