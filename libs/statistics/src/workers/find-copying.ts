import { type LabelTable } from '../aggregation/label-table';
import { type Beliefs } from './believed';
import { copyingPairs } from './copying';
import { adjusted } from './false-discoveries';
import { type Suspicion } from './suspicion';

/** Expected share of falsely accused pairs: it accuses two people. */
export const FALSE_COPIERS = 0.01;

/**
 * Pairs are corrected among pairs, so that a copier's many partners do not dilute each other. Who labelled two thirds of the common items after the other
 * is the one who copied; where nobody did, or the order is unknown, each of the two is named to the other.
 */
export function findCopying(
  table: LabelTable,
  { posteriors }: Beliefs,
  rows: readonly Int32Array[],
  order: ArrayLike<number> | undefined,
): Suspicion[] {
  const pairs = copyingPairs({ ...table, posteriors });
  const corrected = adjusted(pairs.map(({ pValue }) => pValue));
  return pairs.flatMap(({ u, v, common }, i): Suspicion[] => {
    if (corrected[i]! > FALSE_COPIERS) return [];
    const later = order ? shareLater(table, rows[u]!, rows[v]!, order) : 0.5;
    const named = (worker: number, other: number): Suspicion => ({
      worker,
      kind: 'copying',
      pValue: corrected[i]!,
      evidence: { with: table.workers[other]!, common },
    });
    return [...(later < 2 / 3 ? [named(u, v)] : []), ...(later > 1 / 3 ? [named(v, u)] : [])];
  });
}

/** Of the items of both, the share that the second worker labelled after the first. */
function shareLater(table: LabelTable, first: Int32Array, second: Int32Array, order: ArrayLike<number>): number {
  const place = new Map(Array.from(first, (row) => [table.item[row]!, order[row]!]));
  const common = second.filter((row) => place.has(table.item[row]!));
  return common.filter((row) => order[row]! > place.get(table.item[row]!)!).length / common.length;
}
