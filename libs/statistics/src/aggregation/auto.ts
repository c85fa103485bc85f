import { type AcceptedLabels } from './accepted-labels';
import { dawidSkene } from './dawid-skene';
import { epochZero } from './epoch-zero';
import { type MatrixFit } from './fit-matrices';
import { heldOutLogLikelihood } from './held-out';
import { type LabelTable } from './label-table';
import { type MatrixPrior } from './matrix-prior';
import { indexOfMax } from './posterior';
import { MOST_MATRIX_LABELS, type PublishedModel } from './published-model';
import { profileFit } from './profile-fit';
import { temperingOf } from './tempering';
import { thinned } from './thinned';

/** How alike a worker's rows are taken to be: from each row for itself to nearly one accuracy for all. */
export const COIN_STRENGTHS = [0, 2, 8, 32];

/** The strength that is taken unless another one foretells held-out labels clearly better. */
const USUAL_STRENGTH = 2;

/** Log-likelihood a held-out label; smaller gains are noise: they chose worse on real sets than not choosing. */
const CLEAR_GAIN = 0.01;

/** Values of `perLabel` that held-out labels are asked about. */
const PER_LABELS = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2];

/** Choosing the strength looks at so many labels at most; the fit itself at all. */
const MOST_LABELS_TO_CHOOSE = 200_000;

/** When a fit is only compared with others, its posteriors may still move by this. */
const TOLERANCE_TO_CHOOSE = 1e-4;

export interface AutoFit {
  model: PublishedModel;
  /** Strength of the one-coin row that was chosen; undefined above 32 labels and without labels. */
  strength?: number;
  /** Passes over the labels of the fit that was kept. */
  iterations: number;
  converged: boolean;
}

/**
 * The default aggregation of a question, without gold and without tuning; `docs/statistics.md` has the reasons and the table.
 *
 * Dawid-Skene with smoothed matrices, where each worker's rows are drawn to that worker's one accuracy; how strongly is chosen from
 * 0, 2, 8 and 32 labels a row by the likelihood of held-out labels, and so is the correlation of labels that the confidence is tempered by.
 * Above 32 labels it is one accuracy a worker and a shared profile of errors. Without labels it is epoch zero.
 * The model gives posterior and confidence by `posteriorOf`. A function of the set of labels.
 */
export function auto(table: LabelTable, accepted: AcceptedLabels = new Map()): AutoFit {
  const K = table.labels.length;
  if (table.label.length === 0 || K < 2) return { model: epochZero(Math.max(2, K)), iterations: 0, converged: true };
  if (K > MOST_MATRIX_LABELS) return profileFit(table, accepted);
  const { strength, perLabel } = chooseByHeldOut(thinned(table, MOST_LABELS_TO_CHOOSE), accepted);
  const fit = dawidSkene(table, { prior: coinPrior(K, strength), accepted });
  return { ...kept(fit), strength, model: { ...fit.model, tempering: temperingOf(perLabel) } };
}

function kept({ iterations, converged }: MatrixFit) {
  return { iterations, converged };
}

/** Smoothed Dawid-Skene whose rows are drawn to one accuracy by `strength` labels each; 0 is smoothed Dawid-Skene itself. */
export function coinPrior(labels: number, strength: number): MatrixPrior {
  return { type: 'one-coin', cell: 1 / labels, diagonal: 1, strength };
}

function chooseByHeldOut(table: LabelTable, accepted: AcceptedLabels): { strength: number; perLabel: number } {
  const candidates = COIN_STRENGTHS.map((strength) => {
    const prior = coinPrior(table.labels.length, strength);
    const fit = dawidSkene(table, { prior, accepted, tolerance: TOLERANCE_TO_CHOOSE });
    const values = heldOutLogLikelihood(table, fit, prior, PER_LABELS);
    const best = indexOfMax(values);
    return { strength, perLabel: PER_LABELS[best]!, value: values[best]! };
  });
  const usual = candidates.find(({ strength }) => strength === USUAL_STRENGTH)!;
  const best = candidates.reduce((most, one) => (one.value > most.value ? one : most), usual);
  return best.value > usual.value + CLEAR_GAIN ? best : usual;
}
