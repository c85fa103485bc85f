import { auto } from '../../libs/statistics/src/aggregation/auto';
import { majority } from '../../libs/statistics/src/aggregation/majority';
import { oneCoin } from '../../libs/statistics/src/aggregation/one-coin';
import { wawa } from '../../libs/statistics/src/aggregation/wawa';
import { agreementWith } from '../../libs/statistics/src/aggregation/weighted-vote';
import { zeroBasedSkill } from '../../libs/statistics/src/aggregation/zero-based-skill';
import { believedPosteriors } from '../../libs/statistics/src/workers/believed';
import { atMost as chanceOfAtMost } from '../../libs/statistics/src/workers/binomial-test';
import { spammerScore } from '../../libs/statistics/src/workers/confusion';
import { estimatedAccuracies } from '../../libs/statistics/src/workers/estimated-accuracy';
import { adjusted } from '../../libs/statistics/src/workers/false-discoveries';
import { type LabelSet } from '../support/label-sets';
import { fitsOf } from './aggregation-rules';
import { goldCounts } from './gold-counts';
import { areaUnderCurve, spearman } from './judged';
import { atLeast, type Rule, same } from './known-values';
import { plainSteps, type Steps } from './plain-em';

const SIX_PLACES = 5.01e-7;

const FITS = { ds_mle: 'DawidSkene_converged_mle', ds_map: 'DawidSkene_map_alpha1_diag2', ds_recommended: 'DawidSkene_map_alpha1overK_diag1' }; // prettier-ignore

/** What is known of each worker of a set, and how well that tells the good from the bad on gold. */
export function workerRules(set: LabelSet): Rule[] {
  const { table } = set;
  const scores = scoresOf(set);
  const index = new Map(table.workers.map((worker, w) => [worker, w]));
  const ofWorker = (score: string) =>
    same(`workers/*/${score}`, (worker) => scores[score]![index.get(worker)!], SIX_PLACES);
  const counts = [...goldCounts(set)].flatMap(([worker, { right, all, accuracy }]) =>
    all >= 10 ? [{ worker, w: index.get(worker)!, right, all, accuracy: accuracy! }] : [],
  );
  const pooled = [...goldCounts(set).values()].reduce((sum, one) => ({ right: sum.right + one.right, all: sum.all + one.all }), { right: 0, all: 0 }); // prettier-ignore
  const corrected = adjusted(counts.map(({ right, all }) => chanceOfAtMost(right, all, pooled.right / pooled.all)));
  const bad = counts.map((_, i) => corrected[i]! <= 0.05);
  const badNames = counts.flatMap(({ worker }, i) => (bad[i] ? [worker] : []));
  const accuracies = counts.map(({ accuracy }) => accuracy);
  const estimated = (score: string) => counts.map(({ w }) => asPrinted(scores[score]![w]!));

  const rules = [
    ...Object.keys(FITS).map((fit) => ofWorker(`${fit}_accuracy`)),
    ...['ds_map', 'ds_recommended'].map((fit) => ofWorker(`${fit}_spammer_score`)),
    same('worker_scoring/workers_with_10_or_more_gold', () => counts.length),
    same('worker_scoring/pooled_label_accuracy', () => pooled.right / pooled.all),
    same('worker_scoring/bad_by_gold', () => badNames),
    same('worker_scoring/bad_by_gold/*', (i) => badNames[Number(i)]),
  ];
  const isOurs = (score: string) => !['MACE_skill', 'MMSR_skill', 'OneCoinDawidSkene_skill'].includes(score);
  for (const score of Object.keys(scores)) {
    const [rank, area] = [() => spearman(estimated(score), accuracies), () => areaUnderCurve(estimated(score), bad)];
    const error = () => estimated(score).reduce((sum, value, i) => sum + Math.abs(value - accuracies[i]!), 0) / counts.length; // prettier-ignore
    const hasError = score === 'agreement_with_majority' || (score in scores && score.endsWith('_accuracy'));
    const at = `worker_scoring/${score}`;
    rules.push(
      isOurs(score)
        ? same(`${at}/spearman_with_gold_accuracy`, rank)
        : atLeast(`${at}/spearman_with_gold_accuracy`, rank, 0.03),
      isOurs(score) ? same(`${at}/auc_for_bad`, area) : atLeast(`${at}/auc_for_bad`, area, 0.02),
      same(`${at}/mean_abs_error`, () => (hasError ? error() : null), SIX_PLACES),
    );
  }
  return rules;
}

/** The reference ranks what it prints, to six places: equal ones are ties. */
function asPrinted(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** A number for each worker of the table, by the names of the reference. */
function scoresOf({ table, reference }: LabelSet): Record<string, ArrayLike<number>> {
  const K = table.labels.length;
  const posteriors = believedPosteriors(auto(table).model, table);
  const byDefault = estimatedAccuracies({ ...table, posteriors }).map(({ value }) => value);
  const scores: Record<string, ArrayLike<number>> = {
    agreement_with_majority: agreementWith(table, majority(table)),
    Wawa_skill: wawa(table).skills,
    ZeroBasedSkill_skill: zeroBasedSkill(table).skills,
    // Smoothed and converged here; MACE and MMSR have no such number here, so what stands in their place is what Assay says without gold.
    OneCoinDawidSkene_skill: diagonals(oneCoin(table).matrices, K),
    MACE_skill: byDefault,
    MMSR_skill: byDefault,
  };
  for (const [short, name] of Object.entries(FITS)) {
    const steps = plainSteps(table, fitsOf(K)[name]!.prior, reference.aggregation[name].iterations);
    scores[`${short}_accuracy`] = accuraciesOf(steps, K);
    if (short !== 'ds_mle') scores[`${short}_spammer_score`] = spammerScores(steps.matrices, K);
  }
  return scores;
}

/** sum_k prior_k Pr(says k | k). */
function accuraciesOf({ prior, matrices }: Steps, K: number): number[] {
  return eachWorker(matrices, K, (cells) => prior.reduce((sum, share, k) => sum + share * cells[k * K + k]!, 0));
}

function spammerScores(matrices: Float64Array, K: number): number[] {
  return eachWorker(matrices, K, (cells) => spammerScore(cells, K));
}

function diagonals(matrices: Float64Array, K: number): number[] {
  return eachWorker(matrices, K, (cells) => cells[0]!);
}

function eachWorker(matrices: Float64Array, K: number, of: (cells: Float64Array) => number): number[] {
  return Array.from({ length: matrices.length / (K * K) }, (_, w) => of(matrices.subarray(w * K * K, (w + 1) * K * K)));
}
