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
  const memory = emptyMemory(model);
  const effective = logStateJoint(model, [...evidence].sort(byWorkerThenLabel), memory.states);
  return decide(model, memory, effective);
}

/**
 * The same for the items of a table, one after the other in the memory of one: what `posteriorOf` allocates, sorts and looks up is most of its time.
 * What the returned function gives is overwritten when it is called again.
 */
export function posteriorsOf(table: LabelTable, model: PublishedModel): (t: number) => Posterior {
  const memory = emptyMemory(model);
  const matrices = table.workers.map((worker) => model.workers.get(worker) ?? model.pooled);
  const add = model.form === 'matrix' ? addingRows(matrices, model) : undefined;
  return (t) => {
    const { states } = memory;
    states.set(model.logPrior);
    let sum = 0;
    let squares = 0;
    // A table has the labels of an item in the order in which they are added everywhere, by worker, then label.
    for (let i = table.itemStart[t]!; i < table.itemStart[t + 1]!; i++) {
      const w = table.worker[i]!;
      const label = table.label[i]!;
      if (!isKnown(label, model)) throw unknownLabel(model, table.workers[w]!, label);
      const spread = add ? add(states, w, label) : addLabel(model, states, matrices[w]!, label);
      sum += spread;
      squares += spread * spread;
    }
    return decide(model, memory, effectiveLabels(table.itemStart[t + 1]! - table.itemStart[t]!, sum, squares));
  };
}

/** `addLabel` for labels by the index of their worker: from one array, and with the evidence of each row known beforehand. */
function addingRows(matrices: readonly Float64Array[], { labels, stateLabel }: PublishedModel) {
  const S = stateLabel.length;
  const cells = new Float64Array(matrices.length * labels * S);
  matrices.forEach((own, w) => cells.set(own, w * labels * S));
  const spreads = Float64Array.from({ length: matrices.length * labels }, (_, row) => spreadOf(cells, row * S, S));
  return (states: Float64Array, worker: number, label: number): number => {
    const row = worker * labels + label;
    const at = row * S;
    for (let s = 0; s < S; s++) states[s]! += cells[at + s]!;
    return spreads[row]!;
  };
}

/** Evidence of a label: the largest less the smallest of its log-likelihoods, which begin at `from`. */
export function spreadOf(cells: Float64Array, from: number, states: number): number {
  let least = Infinity;
  let most = -Infinity;
  for (let at = from; at < from + states; at++) {
    if (cells[at]! < least) least = cells[at]!;
    if (cells[at]! > most) most = cells[at]!;
  }
  return most - least;
}

/** The arrays of one item. */
interface Memory {
  /** A state each: log of prior times likelihood. */
  states: Float64Array;
  /** A label each: the largest of its states, the mass of all relative to that, log posterior and posterior. */
  top: Float64Array;
  mass: Float64Array;
  logs: Float64Array;
  posterior: Float64Array;
}

function emptyMemory({ stateLabel, labels }: PublishedModel): Memory {
  const [top, mass, logs, posterior] = [0, 0, 0, 0].map(() => new Float64Array(labels)) as Float64Array[];
  return { states: new Float64Array(stateLabel.length), top: top!, mass: mass!, logs: logs!, posterior: posterior! };
}

function decide(model: PublishedModel, memory: Memory, effective: number): Posterior {
  labelPosterior(model, memory);
  const { logs, posterior } = memory;
  const most = logs[indexOfMax(logs)]!;
  let label = 0;
  while (label < logs.length && logs[label]! < most - TIE) label++;
  return { posterior, label, confidence: temperedConfidence(logs, label, effective, model.tempering) };
}

/** Tempered posterior of any label of an item: of the most probable one it is the confidence of `posteriorOf`. */
export function confidenceIn(model: PublishedModel, evidence: readonly Evidence[], label: number): number {
  const memory = emptyMemory(model);
  const effective = logStateJoint(model, [...evidence].sort(byWorkerThenLabel), memory.states);
  labelPosterior(model, memory);
  return temperedConfidence(memory.logs, label, effective, model.tempering);
}

/** The tempered posterior of one label, from the log posterior of all labels of an item that has so many effective labels. */
export function temperedConfidence(logs: Float64Array, label: number, effective: number, tempering: Tempering): number {
  const exponent = effective === 0 ? 1 : 1 / (tempering.temperature * (1 + tempering.perLabel * (effective - 1)));
  let total = 0;
  for (let k = 0; k < logs.length; k++) total += k === label ? 1 : Math.exp(exponent * (logs[k]! - logs[label]!));
  return (1 - tempering.lapse) / total + tempering.lapse / logs.length;
}

/** Posterior of each label out of the states, and its logarithm: -Infinity for a label that no state maps to. */
function labelPosterior({ stateLabel }: PublishedModel, { states, top, mass, logs, posterior }: Memory): void {
  // Summed label by label around its own largest state: a label far behind keeps its logarithm, so that tempering can still raise it.
  top.fill(-Infinity);
  mass.fill(0);
  for (let s = 0; s < states.length; s++) top[stateLabel[s]!] = Math.max(top[stateLabel[s]!]!, states[s]!);
  for (let s = 0; s < states.length; s++) {
    const k = stateLabel[s]!;
    // Most labels have one state: e^0 and log 1 would be a third of an item's time.
    mass[k]! += states[s] === top[k] ? 1 : Math.exp(states[s]! - top[k]!);
  }
  for (let k = 0; k < logs.length; k++) logs[k] = mass[k] === 1 ? top[k]! : mass[k]! > 0 ? top[k]! + Math.log(mass[k]!) : -Infinity; // prettier-ignore
  const most = logs[indexOfMax(logs)]!;
  let sum = 0;
  for (let k = 0; k < logs.length; k++) {
    posterior[k] = logs[k] === most ? 1 : Math.exp(logs[k]! - most);
    sum += posterior[k]!;
  }
  const total = most + Math.log(sum);
  for (let k = 0; k < logs.length; k++) {
    logs[k]! -= total;
    posterior[k]! /= sum;
  }
}

/** Log of prior times likelihood, a state, into `states`; returns the effective number of labels. */
function logStateJoint(model: PublishedModel, evidence: readonly Evidence[], states: Float64Array): number {
  states.set(model.logPrior);
  let sum = 0;
  let squares = 0;
  for (const { worker, label } of evidence) {
    if (!isKnown(label, model)) throw unknownLabel(model, worker, label);
    const spread = addLabel(model, states, model.workers.get(worker) ?? model.pooled, label);
    sum += spread;
    squares += spread * spread;
  }
  return effectiveLabels(evidence.length, sum, squares);
}

function isKnown(label: number, { labels }: PublishedModel): boolean {
  return label >= 0 && label < labels;
}

function unknownLabel({ labels }: PublishedModel, worker: string, label: number): RangeError {
  return new RangeError(`label ${label} of worker "${worker}": expected 0 to ${labels - 1}, the labels of the model`);
}

/** Adds what a label says about each state; returns its evidence, the largest minus the smallest of that. */
function addLabel(model: PublishedModel, states: Float64Array, own: Float64Array, label: number): number {
  return model.form === 'matrix'
    ? addMatrixRow(states, own, label)
    : addProfileRow(states, own, model.logProfile, label);
}

/** Effective number of n labels from the sum and the sum of squares of their evidence; at least 1 where there is a label. */
export function effectiveLabels(n: number, sum: number, squares: number): number {
  return n === 0 ? 0 : squares > 0 ? Math.max(1, (sum * sum) / squares) : 1;
}

function addMatrixRow(states: Float64Array, own: Float64Array, label: number): number {
  const at = label * states.length;
  for (let s = 0; s < states.length; s++) states[s]! += own[at + s]!;
  return spreadOf(own, at, states.length);
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
  const { states } = emptyMemory(model);
  logStateJoint(model, [...evidence].sort(byWorkerThenLabel), states);
  const top = states[indexOfMax(states)]!;
  const mass = states.map((value) => Math.exp(value - top));
  const total = mass.reduce((sum, value) => sum + value, 0);
  return mass.map((value) => value / total);
}

/** Pr(worker says the label | state) for each state. */
export function labelLikelihood(model: PublishedModel, worker: string, label: number): Float64Array {
  const states = new Float64Array(model.stateLabel.length);
  const own = model.workers.get(worker) ?? model.pooled;
  addLabel(model, states, own, label);
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
