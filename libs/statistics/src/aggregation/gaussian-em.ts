import { itemMeans } from './item-averages';
import { type NumberTable } from './number-table';

export interface GaussianFit {
  /** Posterior mean of each item's value. */
  values: Float64Array;
  /** Posterior standard deviation of it. */
  deviations: Float64Array;
  /** How much each worker says too much, shrunk towards 0. */
  biases: Float64Array;
  /** Variance of each worker's error around their bias, shrunk towards that of all. */
  variances: Float64Array;
  iterations: number;
  converged: boolean;
}

/** Numbers of the average worker that are added to a worker's own, for the bias and for the variance. */
const STRENGTH = 4;
const MOST_ROUNDS = 2_000;

/**
 * Each number is the item's value plus the worker's bias plus an error of the worker's variance; EM over the values, biases and variances shrunk
 * towards no bias and the variance of all. Values have a wide normal prior, with mean and variance of the item means, so an item with one number from a poor
 * worker lies between that number and the rest. Where all items have one mean the variance is that of the labels within items, and 1 where that is none either.
 * Run until no value moves by 1e-9 of the spread.
 */
export function gaussianEm(table: NumberTable): GaussianFit {
  const W = table.workers.length;
  let values: Float64Array = itemMeans(table);
  const centre = values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const between = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length);
  // Differences below the rounding of the values themselves are none.
  const width = (between > 1e-24 * centre ** 2 ? between : varianceWithin(table, values)) || 1;
  const fit = { biases: new Float64Array(W), variances: new Float64Array(W).fill(width) };
  let uncertainty: Float64Array = new Float64Array(values.length);
  let iterations = 0;
  let move = Infinity;
  while (move > 1e-9 * Math.sqrt(width) && iterations < MOST_ROUNDS) {
    maximiseWorkers(table, values, uncertainty, fit, width);
    const next = expectValues(table, fit, centre, width);
    move = next.values.reduce((most, value, t) => Math.max(most, Math.abs(value - values[t]!)), 0);
    ({ values, uncertainty } = next);
    iterations += 1;
  }
  const converged = move <= 1e-9 * Math.sqrt(width);
  return { values, deviations: uncertainty.map(Math.sqrt), ...fit, iterations, converged };
}

/** Mean squared difference of the numbers from the mean of their item. */
function varianceWithin({ item, value }: NumberTable, means: Float64Array): number {
  return value.reduce((sum, number, i) => sum + (number - means[item[i]!]!) ** 2, 0) / Math.max(1, value.length);
}

interface Workers {
  biases: Float64Array;
  variances: Float64Array;
}

function maximiseWorkers(
  table: NumberTable,
  values: Float64Array,
  uncertainty: Float64Array,
  fit: Workers,
  width: number,
): void {
  const W = table.workers.length;
  const sums = new Float64Array(W);
  const squares = new Float64Array(W);
  const counts = new Float64Array(W);
  for (let i = 0; i < table.value.length; i++) {
    const w = table.worker[i]!;
    sums[w]! += table.value[i]! - values[table.item[i]!]!;
    counts[w]! += 1;
  }
  for (let w = 0; w < W; w++) fit.biases[w] = sums[w]! / (counts[w]! + STRENGTH);
  for (let i = 0; i < table.value.length; i++) {
    const w = table.worker[i]!;
    squares[w]! += (table.value[i]! - values[table.item[i]!]! - fit.biases[w]!) ** 2 + uncertainty[table.item[i]!]!;
  }
  const pooled = squares.reduce((a, b) => a + b, 0) / Math.max(1, table.value.length);
  for (let w = 0; w < W; w++) {
    // A millionth of the spread keeps a worker who was always exact from an infinite weight.
    fit.variances[w] = Math.max((squares[w]! + STRENGTH * pooled) / (counts[w]! + STRENGTH), 1e-6 * width);
  }
}

function expectValues(table: NumberTable, { biases, variances }: Workers, centre: number, width: number) {
  const values = new Float64Array(table.items.length);
  const uncertainty = new Float64Array(table.items.length);
  for (let t = 0; t < values.length; t++) {
    let precision = 1 / width;
    let sum = centre / width;
    for (let i = table.itemStart[t]!; i < table.itemStart[t + 1]!; i++) {
      const w = table.worker[i]!;
      precision += 1 / variances[w]!;
      sum += (table.value[i]! - biases[w]!) / variances[w]!;
    }
    values[t] = sum / precision;
    uncertainty[t] = 1 / precision;
  }
  return { values, uncertainty };
}
