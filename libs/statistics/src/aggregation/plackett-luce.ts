import { anderson, type FixedPoint } from './anderson';
import { logSigmoid } from './bradley-terry';
import { type RankedItem, type Ranking } from './ranking';

/** Wins and losses against an item of strength 1 that every item is taken to have: without them who is always first has no strength. */
const PRIOR_WINS = 0.1;
const MOST_ROUNDS = 10_000;
/** Converged when no log strength moves by this much in a round. */
const TOLERANCE = 1e-10;

/**
 * Plackett-Luce by the MM of Hunter (Annals of Statistics 32, 2004), accelerated by `anderson`: each place goes to one of the items that are left, in
 * proportion to strength. Scores are log strengths that sum to 0.
 */
export function plackettLuce(rankings: readonly Ranking[]): RankedItem[] {
  const items = [...new Set(rankings.flat())].sort();
  const index = new Map(items.map((item, i) => [item, i]));
  const orders = rankings.map((ranking) => Int32Array.from(ranking, (item) => index.get(item)!));
  const wins = new Float64Array(items.length).fill(PRIOR_WINS);
  for (const order of orders) for (let place = 0; place + 1 < order.length; place++) wins[order[place]!]! += 1;
  const map: FixedPoint = {
    step(from, to) {
      const merit = oneRound(orders, wins, from, to);
      return { merit, move: to.reduce((most, score, i) => Math.max(most, Math.abs(score - from[i]!)), 0) };
    },
    // Any number is a log strength.
    project() {},
  };
  const scores = anderson(new Float64Array(items.length), map, TOLERANCE, MOST_ROUNDS).at;
  const mean = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
  return items
    .map((item, i) => ({ item, score: scores[i]! - mean }))
    .sort((a, b) => b.score - a.score || (a.item < b.item ? -1 : 1));
}

/** Writes the log strengths after one round; returns the log-likelihood, with that of the prior, of those before it. */
function oneRound(orders: readonly Int32Array[], wins: Float64Array, scores: Float64Array, to: Float64Array): number {
  const strength = scores.map(Math.exp);
  const met = strength.map((value) => (2 * PRIOR_WINS) / (value + 1));
  let merit = scores.reduce((sum, score) => sum + PRIOR_WINS * (logSigmoid(score) + logSigmoid(-score)), 0);
  for (const order of orders) {
    const left = strengthsLeft(order, strength);
    let inverse = 0;
    order.forEach((i, place) => {
      if (place + 1 < order.length) {
        inverse += 1 / left[place]!;
        merit += scores[i]! - Math.log(left[place]!);
      }
      met[i]! += inverse;
    });
  }
  wins.forEach((count, i) => (to[i] = Math.log(count / met[i]!)));
  return merit;
}

/** Of each place the strengths of those that are left, added from the last: taken from the sum of all, the weak would drown in rounding. */
function strengthsLeft(order: Int32Array, strength: Float64Array): Float64Array {
  const left = new Float64Array(order.length);
  let sum = 0;
  for (let place = order.length - 1; place >= 0; place--) left[place] = sum += strength[order[place]!]!;
  return left;
}
