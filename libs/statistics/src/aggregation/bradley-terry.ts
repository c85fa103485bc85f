/**
 * Comparisons of pairs, as columns: `winner` beat `loser` with a weight (a tie is two rows of weight one half, one each way).
 * Indices of `items`.
 */
export interface Comparisons {
  items: readonly string[];
  winner: Int32Array;
  loser: Int32Array;
  weight: Float64Array;
}

export interface BradleyTerryFit {
  /** Log strength of each item; Pr(a beats b) = 1 / (1 + exp(score_b - score_a)). Their sum is 0. */
  scores: Float64Array;
  /** Penalised log-likelihood. */
  objective: number;
  iterations: number;
}

export interface BradleyTerryOptions {
  /** Weight of the penalty ridge / 2 * sum of squared scores; default .1. At 0 an item that always won has no answer. */
  ridge?: number;
  /** Where to start; default all zero. */
  start?: Float64Array;
}

const MOST_STEPS = 200;
const TOLERANCE = 1e-11;
/** How much of the objective a step may lose by rounding. */
const ROUNDING = 1e-14;

/**
 * Bradley-Terry by penalised maximum likelihood: maximises sum weight * log sigmoid(winner - loser) - ridge / 2 * sum score^2, which is concave,
 * by Newton steps whose linear systems are solved by conjugate gradients. An item that was never compared has score 0.
 */
export function bradleyTerry(comparisons: Comparisons, options: BradleyTerryOptions = {}): BradleyTerryFit {
  const ridge = options.ridge ?? 0.1;
  let scores: Float64Array = options.start
    ? Float64Array.from(options.start)
    : new Float64Array(comparisons.items.length);
  let objective = objectiveAt(comparisons, ridge, scores);
  let before = { slope: Infinity, gained: true };
  let iterations = 0;
  for (; iterations < MOST_STEPS; iterations++) {
    const { gradient, curvature } = derivatives(comparisons, ridge, scores);
    const slope = norm(gradient);
    // Near the top the objective is the same to all its digits long before the slope is none.
    if (slope < TOLERANCE * (1 + comparisons.weight.length) || (!before.gained && slope >= before.slope)) break;
    const step = conjugateGradients(comparisons, curvature, ridge, gradient);
    const least = objective - ROUNDING * Math.abs(objective);
    let scale = 1;
    let next = plus(scores, step, scale);
    let value = objectiveAt(comparisons, ridge, next);
    // Far from the top a full step can overshoot: halve it until it gains.
    while (value < least && scale > 1e-10) {
      scale /= 2;
      next = plus(scores, step, scale);
      value = objectiveAt(comparisons, ridge, next);
    }
    if (value < least) break;
    before = { slope, gained: value > objective };
    [scores, objective] = [next, value];
  }
  return { scores, objective, iterations };
}

function objectiveAt({ winner, loser, weight }: Comparisons, ridge: number, scores: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weight.length; i++) sum += weight[i]! * logSigmoid(scores[winner[i]!]! - scores[loser[i]!]!);
  for (const score of scores) sum -= (ridge / 2) * score * score;
  return sum;
}

function derivatives({ winner, loser, weight }: Comparisons, ridge: number, scores: Float64Array) {
  const gradient = scores.map((score) => -ridge * score);
  const curvature = new Float64Array(weight.length);
  for (let i = 0; i < weight.length; i++) {
    const p = sigmoid(scores[winner[i]!]! - scores[loser[i]!]!);
    gradient[winner[i]!]! += weight[i]! * (1 - p);
    gradient[loser[i]!]! -= weight[i]! * (1 - p);
    curvature[i] = weight[i]! * p * (1 - p);
  }
  return { gradient, curvature };
}

/** Solves (graph Laplacian of the curvatures + ridge) x = b. */
function conjugateGradients(
  comparisons: Comparisons,
  curvature: Float64Array,
  ridge: number,
  b: Float64Array,
): Float64Array {
  const { winner, loser } = comparisons;
  const diagonal = new Float64Array(b.length).fill(ridge + 1e-12);
  for (let i = 0; i < curvature.length; i++) {
    diagonal[winner[i]!]! += curvature[i]!;
    diagonal[loser[i]!]! += curvature[i]!;
  }
  const times = (x: Float64Array) => {
    const product = x.map((value) => value * (ridge + 1e-12));
    for (let i = 0; i < curvature.length; i++) {
      const flow = curvature[i]! * (x[winner[i]!]! - x[loser[i]!]!);
      product[winner[i]!]! += flow;
      product[loser[i]!]! -= flow;
    }
    return product;
  };
  const x = new Float64Array(b.length);
  const residual = Float64Array.from(b);
  let direction = residual.map((r, i) => r / diagonal[i]!);
  let scaled = Float64Array.from(direction);
  let strength = dot(residual, scaled);
  for (let round = 0; round < 2 * b.length + 10 && norm(residual) > 1e-12 * norm(b); round++) {
    const product = times(direction);
    const length = strength / dot(direction, product);
    for (let i = 0; i < x.length; i++) {
      x[i]! += length * direction[i]!;
      residual[i]! -= length * product[i]!;
    }
    scaled = residual.map((r, i) => r / diagonal[i]!);
    const next = dot(residual, scaled);
    direction = direction.map((d, i) => scaled[i]! + (next / strength) * d);
    strength = next;
  }
  return x;
}

export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** log(1 / (1 + exp(-x))) without overflow. */
export function logSigmoid(x: number): number {
  return x >= 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x));
}

function plus(a: Float64Array, b: Float64Array, scale: number): Float64Array {
  return a.map((value, i) => value + scale * b[i]!);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}
