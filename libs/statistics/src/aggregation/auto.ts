import { type AcceptedLabels } from './accepted-labels';
import { dawidSkene } from './dawid-skene';
import { epochZero } from './epoch-zero';
import { type MatrixFit } from './fit-matrices';
import { heldOutLogLikelihood } from './held-out';
import { type LabelTable } from './label-table';
import { type MatrixPrior, pseudoCounts, unknownWorker } from './matrix-prior';
import { profileFit } from './profile-fit';
import { MOST_MATRIX_LABELS, type PublishedModel } from './published-model';
import { temperingOf } from './tempering';

/**
 * Labels a row that a worker's competence and habit count for: two for each way to be wrong, because rows get sparser, and at least four. Held-out labels
 * do not tell a better one (`docs/statistics.md`), but they tell where it is far too much: workers who err each in a way of their own, as lenient and
 * severe raters do, are then foretold better by a quarter of it.
 */
const LEAST_STRENGTH = 4;
const STRENGTH_PER_WRONG_LABEL = 2;
const WEAKER = 1 / 4;

/** Nats a label by which the weaker prior must foretell better, with the fit as it is: less than it does of those raters, more than of all others. */
const BETTER = 0.003;

/** Values of `perLabel` that held-out labels are asked about. */
const PER_LABELS = [0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2];

/**
 * What differs by less is a tie, to the least: where no item has three labels all are alike, and the names of workers, by which sums are ordered, must not decide.
 */
const ROUNDING = 1e-9;

/** The tempering is learned from so many labels at most, every s-th item's; the model from all. */
const MOST_HELD_OUT = 100_000;

export interface AutoFit {
  model: PublishedModel;
  /** Passes over the labels. */
  iterations: number;
  converged: boolean;
}

/**
 * The default aggregation of a question, without gold and without tuning; `docs/statistics.md` has the reasons and the table.
 *
 * Dawid-Skene with smoothed matrices, each drawn to what its worker's competence and habit alone would make of it, and a confidence that is tempered
 * by how much labels of one item hang together, as held-out labels show it. Above 32 labels it is one accuracy a worker and a shared profile of
 * errors. Without labels, and where no item has two and none is known, nothing can be learned: it is epoch zero.
 * The model gives posterior and confidence by `posteriorOf`. A function of the set of labels.
 * @throws RangeError on accepted labels that the table does not have.
 */
export function auto(table: LabelTable, accepted: AcceptedLabels = new Map()): AutoFit {
  const K = table.labels.length;
  if (K < 2 || !canLearn(table, accepted)) return { model: epochZero(Math.max(2, K)), iterations: 0, converged: true };
  if (K > MOST_MATRIX_LABELS) return profileFit(table, accepted);
  const strength = Math.max(LEAST_STRENGTH, STRENGTH_PER_WRONG_LABEL * (K - 1));
  const step = Math.ceil(table.label.length / MOST_HELD_OUT);
  let prior = competent(K, strength);
  let fit = dawidSkene(table, { prior, accepted });
  let best = bestTempering(table, fit, prior, step);
  let { iterations } = fit;
  const weaker = competent(K, WEAKER * strength);
  if (heldOutLogLikelihood(table, fit, weaker, [best.perLabel], step)[0]! > best.foretold + BETTER) {
    prior = weaker;
    fit = dawidSkene(table, { prior, accepted });
    best = bestTempering(table, fit, prior, step);
    iterations += fit.iterations;
  }
  const tempering = temperingOf(best.perLabel);
  const pooled = unknownWorker(table, fit.counts, pseudoCounts(table, prior, fit.counts)).map(Math.log);
  return { model: { ...fit.model, pooled, tempering }, iterations, converged: fit.converged };
}

function competent(K: number, strength: number): MatrixPrior {
  return { type: 'competent', cell: 1 / K, diagonal: 1, strength };
}

/** The `perLabel` under which held-out labels are most probable, and their mean log-likelihood there. */
function bestTempering(table: LabelTable, fit: MatrixFit, prior: MatrixPrior, step: number) {
  const foretold = heldOutLogLikelihood(table, fit, prior, PER_LABELS, step);
  const most = Math.max(...foretold);
  // Where every item has one label nothing was foretold.
  return { perLabel: PER_LABELS[foretold.findIndex((one) => one >= most - ROUNDING)] ?? 0, foretold: most };
}

/** Of labels that stand alone on their items EM makes whatever its start and its smoothing say, three points worse than the labels themselves. */
function canLearn({ items, itemStart }: LabelTable, accepted: AcceptedLabels): boolean {
  return items.some((item, t) => {
    const labels = itemStart[t + 1]! - itemStart[t]!;
    return labels > 1 || (labels === 1 && accepted.has(item));
  });
}
