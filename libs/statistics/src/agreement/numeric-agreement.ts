import { bootstrapRows, type BootstrapOptions, bundles, type RowOfItem } from './bootstrap';
import { type EstimatedCoefficient } from './coefficient';
import { numericCoefficients, type NumericSums } from './numeric-coefficients';
import { rowsOfCells } from './sum-rows';

/** Numbers in the order of their items: those of item t are number[itemStart[t]] up to but without number[itemStart[t + 1]]. */
export interface NumbersByItem {
  itemStart: Int32Array;
  number: Float64Array;
}

/**
 * Agreement on the numbers of a file, with bootstrap intervals over items (`numeric-coefficients.ts`). Numbers are taken from the mean of all, and those of an item from
 * its first, so that plain doubles are enough; and by a unit, so that whatever their size they can be squared.
 */
export function numericAgreement(
  { itemStart, number }: NumbersByItem,
  options: BootstrapOptions = {},
): Record<string, EstimatedCoefficient> {
  const unit = unitOfPairable({ itemStart, number });
  const columns = { itemStart, number: number.map((one) => one / unit) };
  const mean = meanOfPairable(columns);
  const cells = numericCells(columns, mean, bundles(itemStart.length - 1, options.seed));
  const read = (vector: Float64Array) => numericCoefficients(sumsOfVector(vector));
  return bootstrapRows(read(sumOfRows(cells)), rowsOfCells(cells, WIDTH), read, options);
}

/** A power of two, by which nothing is rounded, about the size of the largest number. */
function unitOfPairable({ itemStart, number }: NumbersByItem): number {
  let largest = 0;
  for (let t = 0; t + 1 < itemStart.length; t++) {
    if (itemStart[t + 1]! - itemStart[t]! < 2) continue;
    for (let i = itemStart[t]!; i < itemStart[t + 1]!; i++) largest = Math.max(largest, Math.abs(number[i]!));
  }
  return largest === 0 ? 1 : 2 ** Math.min(1023, Math.floor(Math.log2(largest)));
}

function meanOfPairable({ itemStart, number }: NumbersByItem): number {
  let sum = 0;
  let labels = 0;
  for (let t = 0; t + 1 < itemStart.length; t++) {
    const n = itemStart[t + 1]! - itemStart[t]!;
    if (n < 2) continue;
    for (let i = itemStart[t]!; i < itemStart[t + 1]!; i++) sum += number[i]!;
    labels += n;
  }
  return labels === 0 ? 0 : sum / labels;
}

/** Places in the vector of a row: `sum` is of all numbers, `between` of the square of an item's sum divided by n. */
const AT = { items: 0, labels: 1, squaredSizes: 2, within: 3, pairable: 4, sum: 5, between: 6 } as const;
const WIDTH = 7;

function numericCells({ itemStart, number }: NumbersByItem, mean: number, { rows, rowOf }: RowOfItem): Float64Array {
  const cells = new Float64Array(rows * WIDTH);
  for (let t = 0; t < rowOf.length; t++) {
    const from = itemStart[t]!;
    const to = itemStart[t + 1]!;
    const n = to - from;
    if (n < 2) continue;
    const first = number[from]!;
    let beyondFirst = 0;
    for (let i = from; i < to; i++) beyondFirst += number[i]! - first;
    const meanBeyond = beyondFirst / n;
    let within = 0;
    for (let i = from; i < to; i++) within += (number[i]! - first - meanBeyond) ** 2;
    const sum = n * (first - mean) + beyondFirst;
    const row = rowOf[t]! * WIDTH;
    cells[row + AT.items]! += 1;
    cells[row + AT.labels]! += n;
    cells[row + AT.squaredSizes]! += n * n;
    cells[row + AT.within]! += within;
    cells[row + AT.pairable]! += (within * n) / (n - 1);
    cells[row + AT.sum]! += sum;
    cells[row + AT.between]! += (sum * sum) / n;
  }
  return cells;
}

function sumOfRows(cells: Float64Array): Float64Array {
  const sums = new Float64Array(WIDTH);
  for (let i = 0; i < cells.length; i++) sums[i % WIDTH]! += cells[i]!;
  return sums;
}

function sumsOfVector(vector: Float64Array): NumericSums {
  const labels = vector[AT.labels]!;
  const within = vector[AT.within]!;
  const aroundMean = vector[AT.between]!;
  const left = labels === 0 ? 0 : aroundMean - vector[AT.sum]! ** 2 / labels;
  // Of items that have one mean, and not that of all, rounding leaves a trace, which would be taken for a spread.
  const between = left <= 1e-12 * aroundMean ? 0 : left;
  return {
    items: vector[AT.items]!,
    labels,
    squaredSizes: vector[AT.squaredSizes]!,
    within,
    pairable: vector[AT.pairable]!,
    total: within + between,
    between,
  };
}
