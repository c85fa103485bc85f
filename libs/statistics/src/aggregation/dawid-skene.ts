import { fitMatrices, type FitOptions, type MatrixFit } from './fit-matrices';
import { type LabelTable } from './label-table';
import { logPriorDensity, type MatrixPrior, maximise, pseudoCounts, smoothed } from './matrix-prior';

export interface DawidSkeneOptions extends FitOptions {
  /** Default: smoothed (1/K a cell, one more on the diagonal). */
  prior?: MatrixPrior;
}

/**
 * Dawid and Skene (Applied Statistics 28, 1979): each worker has a matrix of errors, each item one unknown label.
 * Without labels there are no posteriors. @throws RangeError on accepted labels that the table does not have.
 */
export function dawidSkene(table: LabelTable, options: DawidSkeneOptions = {}): MatrixFit {
  const K = table.labels.length;
  const prior = options.prior ?? smoothed(K);
  const pseudo = (counts: Float64Array) => pseudoCounts(table, prior, counts);
  return fitMatrices(
    table,
    {
      maximise: (counts, into) => maximise(table, counts, pseudo(counts), into),
      logPrior: (counts, at) => logPriorDensity(pseudo(counts), K, at),
    },
    options,
  );
}
