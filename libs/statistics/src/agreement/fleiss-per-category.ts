import { chanceCorrected, type Coefficient, NO_OVERLAP, undefinedBecause } from './coefficient';
import { type CategoricalStatistics } from './categorical-statistics';
import { sumsLayout, sumsOf } from './categorical-sums';

/**
 * Fleiss's kappa of each label against all others (Fleiss 1971), which says for which of them people disagree; over items with two or more
 * labels, shares as in `fleissKappa`. A label that was never or always used has none.
 */
export function fleissPerCategory(statistics: CategoricalStatistics, labels: number): Coefficient[] {
  const schema = { labels, ordinal: false };
  const at = sumsLayout(schema);
  const sums = sumsOf(statistics, schema);
  const items = sums[at.items]!;
  const pairable = sums[at.pairableItems]!;
  return Array.from({ length: labels }, (_, k) => {
    if (pairable === 0) return undefinedBecause(NO_OVERLAP);
    const share = sums[at.shares + k]! / items;
    if (share === 0) return undefinedBecause('the label was never used');
    // Two of an item's labels agree on "k or not" unless one is k and the other is not.
    const mixed = (2 * (sums[at.pairableShares + k]! - sums[at.agreeing + k]!)) / pairable;
    return chanceCorrected(1 - mixed, 1 - 2 * share * (1 - share));
  });
}
