import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithData, readJson, SHARED_DATA } from '../support/label-sets';
import { assign, type Rule, valuesOf, words, wrongBy } from './known-values';
import { alphaRules, cohenRules, fleissRules, gwetRules, iccRules, threeCodersRules, twoObserversRules } from './textbook-agreement'; // prettier-ignore
import { bradleyTerryRules, dawidSkeneRules } from './textbook-aggregation';
import { discoveryRules, functionRules, sequentialRules } from './textbook-tests';

/** The rules of each file, from what is in it. */
const FILES: Record<string, (book: never) => Rule[]> = {
  'bradley_terry.json': bradleyTerryRules,
  'cohen.json': cohenRules,
  'dawid_skene_1979.json': dawidSkeneRules,
  'fdr_benjamini_hochberg_1995.json': discoveryRules,
  'fleiss.json': fleissRules,
  'gwet.json': gwetRules,
  'icc_shrout_fleiss_1979.json': iccRules,
  'krippendorff_2011_four_observers.json': alphaRules,
  'krippendorff_2011_two_observers.json': twoObserversRules,
  'krippendorff_three_coders.json': threeCodersRules,
  'sprt.json': sequentialRules,
  'stats_functions.json': functionRules,
};

describeWithData('textbook', 'textbook', () => {
  it('has no file that is not read here', () => {
    expect(readdirSync(join(SHARED_DATA, 'textbook')).filter((file) => file.endsWith('.json'))).toEqual(Object.keys(FILES)); // prettier-ignore
  });

  describe.each(Object.keys(FILES))('%s', (file) => {
    const book = readJson(`textbook/${file}`);
    const rules = [...FILES[file]!(book as never), ...words('prose', 'citation', 'checked_with/*', 'source', 'warning', 'notes')]; // prettier-ignore
    const { ofRule, unknown, idle } = assign(valuesOf(book), rules);

    it('has no value that no rule knows', () => {
      expect(unknown).toEqual([]);
      expect(idle.filter((path) => !['checked_with/*', 'source', 'warning', 'notes', 'citation'].includes(path))).toEqual([]); // prettier-ignore
    });

    it.each(rules.filter((rule) => rule.is !== 'words'))('$is: $path', (rule) => {
      expect(wrongBy(rule, ofRule.get(rule)!)).toEqual([]);
    });
  });
});
