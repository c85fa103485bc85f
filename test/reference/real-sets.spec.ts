import { describeWithData, readLabelSet, type SetName } from '../support/label-sets';
import { agreementRules } from './agreement-rules';
import { aggregationRules } from './aggregation-rules';
import { countRules } from './count-rules';
import { assign, valuesOf, words, wrongBy } from './known-values';
import { pairwiseRules } from './pairwise-rules';
import { workerRules } from './worker-rules';

/** Rules for values that stand in some of the files only. */
const NOT_IN_EVERY_FILE = [
  'aggregation/*/f1_positive',
  'aggregation/KOS/accuracy',
  'aggregation/KOS/macro_f1',
  'agreement/checked_with/statsmodels_fleiss',
  'agreement/checked_with/irrcac_gwet_ac1',
  'agreement/checked_with/irrcac_fleiss',
  'agreement/equal_raters',
  'worker_scoring/bad_by_gold',
  'worker_scoring/bad_by_gold/*',
  'worker_scoring/*/auc_for_bad',
];

describe.each<SetName>(['rte', 'weather_sentiment', 'ukp_convincing'])('reference.json of %s', (name) => {
  describeWithData(name, 'value by value', () => {
    const set = readLabelSet(name);
    const rules = [
      ...countRules(set),
      ...aggregationRules(set),
      ...agreementRules(set),
      ...workerRules(set),
      ...(name === 'ukp_convincing' ? pairwiseRules() : []),
      ...words('prose', 'note', 'row_rule', 'definitions/*', 'reference_commit/*', 'worker_scoring/bad_definition'),
      ...words(
        'time that another program took',
        'aggregation/*/wall_seconds',
        'agreement/wall_seconds',
        'agreement/pairwise_cohen_kappa/wall_seconds',
      ),
    ];
    const { ofRule, unknown, idle } = assign(valuesOf(set.reference), rules);

    it('has no value that no rule knows, and needs every rule', () => {
      expect(unknown).toEqual([]);
      expect(idle.filter((path) => !NOT_IN_EVERY_FILE.some((part) => matches(part, path)))).toEqual([]);
    });

    it.each(rules.filter((rule) => rule.is !== 'words' && ofRule.get(rule)!.length > 0))('$is: $path', (rule) => {
      expect(wrongBy(rule, ofRule.get(rule)!)).toEqual([]);
    });
  });
});

function matches(part: string, path: string): boolean {
  const [a, b] = [part.split('/'), path.split('/')];
  return a.length === b.length && a.every((key, i) => key === '*' || key === b[i]);
}
