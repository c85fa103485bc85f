import { type LabelTable } from '../aggregation/label-table';
import { effectiveLabels, indexOfMax, spreadOf, temperedConfidence } from '../aggregation/posterior';
import { type MatrixModel } from '../aggregation/published-model';
import { spreadOver, viewOfOthers } from './believed';

/**
 * `viewOfOthers` for all rows of a table: each item's evidence is summed once, and a view is that less the row's own, O(states) instead of
 * O(labels of the item * states). The same to rounding.
 * @returns writes the view of a row into an array of a label each.
 */
export function othersViews(model: MatrixModel, table: LabelTable): (row: number, into: Float64Array) => void {
  const S = model.stateLabel.length;
  const K = model.labels;
  const matrices = table.workers.map((worker) => model.workers.get(worker) ?? model.pooled);
  const spreads = Float64Array.from({ length: matrices.length * K }, (_, at) =>
    spreadOf(matrices[Math.floor(at / K)]!, (at % K) * S, S),
  );
  const states = new Float64Array(table.items.length * S);
  const sums = new Float64Array(table.items.length);
  const squares = new Float64Array(table.items.length);
  for (let row = 0; row < table.label.length; row++) {
    const own = matrices[table.worker[row]!]!;
    const t = table.item[row]!;
    for (let s = 0; s < S; s++) states[t * S + s]! += own[table.label[row]! * S + s]!;
    const spread = spreads[table.worker[row]! * K + table.label[row]!]!;
    sums[t]! += spread;
    squares[t]! += spread ** 2;
  }
  const memory = { joint: new Float64Array(S), mass: new Float64Array(K), logs: new Float64Array(K) };
  return (row, into) => {
    if (labelledTwice(table, row)) return into.set(viewOfOthers(model, table, row));
    const t = table.item[row]!;
    const own = matrices[table.worker[row]!]!;
    const { joint } = memory;
    for (let s = 0; s < S; s++) joint[s] = model.logPrior[s]! + states[t * S + s]! - own[table.label[row]! * S + s]!;
    const others = table.itemStart[t + 1]! - table.itemStart[t]! - 1;
    const spread = spreads[table.worker[row]! * K + table.label[row]!]!;
    // Rounding may leave a trace where nothing is left.
    const effective = effectiveLabels(
      others,
      Math.max(0, sums[t]! - spread),
      Math.max(0, squares[t]! - spread * spread),
    );
    view(model, memory, effective, into);
  };
}

/** Rows of an item stand by worker, so the same worker's are neighbours. */
function labelledTwice({ item, worker }: LabelTable, row: number): boolean {
  const same = (other: number) => item[other] === item[row] && worker[other] === worker[row];
  return same(row - 1) || same(row + 1);
}

/** The arrays of one view: allocations of each label would be most of the time. */
interface Memory {
  /** A state each: log of prior times likelihood. */
  joint: Float64Array;
  /** A label each. */
  mass: Float64Array;
  logs: Float64Array;
}

function view(model: MatrixModel, { joint, mass, logs }: Memory, effective: number, into: Float64Array): void {
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
  spreadOver(mass, label, temperedConfidence(logs, label, effective, model.tempering), into);
}
