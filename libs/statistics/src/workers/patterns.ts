import chisquareCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { evenChance } from './binomial-test';

/** The shape of one worker's labels in the order of occurrence. */
export interface Pattern {
  labels: number;
  /** Longest run of one label, and the chance of one so long if the labels came in random order (an upper bound). */
  longestRun: number;
  runPValue: number;
  /** Of the labels, in bits: 0 is always the same. */
  entropy: number;
  /** Chi-square of each label against the one before, and its p-value; 1 where the counts are too few. */
  lagStatistic: number;
  lagPValue: number;
}

/**
 * Describes; it accuses nobody, since batches of alike items make honest runs. `repetitionTest` is the test that knows the items.
 * @param sequence label indices in the order of occurrence.
 */
export function patternOf(sequence: ArrayLike<number>, labels: number): Pattern {
  const n = sequence.length;
  const counts = new Float64Array(labels);
  const next = new Float64Array(labels * labels);
  let run = 0;
  let longestRun = 0;
  for (let i = 0; i < n; i++) {
    counts[sequence[i]!]! += 1;
    run = i > 0 && sequence[i] === sequence[i - 1] ? run + 1 : 1;
    longestRun = Math.max(longestRun, run);
    if (i > 0) next[sequence[i - 1]! * labels + sequence[i]!]! += 1;
  }
  let entropy = 0;
  let runPValue = 0;
  for (const count of counts) {
    if (count === 0) continue;
    const share = count / n;
    entropy -= share * Math.log2(share);
    runPValue += share ** longestRun * (1 + (n - longestRun) * (1 - share));
  }
  const { statistic, pValue } = independence(next, labels);
  return {
    labels: n,
    longestRun,
    runPValue: Math.min(1, runPValue),
    entropy,
    lagStatistic: statistic,
    lagPValue: pValue,
  };
}

/** Pearson's chi-square of a square table; p-value 1 where a used row or column expects fewer than five. */
function independence(table: Float64Array, size: number): { statistic: number; pValue: number } {
  const rows = new Float64Array(size);
  const columns = new Float64Array(size);
  let total = 0;
  table.forEach((count, cell) => {
    rows[Math.floor(cell / size)]! += count;
    columns[cell % size]! += count;
    total += count;
  });
  let statistic = 0;
  let least = Infinity;
  table.forEach((count, cell) => {
    const expected = (rows[Math.floor(cell / size)]! * columns[cell % size]!) / total;
    if (!(expected > 0)) return;
    statistic += (count - expected) ** 2 / expected;
    least = Math.min(least, expected);
  });
  const used = (sums: Float64Array) => sums.filter((sum) => sum > 0).length - 1;
  const freedom = used(rows) * used(columns);
  return { statistic, pValue: freedom > 0 && least >= 5 ? 1 - chisquareCdf(statistic, freedom) : 1 };
}

/**
 * Does a worker repeat the label before more often than chance and the items explain? Each label is expected to repeat the one before with the larger
 * of two chances: sum_k s_i(k) s_(i-1)(k), where s_i is what the others believe of the i-th item (an honest run on a batch of alike items expects its
 * repetitions), and sum_k f_k^2 of the worker's own label shares (who says one label often repeats it often). Normal approximation; 1 under 20 labels.
 */
export function repetitionTest(sequence: ArrayLike<number>, views: (i: number) => ArrayLike<number>, labels: number) {
  const n = sequence.length;
  const counts = new Float64Array(labels);
  for (let i = 0; i < n; i++) counts[sequence[i]!]! += 1;
  const usual = counts.reduce((sum, count) => sum + (count / n) ** 2, 0);
  let [repeated, expected, variance] = [0, 0, 0];
  for (let i = 1; i < n; i++) {
    if (sequence[i] === sequence[i - 1]) repeated += 1;
    let alike = 0;
    for (let k = 0; k < labels; k++) alike += views(i)[k]! * views(i - 1)[k]!;
    const chance = Math.max(usual, alike);
    expected += chance;
    variance += chance * (1 - chance);
  }
  const statistic = variance > 0 ? (repeated - expected - 0.5) / Math.sqrt(variance) : 0;
  return { repeated, expected, statistic, pValue: n < 20 ? 1 : normalCdf(-statistic, 0, 1) };
}

/** Position bias of a rater of preferences: the share of left among left and right, with the exact two-sided p-value of an even chance. */
export function positionBias(left: number, right: number): { share: number | null; pValue: number } {
  const all = left + right;
  return { share: all === 0 ? null : left / all, pValue: all === 0 ? 1 : evenChance(left, all) };
}
