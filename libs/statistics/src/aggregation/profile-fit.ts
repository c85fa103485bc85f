import { type AcceptedLabels } from './accepted-labels';
import { type LabelTable } from './label-table';
import { type ProfileModel } from './published-model';
import { temperingOf } from './tempering';

/** Labels of the average worker added to a worker's own. */
const ACCURACY_STRENGTH = 4;
/** What the average worker is taken for beside the data: two labels of which one is right. */
const AVERAGE_STRENGTH = 2;

/**
 * One accuracy a worker and a shared profile of errors, for questions with more labels than matrices can be learned for. EM from vote shares until no
 * posterior moves by 1e-8. The posterior of an item lives on the labels that somebody gave it and one rest, so that memory is O(N), not items
 * times labels.
 */
export function profileFit(
  table: LabelTable,
  accepted: AcceptedLabels,
): { model: ProfileModel; iterations: number; converged: boolean } {
  const fit = new ProfileEm(table, accepted);
  let iterations = 0;
  let move = Infinity;
  while (move >= 1e-8 && iterations < 10_000) {
    fit.maximise();
    move = fit.expect();
    iterations += 1;
  }
  return { model: fit.model(), iterations, converged: move < 1e-8 };
}

/** Logarithms of the parameters: of a worker's odds of being right, and of a label's share of errors, what that leaves, and its prior. */
interface Logs {
  odds: Float64Array;
  profile: Float64Array;
  others: Float64Array;
  prior: Float64Array;
}

/** `sum` times e to the `scale`. */
interface Wrong {
  scale: number;
  sum: number;
}

class ProfileEm {
  private readonly K: number;
  /** Probability that label i is right, a label of the table. */
  private readonly right: Float64Array;
  private readonly accuracy: Float64Array;
  private average = 0.5;
  private readonly profile: Float64Array;
  private readonly prior: Float64Array;
  /** Index of the accepted labels of an item, where it has some. */
  private readonly known: Map<number, Set<number>>;

  constructor(
    private readonly table: LabelTable,
    accepted: AcceptedLabels,
  ) {
    this.K = table.labels.length;
    this.right = new Float64Array(table.label.length);
    this.accuracy = new Float64Array(table.workers.length);
    this.profile = new Float64Array(this.K);
    this.prior = new Float64Array(this.K);
    this.known = new Map(
      table.items.flatMap((item, t) => {
        const labels = accepted.get(item);
        return labels ? [[t, new Set(labels.map((label) => table.labels.indexOf(label)))] as const] : [];
      }),
    );
    this.startFromShares();
  }

  private startFromShares(): void {
    const { itemStart, label } = this.table;
    for (let t = 0; t < this.table.items.length; t++) {
      for (let i = itemStart[t]!; i < itemStart[t + 1]!; i++) {
        let same = 0;
        for (let j = itemStart[t]!; j < itemStart[t + 1]!; j++) same += Number(label[i] === label[j]);
        const possible = this.known.get(t)?.has(label[i]!) ?? true;
        this.right[i] = possible ? same / (itemStart[t + 1]! - itemStart[t]!) : 0;
      }
    }
  }

  maximise(): void {
    const { worker, label, item } = this.table;
    const right = new Float64Array(this.accuracy.length);
    const all = new Float64Array(this.accuracy.length);
    this.profile.fill(1 / this.K);
    this.prior.fill(1 / this.K);
    for (let i = 0; i < label.length; i++) {
      right[worker[i]!]! += this.right[i]!;
      all[worker[i]!]! += 1;
      this.profile[label[i]!]! += 1 - this.right[i]!;
      const t = item[i]!;
      // Each of an item's labels k carries its posterior; a label that n people gave must count once, hence the n-th part of each.
      this.prior[label[i]!]! += this.right[i]! / this.sameLabel(t, label[i]!);
    }
    this.average = (sum(right) + AVERAGE_STRENGTH / 2) / (label.length + AVERAGE_STRENGTH);
    for (let w = 0; w < right.length; w++) {
      this.accuracy[w] = (right[w]! + ACCURACY_STRENGTH * this.average) / (all[w]! + ACCURACY_STRENGTH);
    }
    scale(this.profile);
    scale(this.prior);
  }

  private sameLabel(t: number, k: number): number {
    let same = 0;
    for (let i = this.table.itemStart[t]!; i < this.table.itemStart[t + 1]!; i++)
      same += Number(this.table.label[i] === k);
    return same;
  }

  /** E-step; returns the most that a posterior moved. */
  expect(): number {
    // Logarithms: a hundred labels that agree are worth more than the largest double.
    const logs: Logs = {
      odds: this.accuracy.map((accuracy) => Math.log(accuracy / (1 - accuracy))),
      profile: this.profile.map(Math.log),
      others: this.profile.map((share) => Math.log1p(-share)),
      prior: this.prior.map(Math.log),
    };
    const wrong = new Map<number, Wrong>();
    let largest = 0;
    for (let t = 0; t < this.table.items.length; t++) {
      const n = this.table.itemStart[t + 1]! - this.table.itemStart[t]!;
      if (!wrong.has(n)) wrong.set(n, this.priorOfWrong(n, logs));
      largest = Math.max(largest, this.expectItem(t, n, logs, wrong.get(n)!));
    }
    return largest;
  }

  /** Sum over all labels k of prior[k] / (1 - profile[k])^n: the prior weight of "none of n labels is right" when no label is left out. */
  private priorOfWrong(n: number, { others, prior }: Logs): Wrong {
    const scale = others.reduce((most, other, k) => Math.max(most, prior[k]! - n * other), -Infinity);
    return { scale, sum: others.reduce((sum, other, k) => sum + Math.exp(prior[k]! - n * other - scale), 0) };
  }

  private expectItem(t: number, n: number, logs: Logs, wrong: Wrong): number {
    const { itemStart, worker, label } = this.table;
    const known = this.known.get(t);
    const joint = new Map<number, number>();
    let unseen = wrong.sum;
    for (let i = itemStart[t]!; i < itemStart[t + 1]!; i++) {
      const k = label[i]!;
      if (!joint.has(k)) {
        joint.set(k, logs.prior[k]! - n * logs.others[k]!);
        unseen -= Math.exp(joint.get(k)! - wrong.scale);
      }
      // Relative to "everybody is wrong": right instead of wrong multiplies by a / ((1 - a) q / (1 - q)).
      joint.set(k, joint.get(k)! + logs.odds[worker[i]!]! - logs.profile[k]! + logs.others[k]!);
    }
    if (known) {
      for (const k of joint.keys()) if (!known.has(k)) joint.set(k, -Infinity);
      if ([...known].every((k) => joint.has(k))) unseen = 0;
    }
    let top = unseen > 0 ? wrong.scale : -Infinity;
    for (const value of joint.values()) top = Math.max(top, value);
    let total = unseen > 0 ? unseen * Math.exp(wrong.scale - top) : 0;
    for (const value of joint.values()) total += Math.exp(value - top);
    let largest = 0;
    for (let i = itemStart[t]!; i < itemStart[t + 1]!; i++) {
      const value = total > 0 ? Math.exp(joint.get(label[i]!)! - top) / total : 0;
      largest = Math.max(largest, Math.abs(value - this.right[i]!));
      this.right[i] = value;
    }
    return largest;
  }

  model(): ProfileModel {
    const cells = (accuracy: number) => Float64Array.of(Math.log(accuracy), Math.log(1 - accuracy));
    return {
      form: 'profile',
      labels: this.K,
      stateLabel: Int32Array.from({ length: this.K }, (_, k) => k),
      logPrior: this.prior.map(Math.log),
      logProfile: this.profile.map(Math.log),
      pooled: cells(this.average),
      workers: new Map(this.table.workers.map((worker, w) => [worker, cells(this.accuracy[w]!)])),
      tempering: temperingOf(0),
    };
  }
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function scale(values: Float64Array): void {
  const total = sum(values);
  for (let i = 0; i < values.length; i++) values[i]! /= total;
}
