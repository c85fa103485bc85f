import { type LabelTable } from './label-table';
import { voteShares } from './majority';

export interface GladFit {
  /** T * K. */
  posteriors: Float64Array;
  /** Ability of each worker; 0 is a guess, below 0 an adversary. */
  abilities: Float64Array;
  /** Log easiness of each item: an item of 0 is ordinary. Means little under five labels. */
  easiness: Float64Array;
  iterations: number;
  converged: boolean;
}

const MOST_ROUNDS = 10_000;
const TOLERANCE = 1e-8;

/**
 * GLAD (Whitehill et al., NIPS 2009): worker w is right on item t with probability 1 / (1 + exp(-ability_w * exp(easiness_t))), else says any
 * other label. EM from vote shares; the M-step takes a Fisher step for all abilities, then for all items. Priors: ability ~ N(1, 1), easiness ~ N(0, 1).
 * An item's easiness belongs to it, so this cannot be published as a model of workers.
 */
export function glad(table: LabelTable): GladFit {
  const posteriors = voteShares(table);
  const abilities = new Float64Array(table.workers.length).fill(1);
  const easiness = new Float64Array(table.items.length);
  const logPrior = new Float64Array(table.labels.length).fill(-Math.log(table.labels.length));
  let iterations = 0;
  let move = Infinity;
  while (move >= TOLERANCE && iterations < MOST_ROUNDS) {
    stepAbilities(table, posteriors, abilities, easiness);
    stepEasiness(table, posteriors, abilities, easiness);
    move = expectLabels(table, posteriors, abilities, easiness, logPrior);
    iterations += 1;
  }
  return { posteriors, abilities, easiness, iterations, converged: move < TOLERANCE };
}

function stepAbilities(
  table: LabelTable,
  posteriors: Float64Array,
  abilities: Float64Array,
  easiness: Float64Array,
): void {
  const gradient = abilities.map((ability) => 1 - ability);
  const information = new Float64Array(abilities.length).fill(1);
  eachLabel(table, posteriors, (w, t, right) => {
    const scale = Math.exp(easiness[t]!);
    const p = logistic(abilities[w]! * scale);
    gradient[w]! += (right - p) * scale;
    information[w]! += p * (1 - p) * scale * scale;
  });
  for (let w = 0; w < abilities.length; w++) abilities[w]! += gradient[w]! / information[w]!;
}

function stepEasiness(
  table: LabelTable,
  posteriors: Float64Array,
  abilities: Float64Array,
  easiness: Float64Array,
): void {
  const gradient = easiness.map((easy) => -easy);
  const information = new Float64Array(easiness.length).fill(1);
  eachLabel(table, posteriors, (w, t, right) => {
    const logit = abilities[w]! * Math.exp(easiness[t]!);
    const p = logistic(logit);
    gradient[t]! += (right - p) * logit;
    information[t]! += p * (1 - p) * logit * logit;
  });
  for (let t = 0; t < easiness.length; t++) easiness[t]! += gradient[t]! / information[t]!;
}

function eachLabel(
  table: LabelTable,
  posteriors: Float64Array,
  visit: (w: number, t: number, right: number) => void,
): void {
  const K = table.labels.length;
  for (let i = 0; i < table.label.length; i++) {
    const t = table.item[i]!;
    visit(table.worker[i]!, t, posteriors[t * K + table.label[i]!]!);
  }
}

/** E-step; returns the most that a posterior moved. */
function expectLabels(
  table: LabelTable,
  posteriors: Float64Array,
  abilities: Float64Array,
  easiness: Float64Array,
  logPrior: Float64Array,
): number {
  const K = table.labels.length;
  const joint = new Float64Array(K);
  let largest = 0;
  for (let t = 0; t < table.items.length; t++) {
    joint.set(logPrior);
    for (let i = table.itemStart[t]!; i < table.itemStart[t + 1]!; i++) {
      const logit = abilities[table.worker[i]!]! * Math.exp(easiness[t]!);
      // log p - log((1 - p) / (K - 1)) = logit + log(K - 1); what all labels share drops out.
      joint[table.label[i]!]! += logit + Math.log(K - 1);
    }
    const top = Math.max(...joint);
    const total = joint.reduce((sum, value) => sum + Math.exp(value - top), 0);
    for (let k = 0; k < K; k++) {
      const next = Math.exp(joint[k]! - top) / total;
      largest = Math.max(largest, Math.abs(next - posteriors[t * K + k]!));
      posteriors[t * K + k] = next;
    }
  }
  return largest;
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
