/** Where a change of the chance of being wrong is looked for. */
export interface CusumPolicy {
  /** Odds of being wrong after the change, as a multiple of those before; default 3.86, which is .9 to .7. */
  worsening?: number;
  /** Alarm at this log-likelihood ratio; default 5: from .9 to .7 a false alarm every 2,200 checks or so, found after 29. */
  threshold?: number;
}

export interface Cusum {
  alarm: boolean;
  /** The largest value, or the one at the alarm. */
  statistic: number;
  /** Check at which the alarm was raised, from 1; 0 without. */
  at: number;
  /** First check after the change, from 1: the one after the sum was last zero. */
  changedAt: number;
}

/**
 * Page's cumulative sum (1954, Continuous inspection schemes) on log-likelihood ratios, for a chance of being wrong that is known beforehand (the
 * policy's on gold, or the item's expected error). It ends at the first alarm.
 * @param wrong 1, 0, or a probability of being wrong, in the order of occurrence.
 * @param expected chance of being wrong at each check while nothing has changed, between 0 and 1.
 */
export function cusum(wrong: ArrayLike<number>, expected: ArrayLike<number>, policy: CusumPolicy = {}): Cusum {
  const { worsening = 27 / 7, threshold = 5 } = policy;
  let [sum, most, changedAt, mostChangedAt] = [0, 0, 1, 0];
  for (let i = 0; i < wrong.length; i++) {
    const before = expected[i]!;
    const after = (worsening * before) / (1 - before + worsening * before);
    sum += wrong[i]! * Math.log(after / before) + (1 - wrong[i]!) * Math.log((1 - after) / (1 - before));
    if (sum <= 0) [sum, changedAt] = [0, i + 2];
    if (sum > most) [most, mostChangedAt] = [sum, changedAt];
    if (sum >= threshold) return { alarm: true, statistic: sum, at: i + 1, changedAt };
  }
  return { alarm: false, statistic: most, at: 0, changedAt: mostChangedAt };
}

/** The threshold that n checks of an unchanged worker pass with at most this chance: log(n / chance), a union over the starts of a change. */
export function cusumThreshold(checks: number, falseAlarm: number): number {
  return Math.log(Math.max(1, checks) / falseAlarm);
}

export interface Drift {
  /** Of "the errors come in no order". */
  pValue: number;
  /** Largest lag of the errors so far behind their even share, in standard deviations of the sum. */
  statistic: number;
  /** First label after the most likely change, from 1. */
  changedAt: number;
  /** Mean residual before and after it. */
  before: number;
  after: number;
}

/** Least labels for `driftTest`. */
export const LEAST_FOR_DRIFT = 20;

/**
 * Drift to worse without a known level: the largest lag of the cumulated residuals behind the line from start to end, whose chance under no change
 * is at most about exp(-2 x^2), the one-sided supremum of a Brownian bridge. It compares a worker with their own other labels, so a level that
 * is bad throughout is no drift.
 * @param residuals wrong (1, 0 or a probability) less the item's expected error, in the order of occurrence.
 */
export function driftTest(residuals: ArrayLike<number>): Drift {
  const n = residuals.length;
  let total = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) total += residuals[i]!;
  for (let i = 0; i < n; i++) squares += (residuals[i]! - total / n) ** 2;
  const spread = Math.sqrt(squares);
  const none = { pValue: 1, statistic: 0, changedAt: 0, before: total / n, after: total / n };
  if (n < LEAST_FOR_DRIFT || spread === 0) return none;
  let [sum, most, split, sumAtSplit] = [0, 0, 0, 0];
  for (let i = 1; i < n; i++) {
    sum += residuals[i - 1]!;
    const lag = (total * i) / n - sum;
    if (lag > most) [most, split, sumAtSplit] = [lag, i, sum];
  }
  if (split === 0) return none;
  const statistic = most / spread;
  return {
    pValue: Math.min(1, Math.exp(-2 * statistic ** 2)),
    statistic,
    changedAt: split + 1,
    before: sumAtSplit / split,
    after: (total - sumAtSplit) / (n - split),
  };
}
