import { type Coefficient, undefinedBecause } from './coefficient';

/**
 * Kendall's W (1939) of rankings of the same things, corrected for ties: from 0 (no concordance) to 1 (all alike);
 * W = 12 S / (m^2 (n^3 - n) - m sum T), S the squared deviations of the rank sums, T = sum of t^3 - t over each ranker's groups of ties.
 * @param scores one row a worker, one number a thing: ranks or anything that orders them; equal numbers are ties and share their mean rank.
 */
export function kendallW(scores: readonly (readonly number[])[]): Coefficient {
  const m = scores.length;
  const n = scores[0]?.length ?? 0;
  if (m < 2) return undefinedBecause('fewer than two workers ranked the things');
  if (n < 2) return undefinedBecause('fewer than two things were ranked');
  const sums = new Float64Array(n);
  let ties = 0;
  for (const row of scores) {
    const ranks = meanRanks(row);
    for (let i = 0; i < n; i++) sums[i]! += ranks.ranks[i]!;
    ties += ranks.ties;
  }
  const mean = (m * (n + 1)) / 2;
  const squares = sums.reduce((total, sum) => total + (sum - mean) ** 2, 0);
  const most = m * m * (n ** 3 - n) - m * ties;
  return most === 0 ? undefinedBecause('every worker ranked all things alike') : { value: (12 * squares) / most };
}

/** Ranks from 1, ties sharing the mean of theirs; and the sum of t^3 - t over groups of t tied values. */
export function meanRanks(values: readonly number[]): { ranks: Float64Array; ties: number } {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  let ties = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + to + 1) / 2;
    ties += (to - from) ** 3 - (to - from);
  }
  return { ranks, ties };
}
