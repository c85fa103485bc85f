import { itemMeans } from './item-averages';
import { type NumberTable } from './number-table';

export interface WeightedMeans {
  /** T. */
  values: Float64Array;
  /** W. */
  weights: Float64Array;
  iterations: number;
}

const MOST_ROUNDS = 1_000;

/**
 * CRH for numbers (Li et al., SIGMOD 2014): an item's value is the weighted mean of its numbers, a worker's weight -log of their share of all
 * errors; errors are squared distances in units of the item's own variance. Started from means, run until no value moves by 1e-9 of the spread.
 * Variances are floored at a hundredth of the mean variance, and the mean error of a worker at 1e-6: who was always exact would otherwise decide alone.
 */
export function crh(table: NumberTable): WeightedMeans {
  let values: Float64Array = itemMeans(table);
  const variances = itemVariances(table, values);
  const spread = Math.sqrt(variances.reduce((a, b) => a + b, 0) / Math.max(1, variances.length)) || 1;
  let weights: Float64Array = new Float64Array(table.workers.length).fill(1);
  let iterations = 0;
  let move = Infinity;
  while (move > 1e-9 * spread && iterations < MOST_ROUNDS) {
    weights = weightsOf(table, values, variances);
    const next = weightedMeans(table, weights);
    move = next.reduce((most, value, t) => Math.max(most, Math.abs(value - values[t]!)), 0);
    values = next;
    iterations += 1;
  }
  return { values, weights, iterations };
}

/** Mean of each item's numbers under weights of the workers; plain where those are all 0. */
export function weightedMeans(table: NumberTable, weights: ArrayLike<number>): Float64Array {
  const plain = itemMeans(table);
  return plain.map((mean, t) => {
    let sum = 0;
    let total = 0;
    for (let i = table.itemStart[t]!; i < table.itemStart[t + 1]!; i++) {
      sum += weights[table.worker[i]!]! * table.value[i]!;
      total += weights[table.worker[i]!]!;
    }
    return total > 0 ? sum / total : mean;
  });
}

function itemVariances(table: NumberTable, means: Float64Array): Float64Array {
  const variances = new Float64Array(means.length);
  for (let i = 0; i < table.value.length; i++) {
    const t = table.item[i]!;
    variances[t]! += (table.value[i]! - means[t]!) ** 2 / (table.itemStart[t + 1]! - table.itemStart[t]!);
  }
  const floor = variances.reduce((a, b) => a + b, 0) / Math.max(1, variances.length) / 100;
  // Where nobody differs any unit will do; against the smallest double a trace of rounding would be an infinite error.
  return variances.map((variance) => Math.max(variance, floor) || 1);
}

function weightsOf(table: NumberTable, values: Float64Array, variances: Float64Array): Float64Array {
  const errors = new Float64Array(table.workers.length);
  const counts = new Float64Array(table.workers.length);
  for (let i = 0; i < table.value.length; i++) {
    const t = table.item[i]!;
    errors[table.worker[i]!]! += (table.value[i]! - values[t]!) ** 2 / variances[t]!;
    counts[table.worker[i]!]! += 1;
  }
  // Mean errors, not sums: with sums who labelled little would look exact.
  const means = errors.map((error, w) => Math.max(1e-6, error / Math.max(1, counts[w]!)));
  const total = means.reduce((a, b) => a + b, 0);
  return means.map((mean) => (means.length > 1 ? -Math.log(mean / total) : 1));
}
