import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf';

/** Probability of so many successes or fewer. */
export function atMost(successes: number, trials: number, probability: number): number {
  return successes < 0 ? 0 : binomialCdf(successes, trials, probability);
}

/** Probability of so many successes or more: the lower tail of the failures, which keeps small values exact. */
export function atLeast(successes: number, trials: number, probability: number): number {
  return atMost(trials - successes, trials, 1 - probability);
}

/** Two-sided p-value of an even chance: twice the smaller tail, at most 1. */
export function evenChance(successes: number, trials: number): number {
  return Math.min(1, 2 * atMost(Math.min(successes, trials - successes), trials, 0.5));
}

/**
 * Probability of so many successes or fewer in independent trials of different chances, exactly (the Poisson-binomial by convolution),
 * O(trials * successes).
 */
export function atMostOfDifferent(successes: number, probabilities: readonly number[]): number {
  // chance[k] = probability of k successes so far, up to those of interest.
  const chance = new Float64Array(successes + 1);
  chance[0] = 1;
  for (const probability of probabilities) {
    for (let k = successes; k > 0; k--) chance[k] = chance[k]! * (1 - probability) + chance[k - 1]! * probability;
    chance[0]! *= 1 - probability;
  }
  return Math.min(
    1,
    chance.reduce((sum, each) => sum + each, 0),
  );
}
