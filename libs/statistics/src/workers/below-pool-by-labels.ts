import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { errorProfiles, type OwnLabel } from './own-labels';

/**
 * A worker's labels against what the others believe, as sums that give the accuracy and its test under any pool. Of a label, `lead` is how much more it is
 * believed than an error of the pool would be, and `reach` how much more a right one would be.
 */
export interface LeadSums {
  labels: number;
  lead: number;
  reach: number;
  leadSquares: number;
  products: number;
  reachSquares: number;
}

/** @param pooled Pr(label | truth) of all workers, K * K cells [label * K + truth]. */
export function leadSums(own: readonly OwnLabel[], pooled: Float64Array, K: number): LeadSums {
  const sums: LeadSums = { labels: own.length, lead: 0, reach: 0, leadSquares: 0, products: 0, reachSquares: 0 };
  const astrayOf = errorProfiles(pooled, K);
  for (const { label, view } of own) {
    let astray = 0;
    let perfect = 0;
    for (let l = 0; l < K; l++) {
      perfect += view[l]! ** 2;
      for (let truth = 0; truth < K; truth++) astray += view[truth]! * astrayOf[l * K + truth]! * view[l]!;
    }
    const lead = view[label]! - astray;
    const reach = perfect - astray;
    sums.lead += lead;
    sums.reach += reach;
    sums.leadSquares += lead * lead;
    sums.products += lead * reach;
    sums.reachSquares += reach * reach;
  }
  return sums;
}

/** People differ: this much under the accuracy of all others is no finding. */
export const ALLOWED_SHORTFALL = 0.1;

/** Least labels for the test. */
const LEAST_LABELS = 20;

/** One worker without gold against all others. */
export interface BelowPoolByLabels {
  /** Accuracy of the worker, with the others' errors taken out; can lie outside 0 to 1 where there are few labels. */
  accuracy: number;
  /** The same of all others together. */
  pool: number;
  /** Of "no more than `ALLOWED_SHORTFALL` under the pool". */
  pValue: number;
}

/**
 * For each worker whether they are right less often than all others together by more than ten points, as far as labels without gold show it: their
 * labels are less believed by the others than those of someone of that accuracy, whose errors fall as the pool's, would be.
 */
export function belowPoolByLabels(workers: readonly LeadSums[]): BelowPoolByLabels[] {
  const lead = workers.reduce((sum, own) => sum + own.lead, 0);
  const reach = workers.reduce((sum, own) => sum + own.reach, 0);
  return workers.map((own) => {
    const pool = reach - own.reach > 1e-9 ? (lead - own.lead) / (reach - own.reach) : NaN;
    const accuracy = own.lead / own.reach;
    if (own.labels < LEAST_LABELS || own.reach < 1e-9 || Number.isNaN(pool)) return { accuracy, pool, pValue: 1 };
    const expected = pool - ALLOWED_SHORTFALL;
    const sum = own.lead - expected * own.reach;
    const squares = own.leadSquares - 2 * expected * own.products + expected ** 2 * own.reachSquares;
    const variance = ((squares - (sum * sum) / own.labels) * own.labels) / (own.labels - 1);
    return { accuracy, pool, pValue: variance > 0 ? normalCdf(sum / Math.sqrt(variance), 0, 1) : Number(sum >= 0) };
  });
}
