import fc from 'fast-check';
import { describeWithData, readJson, readLabelSet, type SetName } from '../../../../test/support/label-sets';
import { addItem, emptyStatistics, mergeStatistics, removeItem } from './categorical-statistics';
import { jackknifeOverStripes } from './jackknife';
import { pairwiseCohen } from './pairwise-cohen';
import { readCategorical } from './read-categorical';

function statisticsOf(items: readonly (readonly number[])[], ordinal = false) {
  const statistics = emptyStatistics();
  for (const labels of items) addItem(statistics, labels, ordinal);
  return statistics;
}

const labelsOfItem = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 6 });

describe('categorical statistics', () => {
  it('are those of what is left after any sequence of adding, taking out and merging', () => {
    fc.assert(
      fc.property(fc.array(labelsOfItem), fc.array(labelsOfItem), fc.boolean(), (kept, gone, ordinal) => {
        const statistics = emptyStatistics();
        for (const labels of gone) addItem(statistics, labels, ordinal);
        mergeStatistics(statistics, statisticsOf(kept, ordinal));
        for (const labels of gone) removeItem(statistics, [...labels].reverse(), ordinal);
        expect(statistics).toEqual(statisticsOf(kept, ordinal));
      }),
    );
  });

  it('say why a coefficient is undefined', () => {
    const schema = { labels: 2, ordinal: false };
    expect(readCategorical(statisticsOf([[0], [1]]), schema).coefficients).toMatchObject({
      observed: { value: null, reason: 'no item has two labels' },
      krippendorffAlpha: { value: null, reason: 'no item has two labels' },
    });
    expect(
      readCategorical(
        statisticsOf([
          [0, 0],
          [0, 0],
        ]),
        schema,
      ).coefficients,
    ).toMatchObject({
      observed: { value: 1 },
      krippendorffAlpha: { value: null, reason: 'only one label was used' },
      fleissKappa: { value: null, reason: 'only one label was used' },
      gwetAC1: { value: 1 },
      brennanPrediger: { value: 1 },
    });
  });

  it('give an interval from two stripes on', () => {
    const schema = { labels: 2, ordinal: false };
    const stripe = statisticsOf([
      [0, 0],
      [0, 1],
      [1, 1],
    ]);
    expect(jackknifeOverStripes([stripe], schema).coefficients['observed']).toMatchObject({
      low: null,
      reason: 'too few items for an interval',
    });
    // Two equal stripes: without either the coefficient is the same, so the jackknife's variance is zero.
    expect(jackknifeOverStripes([stripe, stripe, emptyStatistics()], schema).coefficients['observed']).toEqual({
      value: 2 / 3,
      low: 2 / 3,
      high: 2 / 3,
      interval: 'jackknife',
    });
  });
});

describeWithData('textbook', 'agreement of the textbooks', () => {
  // Krippendorff 2011, four observers, twelve units: ratings are rows of observers.
  it('gives the alphas of Krippendorff 2011 and the coefficients of Gwet', () => {
    const example = readJson('textbook/krippendorff_2011_four_observers.json') as {
      ratings: (number | null)[][];
      alpha: Record<string, { exact: number }>;
    };
    const gwet = readJson('textbook/gwet.json').four_raters.expected as Record<string, number>;
    const items = example.ratings[0]!.map((_, unit) =>
      example.ratings
        .map((row) => row[unit])
        .filter((rating) => rating !== null)
        .map((rating) => rating! - 1),
    );
    const nominal = readCategorical(statisticsOf(items), { labels: 5, ordinal: false }).coefficients;
    const ordinal = readCategorical(statisticsOf(items, true), { labels: 5, ordinal: true }).coefficients;
    expect(nominal.krippendorffAlpha.value).toBeCloseTo(example.alpha['nominal']!.exact, 12);
    expect(ordinal.krippendorffAlpha.value).toBeCloseTo(example.alpha['ordinal']!.exact, 12);
    expect(nominal.gwetAC1.value).toBeCloseTo(gwet['gwet_ac1']!, 12);
    expect(nominal.fleissKappa.value).toBeCloseTo(gwet['fleiss_kappa_generalised']!, 12);
    expect(nominal.brennanPrediger.value).toBeCloseTo(gwet['brennan_prediger']!, 12);
    expect(nominal.observed.value).toBeCloseTo(gwet['percent_agreement_item_mean']!, 12);
  });

  it('gives the kappa of Fleiss 1971', () => {
    const { counts, kappa } = readJson('textbook/fleiss.json').examples[0] as {
      counts: number[][];
      kappa: { exact: number };
    };
    const items = counts.map((row) => row.flatMap((count, k) => Array<number>(count).fill(k)));
    expect(
      readCategorical(statisticsOf(items), { labels: 5, ordinal: false }).coefficients.fleissKappa.value,
    ).toBeCloseTo(kappa.exact, 12);
  });
});

describe.each(['rte', 'weather_sentiment', 'ukp_convincing'] satisfies SetName[])('agreement of %s', (name) => {
  describeWithData(name, 'against its reference values', () => {
    it('is that of fast-krippendorff, irrCAC and the reference implementation', () => {
      const { table, reference } = readLabelSet(name);
      const items = table.items.map((_, t) => [...table.label.subarray(table.itemStart[t], table.itemStart[t + 1])]);
      const agreement = readCategorical(statisticsOf(items), { labels: table.labels.length, ordinal: false });
      const expected = reference.agreement as Record<string, number> & { pairwise_cohen_kappa: Record<string, number> };
      expect(agreement.coefficients.krippendorffAlpha.value).toBeCloseTo(expected['krippendorff_alpha_nominal']!, 9);
      expect(agreement.coefficients.gwetAC1.value).toBeCloseTo(expected['gwet_ac1']!, 9);
      expect(agreement.coefficients.fleissKappa.value).toBeCloseTo(expected['fleiss_kappa_generalised']!, 9);
      expect(agreement.coefficients.brennanPrediger.value).toBeCloseTo(expected['brennan_prediger']!, 9);
      expect(agreement.coefficients.observed.value).toBeCloseTo(expected['percent_agreement_item_mean']!, 9);
      const cohen = pairwiseCohen(table, table.labels.length);
      expect(cohen).toMatchObject({
        pairs: expected.pairwise_cohen_kappa['pairs'],
        undefinedPairs: expected.pairwise_cohen_kappa['undefined'],
      });
      if (cohen.pairs > 0) {
        expect(cohen.mean).toBeCloseTo(expected.pairwise_cohen_kappa['mean']!, 9);
        expect(cohen.weightedMean).toBeCloseTo(expected.pairwise_cohen_kappa['weighted_by_common']!, 9);
      }
    });
  });
});
