import { kemeny } from '../aggregation/kemeny';
import { plackettLuce } from '../aggregation/plackett-luce';
import { borda, type Ranking } from '../aggregation/ranking';
import { listed } from '../agreement/label-metric';
import { byItem, unreadable, type WrittenDecision, type WrittenMethod, type WrittenRow } from './written';

/** Methods for rankings, best first; each item's rankings give one order of everything that was ranked there. */
export const RANKING_METHODS = {
  borda: (rows) => through(rows, (rankings) => borda(rankings).map(({ item }) => item)),
  kemeny: (rows) => through(rows, (rankings) => kemeny(rankings).order),
  'plackett-luce': (rows) => through(rows, (rankings) => plackettLuce(rankings).map(({ item }) => item)),
} satisfies Record<string, WrittenMethod>;

function through(rows: readonly WrittenRow[], order: (rankings: readonly Ranking[]) => string[]): WrittenDecision[] {
  return [...byItem(rows)].map(([item, given]) => {
    const rankings = given.map(readRanking);
    try {
      return { item, label: order(rankings).join('|'), posterior: null, confidence: null };
    } catch (cause) {
      if (cause instanceof RangeError) throw new RangeError(`item "${item}": ${cause.message}`, { cause });
      throw cause;
    }
  });
}

/** @throws RangeError where a thing stands twice, or has no name. */
export function readRanking(row: WrittenRow): Ranking {
  const ranking = listed(row.label);
  if (new Set(ranking).size !== ranking.length || ranking.includes(''))
    throw unreadable(row, 'each thing once, best first');
  return ranking;
}
