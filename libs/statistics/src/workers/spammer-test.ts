import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { type OwnLabel, ownSums } from './own-labels';

export interface SpammerTest {
  /**
   * How far the labels follow the items: 0 for who does not look, 1 for a perfect worker, under 0 for who says the opposite. Of the two-label accuracy p
   * it is 2p - 1, whatever the labels' frequencies.
   */
  informedness: number;
  /** Standard deviations that it lies under `LEAST_INFORMED`. */
  statistic: number;
  /** Of "at least that informed". */
  pValue: number;
}

/** An honest worker is at least this informed; .625 right of two even labels. */
export const LEAST_INFORMED = 0.25;

/** Least labels for the test: under it the normal approximation accuses too easily. */
export const LEAST_FOR_SPAMMER = 15;

/**
 * Are the answers independent of the items? They are compared with what the others believe of each item, and with what the same answers would be
 * believed if they had been shuffled among the worker's items: (B - S) / (B* - S*), with B the belief in the labels given, S its value under
 * shuffling, and the starred those of a perfect worker. So always saying the frequent label earns nothing.
 */
export function spammerTest(own: readonly OwnLabel[], K: number): SpammerTest {
  const { labels, believed, mean, perfect } = ownSums(own, K);
  let shuffled = 0;
  for (const { label } of own) shuffled += mean[label]!;
  const perfectShuffled = labels * mean.reduce((sum, share) => sum + share * share, 0);
  const reach = perfect - perfectShuffled;
  if (labels < LEAST_FOR_SPAMMER || reach < 1e-9) return { informedness: NaN, statistic: 0, pValue: 1 };
  let [sum, squares] = [0, 0];
  for (const { label, view } of own) {
    let most = 0;
    for (let k = 0; k < K; k++) most += view[k]! * (view[k]! - mean[k]!);
    const lead = view[label]! - mean[label]! - LEAST_INFORMED * most;
    sum += lead;
    squares += lead * lead;
  }
  const variance = ((squares - (sum * sum) / labels) * labels) / (labels - 1);
  const statistic = variance > 0 ? -sum / Math.sqrt(variance) : 0;
  return { informedness: (believed - shuffled) / reach, statistic, pValue: normalCdf(-statistic, 0, 1) };
}
