import { bootstrapRows, type BootstrapOptions, bundles, type RowOfItem } from './bootstrap';
import { type EstimatedCoefficient } from './coefficient';
import { numericCoefficients, type NumericSums, numericSumsOf } from './numeric-coefficients';
import { addNumbers, emptyNumericStatistics } from './numeric-statistics';
import { rowsOfCells, type SumRows } from './sum-rows';

/** Numbers in the order of their items: those of item t are number[itemStart[t]] up to but without number[itemStart[t + 1]]. */
export interface NumbersByItem {
  itemStart: Int32Array;
  number: Float64Array;
}

/** Agreement on the numbers of a file, with bootstrap intervals over items (`numeric-coefficients.ts`). */
export function numericAgreement(
  columns: NumbersByItem,
  options: BootstrapOptions = {},
): Record<string, EstimatedCoefficient> {
  const { itemStart, number } = columns;
  const statistics = emptyNumericStatistics();
  for (let t = 0; t + 1 < itemStart.length; t++) {
    addNumbers(statistics, number.subarray(itemStart[t]!, itemStart[t + 1]!));
  }
  const sums = numericSumsOf(statistics);
  const rows = numericRows(columns, sums.mean, bundles(itemStart.length - 1, options.seed));
  return bootstrapRows(numericCoefficients(sums), rows, (vector) => numericCoefficients(sumsOfVector(vector)), options);
}

/** Places in the vector of a row; numbers are taken from the mean of all, so that plain doubles are enough for an interval. */
const AT = { items: 0, labels: 1, squaredSizes: 2, within: 3, pairable: 4, sum: 5, squares: 6 } as const;
const WIDTH = 7;

function numericRows({ itemStart, number }: NumbersByItem, mean: number, { rows, rowOf }: RowOfItem): SumRows {
  const sums = new Float64Array(rows * WIDTH);
  for (let t = 0; t < rowOf.length; t++) {
    const n = itemStart[t + 1]! - itemStart[t]!;
    if (n < 2) continue;
    let sum = 0;
    let squares = 0;
    for (let i = itemStart[t]!; i < itemStart[t + 1]!; i++) {
      sum += number[i]! - mean;
      squares += (number[i]! - mean) ** 2;
    }
    const within = Math.max(0, squares - (sum * sum) / n);
    const row = rowOf[t]! * WIDTH;
    sums[row + AT.items]! += 1;
    sums[row + AT.labels]! += n;
    sums[row + AT.squaredSizes]! += n * n;
    sums[row + AT.within]! += within;
    sums[row + AT.pairable]! += (within * n) / (n - 1);
    sums[row + AT.sum]! += sum;
    sums[row + AT.squares]! += squares;
  }
  return rowsOfCells(sums, WIDTH);
}

function sumsOfVector(vector: Float64Array): NumericSums {
  const labels = vector[AT.labels]!;
  const within = vector[AT.within]!;
  const squares = vector[AT.squares]!;
  const aroundMean = labels === 0 ? 0 : squares - vector[AT.sum]! ** 2 / labels;
  // Of numbers that are all equal, and not the mean of all, rounding leaves a trace, which would be taken for a spread.
  const total = aroundMean > 1e-12 * squares ? aroundMean : 0;
  return {
    items: vector[AT.items]!,
    labels,
    squaredSizes: vector[AT.squaredSizes]!,
    within,
    pairable: vector[AT.pairable]!,
    total,
    between: Math.max(0, total - within),
    mean: labels === 0 ? 0 : vector[AT.sum]! / labels,
  };
}
