import { meanRanks } from '../../libs/statistics/src/agreement/kendall-w';
import { accuracyOf, type LabelSet } from '../support/label-sets';

/** Posteriors are no lower than this under a logarithm: the floor of `gold_log_loss` in the reference files. */
const LEAST = 1e-6;

/** How good posteriors (T * K) are against the gold of a set, by the rules of the reference files. */
export interface Judged {
  accuracy: number;
  /** Unweighted mean of F1 over the labels that gold or the aggregate uses. */
  macroF1: number;
  /** F1 of label "1". */
  f1Positive: number;
  logLoss: number;
  /** Summed over the labels. */
  brier: number;
}

export function judge(set: LabelSet, posteriors: Float64Array): Judged {
  const { items, labels } = set.table;
  const K = labels.length;
  const pairs: { gold: string; said: string }[] = [];
  let [logLoss, brier] = [0, 0];
  items.forEach((item, t) => {
    const gold = set.gold.get(item);
    if (gold === undefined) return;
    const row = posteriors.subarray(t * K, (t + 1) * K);
    pairs.push({ gold, said: labels[row.indexOf(Math.max(...row))]! });
    logLoss -= Math.log(Math.max(LEAST, row[labels.indexOf(gold)]!));
    row.forEach((share, k) => (brier += (share - Number(labels[k] === gold)) ** 2));
  });
  const used = labels.filter((label) => pairs.some(({ gold, said }) => gold === label || said === label));
  return {
    accuracy: accuracyOf(set, posteriors),
    macroF1: used.reduce((sum, label) => sum + f1(pairs, label), 0) / used.length,
    f1Positive: f1(pairs, '1'),
    logLoss: logLoss / pairs.length,
    brier: brier / pairs.length,
  };
}

function f1(pairs: readonly { gold: string; said: string }[], label: string): number {
  const count = (is: (pair: { gold: string; said: string }) => boolean) => pairs.filter(is).length;
  const both = count(({ gold, said }) => gold === label && said === label);
  return (2 * both) / (count(({ gold }) => gold === label) + count(({ said }) => said === label));
}

/** Rank correlation, ties at the mean of their ranks; 0 where all of one side are equal. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [meanRanks(a).ranks, meanRanks(b).ranks];
  const middle = (a.length + 1) / 2;
  const product = (u: Float64Array, v: Float64Array) =>
    u.reduce((sum, value, i) => sum + (value - middle) * (v[i]! - middle), 0);
  const spread = Math.sqrt(product(x, x) * product(y, y));
  return spread > 0 ? product(x, y) / spread : 0;
}

/** Chance that one of the marked has a lower value than one of the others; equal values count half. */
export function areaUnderCurve(values: readonly number[], marked: readonly boolean[]): number {
  const [low, high] = [true, false].map((mark) => values.filter((_, i) => marked[i] === mark)) as [number[], number[]];
  let won = 0;
  for (const a of low) for (const b of high) won += a < b ? 1 : a === b ? 0.5 : 0;
  return won / (low.length * high.length);
}

/** The quantile between the two nearest values. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below]! + (at - below) * ((sorted[below + 1] ?? 0) - sorted[below]!) * Number(at > below);
}
