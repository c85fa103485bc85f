import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { accuracyAgainstOthers, errorProfiles, type OwnLabel } from './own-labels';

export interface BiasTest {
  /** Index of the label that is said too often. */
  label: number;
  /** Share of the worker's labels that are this one beyond what their items and their accuracy explain. */
  excess: number;
  /** Standard deviations of the excess over `ALLOWED_EXCESS`. */
  statistic: number;
  /** Of "no label is said in excess by more than that"; the number of labels is accounted for. */
  pValue: number;
}

/** People differ: up to this share of excess is no bias worth a finding. */
export const ALLOWED_EXCESS = 0.1;

/** Least labels for the test. */
export const LEAST_FOR_BIAS = 20;

/**
 * Is a label said more often than the worker's items and own accuracy explain? A worker who errs evenly is not biased, and one who errs as the items lure
 * everybody is not either: what is expected on an item is sum_z view_z (a 1[l = z] + (1 - a) Pr(l | z, wrong) over all workers), with a the worker's
 * accuracy against the others.
 * @param pooled Pr(label | truth) of all workers, K * K cells [label * K + truth].
 */
export function biasTest(own: readonly OwnLabel[], pooled: Float64Array, K: number): BiasTest {
  const accuracy = accuracyAgainstOthers(own, pooled, K);
  const errors = errorProfiles(pooled, K);
  const excess = new Float64Array(K);
  const variance = new Float64Array(K);
  for (const { label, view } of own) {
    for (let l = 0; l < K; l++) {
      let expected = accuracy * view[l]!;
      for (let z = 0; z < K; z++) expected += (1 - accuracy) * view[z]! * errors[l * K + z]!;
      excess[l]! += Number(label === l) - expected;
      variance[l]! += expected * (1 - expected);
    }
  }
  const worst = excess.indexOf(Math.max(...excess));
  const statistic =
    variance[worst]! > 0 ? (excess[worst]! - ALLOWED_EXCESS * own.length) / Math.sqrt(variance[worst]!) : 0;
  const pValue = own.length < LEAST_FOR_BIAS ? 1 : Math.min(1, K * normalCdf(-statistic, 0, 1));
  return { label: worst, excess: excess[worst]! / Math.max(1, own.length), statistic, pValue };
}
