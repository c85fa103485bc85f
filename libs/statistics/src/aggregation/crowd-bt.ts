import { anderson, type FixedPoint } from './anderson';
import { bradleyTerry, type Comparisons, logSigmoid, sigmoid } from './bradley-terry';

export interface CrowdBtFit {
  /** Log strength of each item. */
  scores: Float64Array;
  /** Probability that each worker reports the better item: under .5 is a contrarian. */
  reliabilities: Float64Array;
  objective: number;
  iterations: number;
  converged: boolean;
}

/** Mode .875: the mode of a prior at 1 would switch the model off. */
const ALPHA = 8;
const BETA = 2;
const MOST_ROUNDS = 10_000;
/** Converged when no score and no reliability moves by this much in a round. */
const TOLERANCE = 1e-10;

/**
 * CrowdBT (Chen, Bennett, Collins-Thompson and Horvitz, WSDM 2013) as a batch MAP fit: worker w reports a Bradley-Terry outcome with probability
 * eta_w and its opposite otherwise; eta ~ Beta(8, 2), ridge on the scores. EM: the report is split into what was meant and what was
 * reversed, then Bradley-Terry and the reliabilities are fitted again. Started at the Bradley-Terry scores, accelerated by `anderson`.
 * @param worker index of the worker of each comparison, W workers.
 */
export function crowdBt(comparisons: Comparisons, worker: Int32Array, workers: number, ridge = 0.1): CrowdBtFit {
  const T = comparisons.items.length;
  const start = new Float64Array(T + workers).fill((ALPHA - 1) / (ALPHA + BETA - 2));
  start.set(bradleyTerry(comparisons, { ridge }).scores);
  const map: FixedPoint = {
    step(from, to) {
      const scores = from.subarray(0, T);
      const eta = from.subarray(T);
      const meant = shareMeant(comparisons, worker, scores, eta);
      to.set(bradleyTerry(bothWays(comparisons, meant), { ridge, start: scores }).scores);
      to.set(reliabilitiesOf(comparisons, worker, workers, meant), T);
      const move = to.reduce((most, value, i) => Math.max(most, Math.abs(value - from[i]!)), 0);
      return { merit: objectiveAt(comparisons, worker, scores, eta, ridge), move };
    },
    project(vector) {
      for (let i = T; i < vector.length; i++) vector[i] = Math.min(1 - 1e-9, Math.max(1e-9, vector[i]!));
    },
  };
  const { at, iterations, converged } = anderson(start, map, TOLERANCE, MOST_ROUNDS);
  const scores = at.slice(0, T);
  const reliabilities = at.slice(T);
  const objective = objectiveAt(comparisons, worker, scores, reliabilities, ridge);
  return { scores, reliabilities, objective, iterations, converged };
}

/** Probability that a report says what its worker saw. */
function shareMeant({ winner, loser }: Comparisons, worker: Int32Array, scores: Float64Array, eta: Float64Array) {
  return Float64Array.from(worker, (w, i) => {
    const p = sigmoid(scores[winner[i]!]! - scores[loser[i]!]!);
    return (eta[w]! * p) / (eta[w]! * p + (1 - eta[w]!) * (1 - p));
  });
}

function reliabilitiesOf(
  { weight }: Comparisons,
  worker: Int32Array,
  workers: number,
  meant: Float64Array,
): Float64Array {
  const right = new Float64Array(workers).fill(ALPHA - 1);
  const all = new Float64Array(workers).fill(ALPHA + BETA - 2);
  worker.forEach((w, i) => {
    right[w]! += weight[i]! * meant[i]!;
    all[w]! += weight[i]!;
  });
  return right.map((value, w) => value / all[w]!);
}

/** Every comparison as a win of its winner by what was meant, and of its loser by the rest. */
function bothWays({ items, winner, loser, weight }: Comparisons, meant: Float64Array): Comparisons {
  const n = weight.length;
  const twice = { items, winner: new Int32Array(2 * n), loser: new Int32Array(2 * n), weight: new Float64Array(2 * n) };
  for (let i = 0; i < n; i++) {
    twice.winner[i] = twice.loser[n + i] = winner[i]!;
    twice.loser[i] = twice.winner[n + i] = loser[i]!;
    twice.weight[i] = weight[i]! * meant[i]!;
    twice.weight[n + i] = weight[i]! * (1 - meant[i]!);
  }
  return twice;
}

function objectiveAt(
  comparisons: Comparisons,
  worker: Int32Array,
  scores: Float64Array,
  eta: Float64Array,
  ridge: number,
) {
  const { winner, loser, weight } = comparisons;
  let sum = 0;
  worker.forEach((w, i) => {
    const p = Math.exp(logSigmoid(scores[winner[i]!]! - scores[loser[i]!]!));
    sum += weight[i]! * Math.log(eta[w]! * p + (1 - eta[w]!) * (1 - p));
  });
  for (const score of scores) sum -= (ridge / 2) * score * score;
  for (const e of eta) sum += (ALPHA - 1) * Math.log(e) + (BETA - 1) * Math.log(1 - e);
  return sum;
}
