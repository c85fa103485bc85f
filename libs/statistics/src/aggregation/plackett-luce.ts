import { type RankedItem, type Ranking } from './ranking';

/** Wins and losses against an item of strength 1 that every item is taken to have: without them who is always first has no strength. */
const PRIOR_WINS = 0.1;
const MOST_ROUNDS = 10_000;

/**
 * Plackett-Luce by the MM of Hunter (Annals of Statistics 32, 2004): each place goes to one of the items that are left, in proportion to strength. Scores
 * are log strengths that sum to 0. Run until no log strength moves by 1e-10.
 */
export function plackettLuce(rankings: readonly Ranking[]): RankedItem[] {
  const items = [...new Set(rankings.flat())].sort();
  const index = new Map(items.map((item, i) => [item, i]));
  const orders = rankings.map((ranking) => Int32Array.from(ranking, (item) => index.get(item)!));
  const wins = new Float64Array(items.length).fill(PRIOR_WINS);
  for (const order of orders) for (let place = 0; place + 1 < order.length; place++) wins[order[place]!]! += 1;
  let strength: Float64Array = new Float64Array(items.length).fill(1);
  for (let round = 0, move = Infinity; move > 1e-10 && round < MOST_ROUNDS; round++) {
    const next = oneRound(orders, wins, strength);
    move = next.reduce((most, value, i) => Math.max(most, Math.abs(Math.log(value / strength[i]!))), 0);
    strength = next;
  }
  return items
    .map((item, i) => ({ item, score: Math.log(strength[i]!) }))
    .sort((a, b) => b.score - a.score || (a.item < b.item ? -1 : 1));
}

function oneRound(orders: readonly Int32Array[], wins: Float64Array, strength: Float64Array): Float64Array {
  const met = strength.map((value) => (2 * PRIOR_WINS) / (value + 1));
  for (const order of orders) {
    let left = order.reduce((sum, i) => sum + strength[i]!, 0);
    let inverse = 0;
    for (let place = 0; place < order.length; place++) {
      if (place + 1 < order.length) inverse += 1 / left;
      met[order[place]!]! += inverse;
      left -= strength[order[place]!]!;
    }
  }
  const next = wins.map((count, i) => count / met[i]!);
  const mean = Math.exp(next.reduce((sum, value) => sum + Math.log(value), 0) / Math.max(1, next.length));
  return next.map((value) => value / mean);
}
