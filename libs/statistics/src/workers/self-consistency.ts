import { atMostOfDifferent } from './binomial-test';

/** What one worker said of an item, and said again on a later occasion, with what is believed of the item. */
export interface Repeat {
  first: number;
  again: number;
  /** Probability of each label of the item in a label of a typical worker: its ambiguity. */
  shares: ArrayLike<number>;
}

export interface SelfConsistency {
  repeats: number;
  equal: number;
  /** Cohen's kappa of self with self, by the labels used; null where undefined. */
  kappa: number | null;
  /** Equal answers that two different typical workers would give: sum over items of sum_k share_k^2. */
  expected: number;
  /** Of "no less consistent with self than two different workers are with each other". */
  pValue: number;
}

/**
 * Blind repeats of one worker: noise of the person, held against the ambiguity of the very items. Honest people agree with themselves more than two
 * people agree with each other, so the test accuses only who does less.
 */
export function selfConsistency(repeats: readonly Repeat[], labels: number): SelfConsistency {
  const first = new Float64Array(labels);
  const again = new Float64Array(labels);
  const chances: number[] = [];
  let equal = 0;
  for (const repeat of repeats) {
    first[repeat.first]! += 1;
    again[repeat.again]! += 1;
    if (repeat.first === repeat.again) equal += 1;
    let chance = 0;
    for (let k = 0; k < labels; k++) chance += repeat.shares[k]! ** 2;
    chances.push(chance);
  }
  const n = repeats.length;
  const products = first.reduce((sum, count, k) => sum + count * again[k]!, 0);
  return {
    repeats: n,
    equal,
    kappa: n * n === products ? null : (n * equal - products) / (n * n - products),
    expected: chances.reduce((sum, chance) => sum + chance, 0),
    pValue: n === 0 ? 1 : atMostOfDifferent(equal, chances),
  };
}
