import { pairwiseWins, type Ranking } from './ranking';

/** Most items that an exact search is done for; the work doubles with each. */
export const MOST_KEMENY_ITEMS = 16;

/**
 * The Kemeny order: the one that the fewest pairs of all rankings contradict, found exactly by dynamic programming over sets of items; of several the
 * first in the order of the names. `disagreements` counts contradicted pairs.
 * @throws RangeError above 16 items.
 */
export function kemeny(rankings: readonly Ranking[]): { order: string[]; disagreements: number } {
  const { items, before } = pairwiseWins(rankings);
  const n = items.length;
  if (n > MOST_KEMENY_ITEMS) throw new RangeError(`items to rank ${n}: expected at most ${MOST_KEMENY_ITEMS}`);
  const cost = new Float64Array(1 << n).fill(Infinity);
  const first = new Int8Array(1 << n);
  cost[0] = 0;
  // cost[set]: fewest contradictions among the items of a set that stands last; its first item is tried one by one.
  for (let set = 1; set < 1 << n; set++) {
    for (let a = 0; a < n; a++) {
      if ((set & (1 << a)) === 0) continue;
      const rest = set ^ (1 << a);
      let contradicted = cost[rest]!;
      for (let b = 0; b < n; b++) if (rest & (1 << b)) contradicted += before[b * n + a]!;
      if (contradicted < cost[set]!) {
        cost[set] = contradicted;
        first[set] = a;
      }
    }
  }
  const order: string[] = [];
  for (let set = (1 << n) - 1; set !== 0; set ^= 1 << first[set]!) order.push(items[first[set]!]!);
  return { order, disagreements: cost[(1 << n) - 1]! };
}
