import { type LabelTable } from './label-table';
import { type PublishedModel, type Tempering } from './published-model';

/**
 * Log posteriors this close are a tie. Fits of the same labels that are summed in another order, as that of worker names or of ids, differ by
 * less, and must not differ in the label.
 */
const TIE = 1e-6;

/** One label as evidence on an item: who said it, and which (index in the order of the schema). */
export interface Evidence {
  worker: string;
  label: number;
}

export interface Posterior {
  /** Probability of each label, in the order of the schema; sums to 1. */
  posterior: Float64Array;
  /** The most probable label; ties, log posteriors within 1e-6, go to the lowest index. */
  label: number;
  /** Tempered posterior of that label: what the policy looks at. */
  confidence: number;
}

/**
 * The one E-step: the posterior of an item's label given a published model, in O(labels of the item x states).
 * The same bits come out whatever the order of the evidence. Without evidence it is the prior.
 * A label that the model does not know yet (appended to the schema since) is an error of the caller, who uses epoch zero until a
 * fit knows it.
 * @throws RangeError on a label outside 0 to K-1.
 */
export function posteriorOf(model: PublishedModel, evidence: readonly Evidence[]): Posterior {
  const { states, effective } = logStateJoint(model, [...evidence].sort(byWorkerThenLabel));
  const logs = logLabelPosterior(model, states);
  const most = logs[indexOfMax(logs)]!;
  const label = logs.findIndex((value) => value >= most - TIE);
  const posterior = logs.map(Math.exp);
  return { posterior, label, confidence: temperedConfidence(logs, label, effective, model.tempering) };
}

/** Tempered posterior of any label of an item: of the most probable one it is the confidence of `posteriorOf`. */
export function confidenceIn(model: PublishedModel, evidence: readonly Evidence[], label: number): number {
  const { states, effective } = logStateJoint(model, [...evidence].sort(byWorkerThenLabel));
  return temperedConfidence(logLabelPosterior(model, states), label, effective, model.tempering);
}

/** The tempered posterior of one label, from the log posterior of all labels of an item that has so many effective labels. */
export function temperedConfidence(logs: Float64Array, label: number, effective: number, tempering: Tempering): number {
  const exponent = effective === 0 ? 1 : 1 / (tempering.temperature * (1 + tempering.perLabel * (effective - 1)));
  let total = 0;
  for (let k = 0; k < logs.length; k++) total += Math.exp(exponent * (logs[k]! - logs[label]!));
  return (1 - tempering.lapse) / total + tempering.lapse / logs.length;
}

/** Log posterior of each label; -Infinity for a label that no state maps to. */
function logLabelPosterior(model: PublishedModel, states: Float64Array): Float64Array {
  // Summed label by label around its own largest state: a label far behind keeps its logarithm, so that tempering can still raise it.
  const top = new Float64Array(model.labels).fill(-Infinity);
  for (let s = 0; s < states.length; s++) top[model.stateLabel[s]!] = Math.max(top[model.stateLabel[s]!]!, states[s]!);
  const mass = new Float64Array(model.labels);
  for (let s = 0; s < states.length; s++) {
    const k = model.stateLabel[s]!;
    mass[k]! += Math.exp(states[s]! - top[k]!);
  }
  const logs = top.map((value, k) => (mass[k]! > 0 ? value + Math.log(mass[k]!) : -Infinity));
  const most = logs[indexOfMax(logs)]!;
  const total = most + Math.log(logs.reduce((sum, value) => sum + Math.exp(value - most), 0));
  return logs.map((value) => value - total);
}

/** Log of prior times likelihood, a state, and the effective number of labels. */
function logStateJoint(
  model: PublishedModel,
  evidence: readonly Evidence[],
): { states: Float64Array; effective: number } {
  const states = Float64Array.from(model.logPrior);
  let sum = 0;
  let squares = 0;
  for (const { worker, label } of evidence) {
    if (!(label >= 0 && label < model.labels)) {
      throw new RangeError(
        `label ${label} of worker "${worker}": expected 0 to ${model.labels - 1}, the labels of the model`,
      );
    }
    const own = model.workers.get(worker) ?? model.pooled;
    const spread =
      model.form === 'matrix' ? addMatrixRow(states, own, label) : addProfileRow(states, own, model.logProfile, label);
    sum += spread;
    squares += spread * spread;
  }
  return { states, effective: effectiveLabels(evidence.length, sum, squares) };
}

/** Effective number of n labels from the sum and the sum of squares of their evidence; at least 1 where there is a label. */
export function effectiveLabels(n: number, sum: number, squares: number): number {
  return n === 0 ? 0 : squares > 0 ? Math.max(1, (sum * sum) / squares) : 1;
}

/** Adds what a label says about each state; returns its evidence, the largest minus the smallest of that. */
function addMatrixRow(states: Float64Array, own: Float64Array, label: number): number {
  let least = Infinity;
  let most = -Infinity;
  for (let s = 0, cell = label * states.length; s < states.length; s++, cell++) {
    const value = own[cell]!;
    states[s]! += value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most - least;
}

function addProfileRow(states: Float64Array, own: Float64Array, logProfile: Float64Array, label: number): number {
  const right = own[0]!;
  const wrong = own[1]! + logProfile[label]!;
  let least = right;
  let most = right;
  for (let s = 0; s < states.length; s++) {
    // log1p keeps 1 - q exact where one label takes nearly all errors.
    const value = s === label ? right : wrong - Math.log1p(-Math.exp(logProfile[s]!));
    states[s]! += value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most - least;
}

/** Probability of each state given the evidence; sums to 1. */
export function statePosterior(model: PublishedModel, evidence: readonly Evidence[]): Float64Array {
  const { states } = logStateJoint(model, [...evidence].sort(byWorkerThenLabel));
  const top = states[indexOfMax(states)]!;
  const mass = states.map((value) => Math.exp(value - top));
  const total = mass.reduce((sum, value) => sum + value, 0);
  return mass.map((value) => value / total);
}

/** Pr(worker says the label | state) for each state. */
export function labelLikelihood(model: PublishedModel, worker: string, label: number): Float64Array {
  const states = new Float64Array(model.stateLabel.length);
  const own = model.workers.get(worker) ?? model.pooled;
  if (model.form === 'matrix') addMatrixRow(states, own, label);
  else addProfileRow(states, own, model.logProfile, label);
  return states.map(Math.exp);
}

/** The labels of item t of a table, as evidence. */
export function evidenceOf(table: LabelTable, t: number): Evidence[] {
  const evidence: Evidence[] = [];
  for (let i = table.itemStart[t]!; i < table.itemStart[t + 1]!; i++) {
    evidence.push({ worker: table.workers[table.worker[i]!]!, label: table.label[i]! });
  }
  return evidence;
}

function byWorkerThenLabel(a: Evidence, b: Evidence): number {
  if (a.worker !== b.worker) return a.worker < b.worker ? -1 : 1;
  return a.label - b.label;
}

/** Index of the largest value; of equal ones the first. */
export function indexOfMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
