import { atMost } from './binomial-test';

/** Right and all answers of a worker to items of known label. */
export interface Tally {
  right: number;
  all: number;
}

/**
 * For each worker the p-value of being no worse than the pool: the one-sided binomial of their right answers at the accuracy of all others
 * together. Correct it over workers with `adjusted`; 1 where there is nobody to compare with.
 */
export function belowPool(tallies: readonly Tally[]): number[] {
  const right = tallies.reduce((sum, tally) => sum + tally.right, 0);
  const all = tallies.reduce((sum, tally) => sum + tally.all, 0);
  return tallies.map((own) => (all > own.all ? atMost(own.right, own.all, (right - own.right) / (all - own.all)) : 1));
}
