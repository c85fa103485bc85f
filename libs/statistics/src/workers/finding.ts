/**
 *   belowGold     accuracy on gold under the target, by the sequential test
 *   belowPool     accuracy on gold under that of all others together, or what the others' labels show of it ten points and more under theirs
 *   spammer       answers do not depend on the item
 *   biased        one label is said too often
 *   drifting      worse since
 *   copying       agrees with another worker more than two who look on their own
 *   inconsistent  agrees with self less than two people agree
 *   tooFast       answers faster than can be read
 *   patterned     repeats the label before more often than the items explain
 */
export type FindingKind =
  'belowGold' | 'belowPool' | 'spammer' | 'biased' | 'drifting' | 'copying' | 'inconsistent' | 'tooFast' | 'patterned';

/**
 * A statistically supported statement on a worker. Every kind but `belowGold` is a p-value corrected for the number of workers (Benjamini-Hochberg), at
 * or under the threshold; `belowGold` is a log-likelihood ratio at or over it.
 */
export interface Finding {
  kind: FindingKind;
  statistic: number;
  threshold: number;
  evidence: Record<string, number | string>;
}
