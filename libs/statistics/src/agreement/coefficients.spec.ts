import { describeWithData, readJson } from '../../../../test/support/label-sets';
import { addItem, emptyStatistics } from './categorical-statistics';
import { cohenKappa } from './cohen-kappa';
import { itemsOfCounts } from './columns.fixture';
import { fleissPerCategory } from './fleiss-per-category';
import { kendallW, meanRanks } from './kendall-w';

describe('cohenKappa', () => {
  it('says why it is undefined', () => {
    expect(
      cohenKappa([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual({ value: null, reason: 'no item has two or more labels' });
    expect(
      cohenKappa([
        [9, 0],
        [0, 0],
      ]),
    ).toEqual({ value: null, reason: 'only one label was used' });
    expect(cohenKappa([[9]], 'quadratic')).toEqual({ value: null, reason: 'only one label was used' });
  });
});

describe('fleissPerCategory', () => {
  it('says that a label was never used, or alone', () => {
    const statistics = emptyStatistics();
    for (const labels of [
      [0, 0],
      [0, 0],
    ])
      addItem(statistics, labels, false);
    expect(fleissPerCategory(statistics, 2)).toEqual([
      { value: null, reason: 'only one label was used' },
      { value: null, reason: 'the label was never used' },
    ]);
  });
});

describe('kendallW', () => {
  it('is 1 for equal rankings, also with ties, and 0 for opposite ones', () => {
    expect(
      kendallW([
        [1, 2, 2, 4],
        [1, 2, 2, 4],
      ]),
    ).toEqual({ value: 1 });
    expect(
      kendallW([
        [1, 2, 3],
        [3, 2, 1],
      ]),
    ).toEqual({ value: 0 });
  });

  it('says why it is undefined', () => {
    expect(kendallW([[1, 2]])).toMatchObject({ value: null, reason: 'fewer than two workers ranked the things' });
    expect(kendallW([[1], [1]])).toMatchObject({ value: null, reason: 'fewer than two things were ranked' });
    expect(
      kendallW([
        [1, 1],
        [2, 2],
      ]),
    ).toMatchObject({ value: null, reason: 'every worker ranked all things alike' });
  });

  it('gives ties the mean of their ranks', () => {
    expect(meanRanks([5, 1, 5, 7])).toEqual({ ranks: Float64Array.of(2.5, 1, 2.5, 4), ties: 6 });
  });
});

describeWithData('textbook', 'coefficients on published examples', () => {
  it('gives every Cohen kappa of cohen.json, weighted too', () => {
    const { examples, prevalence_paradox } = readJson('textbook/cohen.json');
    for (const { table, kappa, weighted_linear, weighted_quadratic } of [...examples, ...prevalence_paradox]) {
      expect(cohenKappa(table).value).toBeCloseTo(kappa, 12);
      if (weighted_linear !== undefined) expect(cohenKappa(table, 'linear').value).toBeCloseTo(weighted_linear, 12);
      if (weighted_quadratic !== undefined)
        expect(cohenKappa(table, 'quadratic').value).toBeCloseTo(weighted_quadratic, 12);
    }
  });

  it("gives Fleiss's kappa of each of the five diagnoses of 1971", () => {
    const [{ counts, per_category_kappa }] = readJson('textbook/fleiss.json').examples;
    const statistics = emptyStatistics();
    for (const labels of itemsOfCounts(counts)) addItem(statistics, labels, false);
    fleissPerCategory(statistics, 5).forEach(({ value }, k) =>
      expect(value).toBeCloseTo(per_category_kappa.exact[k], 12),
    );
  });
});
