/** A worker's ranking, best first. Items that are not named were not ranked. */
export type Ranking = readonly string[];

/** An order of all items, best first. */
export interface RankedItem {
  item: string;
  /** Higher is better; the unit is that of the method. */
  score: number;
}

/**
 * Borda: an item's score is the mean, over the rankings that name it, of the share of the ranking's other items that it beats. So a ranking of three
 * counts as much as one of ten. Ties in the order of the names; an item in rankings of its own alone has .5.
 */
export function borda(rankings: readonly Ranking[]): RankedItem[] {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const ranking of rankings) {
    ranking.forEach((item, place) => {
      const tally = sums.get(item) ?? { sum: 0, count: 0 };
      tally.sum += ranking.length > 1 ? (ranking.length - 1 - place) / (ranking.length - 1) : 0.5;
      tally.count += 1;
      sums.set(item, tally);
    });
  }
  return [...sums]
    .map(([item, { sum, count }]) => ({ item, score: sum / count }))
    .sort((a, b) => b.score - a.score || (a.item < b.item ? -1 : 1));
}

/** Items by name, and how many rankings put item a before item b, [a * n + b]. */
export function pairwiseWins(rankings: readonly Ranking[]): { items: string[]; before: Float64Array } {
  const items = [...new Set(rankings.flat())].sort();
  const index = new Map(items.map((item, i) => [item, i]));
  const before = new Float64Array(items.length ** 2);
  for (const ranking of rankings) {
    for (let i = 0; i < ranking.length; i++) {
      for (let j = i + 1; j < ranking.length; j++)
        before[index.get(ranking[i]!)! * items.length + index.get(ranking[j]!)!]! += 1;
    }
  }
  return { items, before };
}
