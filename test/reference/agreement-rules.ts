import { agreementOf } from '../../libs/statistics/src/agreement/agreement-report';
import { statisticsOfColumns } from '../../libs/statistics/src/agreement/categorical-columns';
import { readPairwiseCohen } from '../../libs/statistics/src/agreement/pairwise-cohen';
import { type LabelSet } from '../support/label-sets';
import { type Rule, same } from './known-values';

/** Values are printed to so many places. */
const TEN_PLACES = 5.01e-11;
const EIGHT_PLACES = 5.01e-9;

/** Agreement of a set, by what `assay agreement` prints. */
export function agreementRules({ table }: LabelSet): Rule[] {
  const { items, coefficients } = agreementOf(table, 'choice', { resamples: 0 });
  const value = (name: string) => coefficients[name]!.value!;
  const { buckets } = statisticsOfColumns(table, { labels: table.labels.length, ordinal: false });
  const sizes = Object.keys(buckets).map(Number);
  const sum = (of: (size: number) => number) => sizes.reduce((total, size) => total + of(size), 0);
  const agreeing = sum((size) => Object.values(buckets[size]!.pairs).reduce((a, b) => a + b, 0));
  const pairs = sum((size) => buckets[size]!.items * size * (size - 1));
  const equalRaters = sizes.length === 1 ? sizes[0]! : null;
  const pairwise = readPairwiseCohen(table);
  const at = (key: string, ours: () => unknown, within = TEN_PLACES) => same(`agreement/${key}`, ours, within);
  return [
    at('items', () => items),
    at('items_with_2plus', () => sum((size) => (size > 1 ? buckets[size]!.items : 0))),
    at('percent_agreement_item_mean', () => value('observed')),
    at('percent_agreement_pair_pooled', () => agreeing / pairs),
    at('fleiss_kappa_generalised', () => value('fleissKappa')),
    // The original form, which wants as many labels of every item.
    at('fleiss_kappa', () => (equalRaters === null ? null : value('fleissKappa'))),
    at('equal_raters', () => equalRaters),
    at('gwet_ac1', () => value('gwetAC1')),
    at('gwet_ac1_pe', () => (value('observed') - value('gwetAC1')) / (1 - value('gwetAC1'))),
    at('brennan_prediger', () => value('brennanPrediger')),
    at('krippendorff_alpha_nominal', () => value('krippendorffAlpha')),
    at('checked_with/fast_krippendorff_nominal', () => value('krippendorffAlpha'), 1e-12),
    at('checked_with/statsmodels_fleiss', () => value('fleissKappa'), 1e-12),
    at('checked_with/irrcac_gwet_ac1', () => value('gwetAC1'), EIGHT_PLACES),
    at('checked_with/irrcac_fleiss', () => value('fleissKappa'), EIGHT_PLACES),
    at('pairwise_cohen_kappa/min_common', () => 10),
    at('pairwise_cohen_kappa/pairs', () => pairwise.pairs),
    at('pairwise_cohen_kappa/undefined', () => pairwise.undefinedPairs),
    at('pairwise_cohen_kappa/mean', () => value('meanPairwiseCohenKappa'), 1e-12),
    at('pairwise_cohen_kappa/weighted_by_common', () => value('weightedPairwiseCohenKappa'), 1e-12),
    at('pairwise_cohen_kappa/median', () => value('medianPairwiseCohenKappa'), 1e-12),
  ];
}
