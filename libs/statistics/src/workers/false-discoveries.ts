/**
 * p-values corrected for there being many: rejecting those at or under q keeps
 *   benjaminiHochberg  the expected share of false rejections at q, for independent or positively dependent tests (1995)
 *   benjaminiYekutieli the same for any dependence (2001)
 *   holm               the chance of any false rejection at q (1979)
 */
export type Correction = 'benjaminiHochberg' | 'benjaminiYekutieli' | 'holm';

/** Adjusted p-values, in the order given; each at most 1. */
export function adjusted(pValues: readonly number[], correction: Correction = 'benjaminiHochberg'): number[] {
  const m = pValues.length;
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const result = new Array<number>(m);
  if (correction === 'holm') {
    let most = 0;
    order.forEach((i, rank) => (result[i] = most = Math.max(most, Math.min(1, (m - rank) * pValues[i]!))));
    return result;
  }
  let harmonic = 1;
  if (correction === 'benjaminiYekutieli') for (let i = 2; i <= m; i++) harmonic += 1 / i;
  let least = 1;
  for (let rank = m - 1; rank >= 0; rank--) {
    const i = order[rank]!;
    result[i] = least = Math.min(least, (harmonic * m * pValues[i]!) / (rank + 1));
  }
  return result;
}
