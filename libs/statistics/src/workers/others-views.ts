import { type LabelTable } from '../aggregation/label-table';
import { effectiveLabels, indexOfMax, temperedConfidence } from '../aggregation/posterior';
import { type MatrixModel } from '../aggregation/published-model';
import { spreadOver, viewOfOthers } from './believed';

/**
 * `viewOfOthers` for all rows of a table: each item's evidence is summed once, and a view is that less the row's own, O(states) instead of
 * O(labels of the item * states). The same to rounding.
 */
export function othersViews(model: MatrixModel, table: LabelTable): (row: number) => Float64Array {
  const S = model.stateLabel.length;
  const matrices = table.workers.map((worker) => model.workers.get(worker) ?? model.pooled);
  const states = new Float64Array(table.items.length * S);
  const spreads = new Float64Array(table.label.length);
  const sums = new Float64Array(table.items.length);
  const squares = new Float64Array(table.items.length);
  for (let row = 0; row < table.label.length; row++) {
    const own = matrices[table.worker[row]!]!;
    const t = table.item[row]!;
    let least = Infinity;
    let most = -Infinity;
    for (let s = 0; s < S; s++) {
      const value = own[table.label[row]! * S + s]!;
      states[t * S + s]! += value;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    spreads[row] = most - least;
    sums[t]! += most - least;
    squares[t]! += (most - least) ** 2;
  }
  const joint = new Float64Array(S);
  const mass = new Float64Array(model.labels);
  const logs = new Float64Array(model.labels);
  return (row) => {
    const t = table.item[row]!;
    const own = matrices[table.worker[row]!]!;
    if (labelledTwice(table, row)) return viewOfOthers(model, table, row);
    for (let s = 0; s < S; s++) joint[s] = model.logPrior[s]! + states[t * S + s]! - own[table.label[row]! * S + s]!;
    const others = table.itemStart[t + 1]! - table.itemStart[t]! - 1;
    const spread = spreads[row]!;
    // Rounding may leave a trace where nothing is left.
    const effective = effectiveLabels(
      others,
      Math.max(0, sums[t]! - spread),
      Math.max(0, squares[t]! - spread * spread),
    );
    return view(model, joint, effective, mass, logs);
  };
}

/** Rows of an item stand by worker, so the same worker's are neighbours. */
function labelledTwice({ item, worker }: LabelTable, row: number): boolean {
  const same = (other: number) => item[other] === item[row] && worker[other] === worker[row];
  return same(row - 1) || same(row + 1);
}

/** @param mass, logs arrays of a label each to work in: two allocations a label would be most of the time. */
function view(
  model: MatrixModel,
  joint: Float64Array,
  effective: number,
  mass: Float64Array,
  logs: Float64Array,
): Float64Array {
  const most = joint[indexOfMax(joint)]!;
  mass.fill(0);
  let total = 0;
  for (let s = 0; s < joint.length; s++) {
    const share = Math.exp(joint[s]! - most);
    mass[model.stateLabel[s]!]! += share;
    total += share;
  }
  for (let k = 0; k < mass.length; k++) {
    mass[k]! /= total;
    logs[k] = Math.log(mass[k]!);
  }
  const label = indexOfMax(mass);
  return spreadOver(mass, label, temperedConfidence(logs, label, effective, model.tempering));
}
