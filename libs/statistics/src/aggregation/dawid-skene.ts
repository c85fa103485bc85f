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
  const isFixed = prior.type === 'none' || prior.type === 'diagonal';
  return fitMatrices(
    table,
    {
      maximise: (counts, into) => maximise(table, counts, pseudoCounts(table, prior, counts), into),
      ...(isFixed && { logPrior: (at) => logPriorDensity(prior, K, at) }),
    },
    options,
  );
}
