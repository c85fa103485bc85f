import { auto } from '../../libs/statistics/src/aggregation/auto';
import { dawidSkene } from '../../libs/statistics/src/aggregation/dawid-skene';
import { ebcc } from '../../libs/statistics/src/aggregation/ebcc';
import { glad } from '../../libs/statistics/src/aggregation/glad';
import { mace } from '../../libs/statistics/src/aggregation/mace';
import { majority } from '../../libs/statistics/src/aggregation/majority';
import { type MatrixPrior, smoothed } from '../../libs/statistics/src/aggregation/matrix-prior';
import { oneCoin } from '../../libs/statistics/src/aggregation/one-coin';
import { wawa } from '../../libs/statistics/src/aggregation/wawa';
import { zeroBasedSkill } from '../../libs/statistics/src/aggregation/zero-based-skill';
import { believedPosteriors } from '../../libs/statistics/src/workers/believed';
import { type LabelSet } from '../support/label-sets';
import { judge, type Judged } from './judged';
import { atLeast, atMost, type Rule, same, words } from './known-values';
import { crowdKitSteps, plainSteps } from './plain-em';

const EIGHT_PLACES = 5.01e-9;

/** The fits of Dawid and Skene's model by name: the prior, and the name under `posterior_samples`. */
export function fitsOf(K: number): Record<string, { prior: MatrixPrior; samples?: string }> {
  return {
    DawidSkene_converged_mle: { prior: { type: 'none' }, samples: 'converged_mle' },
    'DawidSkene_map_alpha0.5_diag0.5': { prior: { type: 'diagonal', cell: 0.5, diagonal: 0.5 } },
    DawidSkene_map_alpha1_diag2: { prior: { type: 'diagonal', cell: 1, diagonal: 2 }, samples: 'map_alpha1_diag2' },
    DawidSkene_map_alpha1overK_diag1: { prior: smoothed(K), samples: 'map_alpha1overK_diag1' },
  };
}

/** Accuracy, calibration and posteriors of every method. */
export function aggregationRules(set: LabelSet): Rule[] {
  return [...voteRules(set), ...dawidSkeneRules(set), ...pooledRules(set), ...otherRules(set)];
}

function voteRules(set: LabelSet): Rule[] {
  const votes = { MajorityVote: majority(set.table), Wawa: wawa(set.table).labels, ZeroBasedSkill: zeroBasedSkill(set.table).labels }; // prettier-ignore
  return Object.entries(votes).flatMap(([name, labels]) => sameLabels(name, judge(set, oneHot(set, labels))));
}

/** The labels of a reference are ours, one for one: so are accuracy and F1. */
function sameLabels(method: string, judged: Judged): Rule[] {
  return [
    same(`aggregation/${method}/accuracy`, () => judged.accuracy, 1e-12),
    same(`aggregation/${method}/macro_f1`, () => judged.macroF1, 1e-12),
    same(`aggregation/${method}/f1_positive`, () => judged.f1Positive, 1e-12),
  ];
}

function sameProbabilities(method: string, judged: Judged): Rule[] {
  return [
    ...sameLabels(method, judged),
    same(`aggregation/${method}/gold_log_loss`, () => judged.logLoss),
    same(`aggregation/${method}/brier`, () => judged.brier),
  ];
}

/**
 * After as many steps as the reference took, its digits; that the fits of the library go on from there until they converge, `dawid-skene.spec.ts` says.
 * crowd-kit's stops early, the file says after how many steps.
 */
function dawidSkeneRules(set: LabelSet): Rule[] {
  const { table, reference } = set;
  const K = table.labels.length;
  const kit = crowdKitSteps(table, reference.aggregation.DawidSkene.iterations).posteriors;
  const rules = [
    ...words('where the reference stopped: the input of this check', 'aggregation/*/iterations'),
    ...sameProbabilities('DawidSkene', judge(set, kit)),
    sampled(set, 'crowd_kit_dawid_skene', kit),
  ];
  for (const [name, { prior, samples }] of Object.entries(fitsOf(K))) {
    const { iterations } = reference.aggregation[name];
    const steps = plainSteps(table, prior, iterations);
    rules.push(
      ...sameProbabilities(name, judge(set, steps.posteriors)),
      same(`aggregation/${name}/log_likelihood`, () => steps.logLikelihood),
    );
    if (samples === undefined) continue;
    rules.push(
      sampled(set, samples, steps.posteriors),
      same(`posterior_samples/priors/${samples}/*`, (k) => steps.prior[Number(k)], EIGHT_PLACES),
    );
  }
  return rules;
}

function sampled({ table }: LabelSet, samples: string, posteriors: Float64Array): Rule {
  const K = table.labels.length;
  const of = (item: string, k: string) => posteriors[table.items.indexOf(item) * K + Number(k)];
  return same(`posterior_samples/${samples}/*/*`, of, EIGHT_PLACES);
}

/**
 * How the reference smooths its pooled matrix, the file does not say: a trace, which moves the log-likelihood by .4 of 4,067 at most, and no label.
 */
function pooledRules(set: LabelSet): Rule[] {
  const name = 'DawidSkene_pooled_prior_kappa2';
  const fit = dawidSkene(set.table, { prior: { type: 'pooled', strength: 2 } });
  const judged = judge(set, fit.posteriors);
  return [
    ...sameLabels(name, judged),
    same(`aggregation/${name}/log_likelihood`, () => fit.logLikelihood, 0.4),
    same(`aggregation/${name}/gold_log_loss`, () => judged.logLoss, 6e-4),
    same(`aggregation/${name}/brier`, () => judged.brier, 7e-5),
  ];
}

/** Methods that differ from ours by a random start, by smoothing or by stopping early, and methods that Assay does not have, against the default. */
function otherRules(set: LabelSet): Rule[] {
  const { table } = set;
  const byDefault = judge(set, believedPosteriors(auto(table).model, table));
  const ours: Record<string, Judged> = {
    OneCoinDawidSkene: judge(set, oneCoin(table).posteriors),
    GLAD: judge(set, glad(table).posteriors),
    MACE: judge(set, mace(table).posteriors),
    EBCC_VB: judge(set, ebcc(table).posteriors),
    BWA: byDefault,
    MMSR: byDefault,
    KOS: byDefault,
  };
  return Object.entries(ours).flatMap(([name, judged]) => [
    atLeast(`aggregation/${name}/accuracy`, () => judged.accuracy, 0.01),
    atLeast(`aggregation/${name}/macro_f1`, () => judged.macroF1, 0.03),
    atLeast(`aggregation/${name}/f1_positive`, () => judged.f1Positive, 0.01),
    ...(['OneCoinDawidSkene', 'GLAD', 'MACE'].includes(name)
      ? [
          atMost(`aggregation/${name}/gold_log_loss`, () => judged.logLoss, 0.1),
          atMost(`aggregation/${name}/brier`, () => judged.brier, 0.02),
        ]
      : []),
  ]);
}

function oneHot({ table }: LabelSet, labels: Int32Array): Float64Array {
  const posteriors = new Float64Array(table.items.length * table.labels.length);
  labels.forEach((label, t) => (posteriors[t * table.labels.length + label] = 1));
  return posteriors;
}
