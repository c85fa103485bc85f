import { addItem, type CategoricalStatistics, emptyStatistics } from './categorical-statistics';
import { readCategorical } from './categorical-coefficients';
import { jackknifeOverStripes } from './jackknife-over-stripes';

const SCHEMA = { labels: 2, ordinal: false };

/** Stripes of items with two labels each. */
function stripesOf(stripes: readonly (readonly (readonly number[])[])[]): CategoricalStatistics[] {
  return stripes.map((items) => {
    const statistics = emptyStatistics();
    for (const labels of items) addItem(statistics, labels, false);
    return statistics;
  });
}

describe('jackknifeOverStripes', () => {
  it('is, for a mean over stripes of one item each, the t interval of the mean', () => {
    // Agreement 1, 1, 0, 1: mean .75, standard error sqrt(.1875 / 3) = .25, t(.975, 3) = 3.182446305.
    const { coefficients } = jackknifeOverStripes(stripesOf([[[0, 0]], [[1, 1]], [[0, 1]], [[1, 1]]]), SCHEMA);
    expect(coefficients['observed']).toMatchObject({ value: 0.75, high: 1, interval: 'jackknife' });
    expect(coefficients['observed']!.low).toBeCloseTo(0.75 - 3.182446305 * 0.25, 8);
  });

  it('reads over all stripes what one of them with all items gives, and skips empty ones', () => {
    const items = [[0, 0], [1, 0, 1], [1], [1, 1], [0, 0, 0, 1]];
    const whole = readCategorical(stripesOf([items])[0]!, SCHEMA);
    const striped = jackknifeOverStripes(stripesOf([[], ...items.map((item) => [item]), []]), SCHEMA);
    expect(striped).toMatchObject({ items: whole.items, labels: whole.labels });
    for (const [name, { value }] of Object.entries(whole.coefficients)) {
      expect(striped.coefficients[name]!.value).toBeCloseTo(value!, 14);
      expect(striped.coefficients[name]!.low).toBeLessThan(value!);
    }
  });

  it('has a value but no interval where there is one stripe', () => {
    expect(
      jackknifeOverStripes(
        stripesOf([
          [
            [0, 0],
            [0, 1],
          ],
          [],
        ]),
        SCHEMA,
      ).coefficients['observed'],
    ).toEqual({
      value: 0.5,
      low: null,
      high: null,
      interval: 'jackknife',
      reason: 'an interval needs three or more groups of items',
    });
  });

  it('has no interval where the coefficient hangs on one stripe', () => {
    const { krippendorffAlpha } = jackknifeOverStripes(stripesOf([[[0, 0]], [[0, 0]], [[0, 1]]]), SCHEMA).coefficients;
    expect(krippendorffAlpha).toMatchObject({ low: null, reason: 'undefined without one of the 3 groups of items' });
  });

  it('says for no labels at all why nothing is defined', () => {
    expect(jackknifeOverStripes([], SCHEMA)).toMatchObject({
      items: 0,
      labels: 0,
      coefficients: { krippendorffAlpha: { value: null, reason: 'no item has two or more labels' } },
    });
  });
});
