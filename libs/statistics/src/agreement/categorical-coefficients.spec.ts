import { describeWithData, readJson } from '../../../../test/support/label-sets';
import { type CategoricalReading, type CoefficientOptions, readCategorical } from './categorical-coefficients';
import { addItem, emptyStatistics } from './categorical-statistics';
import { itemsOf, itemsOfCounts, itemsOfTable } from './columns.fixture';

function read(
  items: readonly (readonly number[])[],
  labels: number,
  ordinal = false,
  options?: CoefficientOptions,
): CategoricalReading {
  const statistics = emptyStatistics();
  for (const item of items) addItem(statistics, item, ordinal);
  return readCategorical(statistics, { labels, ordinal }, options);
}

/** Krippendorff 2011, Computing Krippendorff's alpha-reliability, example C: 4 observers, 12 units, values 1 to 5. */
const FOUR_OBSERVERS = [
  [1, 2, 3, 3, 2, 1, 4, 1, 2, null, null, null],
  [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, null, 3],
  [null, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, null],
  [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, null],
];

function indexed(ratings: readonly (readonly (number | null)[])[]): number[][] {
  return itemsOf(ratings).map((values) => values.map((value) => value - 1));
}

describe('readCategorical', () => {
  it("gives the published alphas of Krippendorff's four observers", () => {
    const nominal = read(indexed(FOUR_OBSERVERS), 5);
    expect(nominal).toMatchObject({ items: 12, labels: 41 });
    expect(nominal.coefficients['krippendorffAlpha']!.value).toBeCloseTo(0.743421052631579, 12);
    expect(read(indexed(FOUR_OBSERVERS), 5, true).coefficients['krippendorffAlpha']!.value).toBeCloseTo(
      0.8153875037548814,
      12,
    );
  });

  it("gives Gwet's values of the same ratings (Handbook of Inter-Rater Reliability; irrCAC)", () => {
    const { coefficients } = read(indexed(FOUR_OBSERVERS), 5);
    expect(coefficients['observed']!.value).toBeCloseTo(0.8181818181818182, 12);
    expect(coefficients['gwetAC1']!.value).toBeCloseTo(0.775444068126995, 12);
    expect(coefficients['fleissKappa']!.value).toBeCloseTo(0.7611692754224112, 12);
    expect(coefficients['brennanPrediger']!.value).toBeCloseTo(0.7727272727272727, 12);
  });

  it('gives the linear and quadratic AC2 that irrCAC 0.4.4 has for the same ratings', () => {
    const quadratic = read(indexed(FOUR_OBSERVERS), 5, true).coefficients;
    const linear = read(indexed(FOUR_OBSERVERS), 5, true, { weights: 'linear' }).coefficients;
    expect(quadratic['gwetAC2']!.value).toBeCloseTo(0.914000723552, 11);
    expect(linear['gwetAC2']!.value).toBeCloseTo(0.858739136433, 11);
  });

  it('takes the number of labels from the schema, not from the data', () => {
    const used = [
      [0, 0],
      [1, 1],
      [0, 1],
    ];
    expect(read(used, 2).coefficients['brennanPrediger']!.value).toBeCloseTo(1 / 3, 12);
    expect(read(used, 10).coefficients['brennanPrediger']!.value).toBeCloseTo((2 / 3 - 0.1) / 0.9, 12);
    expect(read(used, 10).coefficients['krippendorffAlpha']).toEqual(read(used, 2).coefficients['krippendorffAlpha']);
  });

  it('answers for 100,000 labels without work that grows with their square', () => {
    const texts = Array.from({ length: 50_000 }, (_, i) => [i, i % 2 ? i : i + 50_000]);
    const { coefficients } = read(texts, 100_000);
    expect(coefficients['observed']!.value).toBeCloseTo(0.5, 12);
    expect(coefficients['krippendorffAlpha']!.value).toBeCloseTo(0.5, 4);
  });
});

describe('an undefined coefficient', () => {
  const noOverlap = { value: null, reason: 'no item has two or more labels' };

  it.each([
    ['no items', []],
    ['one worker', [[0], [1], [0]]],
  ])('says why: %s', (_, items) => {
    for (const coefficient of Object.values(read(items, 2, true, { twoWorkers: true }).coefficients)) {
      expect(coefficient).toEqual(noOverlap);
    }
  });

  it('says that only one label was used, where chance explains everything', () => {
    const { coefficients } = read(
      [
        [1, 1],
        [1, 1, 1],
      ],
      3,
      true,
      { twoWorkers: true },
    );
    const oneLabel = { value: null, reason: 'only one label was used' };
    expect(coefficients).toMatchObject({
      observed: { value: 1 },
      krippendorffAlpha: oneLabel,
      fleissKappa: oneLabel,
      scottPi: oneLabel,
      gwetAC1: { value: 1 },
      gwetAC2: { value: 1 },
      brennanPrediger: { value: 1 },
    });
  });

  it('says that the schema has a single label', () => {
    const reason = 'the schema has a single label';
    expect(read([[0, 0]], 1).coefficients).toMatchObject({ gwetAC1: { reason }, brennanPrediger: { reason } });
  });

  it('is defined on one item', () => {
    expect(read([[0, 0, 1]], 2).coefficients).toMatchObject({
      observed: { value: 1 / 3 },
      krippendorffAlpha: { value: 0 },
    });
  });
});

describeWithData('textbook', 'readCategorical on published examples', () => {
  it('gives every Fleiss, observed, alpha and AC1 of fleiss.json', () => {
    for (const example of readJson('textbook/fleiss.json').examples) {
      const { coefficients } = read(itemsOfCounts(example.counts), example.counts[0].length);
      expect(coefficients['fleissKappa']!.value).toBeCloseTo(example.kappa.exact, 12);
      expect(coefficients['observed']!.value).toBeCloseTo(example.percent_agreement, 12);
      if (example.krippendorff_alpha_nominal === undefined) continue;
      expect(coefficients['krippendorffAlpha']!.value).toBeCloseTo(example.krippendorff_alpha_nominal, 12);
      expect(coefficients['gwetAC1']!.value).toBeCloseTo(example.gwet_ac1, 12);
    }
  });

  it('gives every AC1 and quadratic AC2 of gwet.json', () => {
    for (const { table, ac1, ac2_quadratic } of readJson('textbook/gwet.json').two_rater_tables) {
      const { coefficients } = read(itemsOfTable(table), table.length, true);
      expect(coefficients['gwetAC1']!.value).toBeCloseTo(ac1.exact, 12);
      expect(coefficients['gwetAC2']!.value).toBeCloseTo(ac2_quadratic.exact, 12);
    }
  });

  it("gives Krippendorff's two observers and three coders", () => {
    for (const { ratings, alpha_nominal } of readJson('textbook/krippendorff_2011_two_observers.json').examples) {
      const labels: unknown[] = [...new Set(ratings.flat())].sort();
      const items = itemsOf<unknown>(ratings).map((values) => values.map((value) => labels.indexOf(value)));
      expect(read(items, labels.length).coefficients['krippendorffAlpha']!.value).toBeCloseTo(alpha_nominal.exact, 12);
    }
    const { ratings, alpha } = readJson('textbook/krippendorff_three_coders.json');
    expect(read(indexed(ratings), 4).coefficients['krippendorffAlpha']!.value).toBeCloseTo(alpha.nominal.exact, 12);
    expect(read(indexed(ratings), 4, true).coefficients['krippendorffAlpha']!.value).toBeCloseTo(
      alpha.ordinal.exact,
      12,
    );
  });
});
