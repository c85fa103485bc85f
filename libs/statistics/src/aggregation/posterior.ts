import { type LabelTable } from './label-table';
import { type PublishedModel, type Tempering } from './published-model';

/** One label as evidence on an item: who said it, and which (index in the order of the schema). */
export interface Evidence {
  worker: string;
  label: number;
}

export interface Posterior {
  /** Probability of each label, in the order of the schema; sums to 1. */
  posterior: Float64Array;
  /** The most probable label; ties go to the lowest index. */
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
  const logs = logLabelPosterior(model, evidence);
  const label = indexOfMax(logs);
  const posterior = logs.map(Math.exp);
  return { posterior, label, confidence: temperedConfidence(logs, label, evidence.length, model.tempering) };
}

/** The tempered posterior of one label, from the log posterior of all labels of an item that has n labels as evidence. */
export function temperedConfidence(logs: Float64Array, label: number, n: number, tempering: Tempering): number {
  const temperature = tempering.temperature * (1 + tempering.perLabel * Math.max(0, n - 1));
  const exponent = n === 0 ? 1 : 1 / temperature;
  let total = 0;
  for (let k = 0; k < logs.length; k++) total += Math.exp(exponent * (logs[k]! - logs[label]!));
  return (1 - tempering.lapse) / total + tempering.lapse / logs.length;
}

/** Log posterior of each label; -Infinity for a label that no state maps to. */
function logLabelPosterior(model: PublishedModel, evidence: readonly Evidence[]): Float64Array {
  const states = logStateJoint(model, [...evidence].sort(byWorkerThenLabel));
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

/** Log of prior times likelihood, a state. */
function logStateJoint(model: PublishedModel, evidence: readonly Evidence[]): Float64Array {
  const states = Float64Array.from(model.logPrior);
  for (const { worker, label } of evidence) {
    if (!(label >= 0 && label < model.labels)) {
      throw new RangeError(
        `label ${label} of worker "${worker}": expected 0 to ${model.labels - 1}, the labels of the model`,
      );
    }
    const own = model.workers.get(worker) ?? model.pooled;
    if (model.form === 'matrix') {
      for (let s = 0, cell = label * states.length; s < states.length; s++, cell++) states[s]! += own[cell]!;
    } else {
      addProfileLabel(states, own, model.logProfile, label);
    }
  }
  return states;
}

function addProfileLabel(states: Float64Array, own: Float64Array, logProfile: Float64Array, label: number): void {
  const right = own[0]!;
  const wrong = own[1]! + logProfile[label]!;
  for (let s = 0; s < states.length; s++) {
    // log1p keeps 1 - q exact where one label takes nearly all errors.
    states[s]! += s === label ? right : wrong - Math.log1p(-Math.exp(logProfile[s]!));
  }
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
