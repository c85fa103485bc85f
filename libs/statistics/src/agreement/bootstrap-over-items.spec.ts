import { bundles, itemsOfRows, MOST_ROWS, quantile } from './bootstrap';
import { bootstrapOverItems } from './bootstrap-over-items';
import { columnsOf } from './columns.fixture';

const SCHEMA = { labels: 2, ordinal: false };

describe('bootstrapOverItems', () => {
  it('has about the binomial interval of an agreement that is a share of items', () => {
    // 70 of 100 pairs agree: the 2.5 % and 97.5 % quantiles of Binomial(100, .7) are 61 and 79.
    const columns = columnsOf(Array.from({ length: 100 }, (_, t) => (t < 70 ? [t % 2, t % 2] : [0, 1])));
    const { observed } = bootstrapOverItems(columns, SCHEMA, { resamples: 4000 }).coefficients;
    expect(observed).toMatchObject({ value: 0.7, interval: 'bootstrap' });
    expect(observed!.low).toBeCloseTo(0.61, 1.7);
    expect(observed!.high).toBeCloseTo(0.79, 1.7);
  });

  it('gives the same interval for the same seed, another for another', () => {
    const columns = columnsOf([
      [0, 0],
      [1, 1],
      [0, 1],
      [1, 1],
      [0, 0, 1],
      [1, 0],
      [0, 0],
    ]);
    expect(bootstrapOverItems(columns, SCHEMA, { seed: 7 })).toEqual(bootstrapOverItems(columns, SCHEMA, { seed: 7 }));
    expect(bootstrapOverItems(columns, SCHEMA, { seed: 7, resamples: 20 })).not.toEqual(
      bootstrapOverItems(columns, SCHEMA, { seed: 8, resamples: 20 }),
    );
  });

  it('has no interval where there is one item, and says so', () => {
    expect(bootstrapOverItems(columnsOf([[0, 0, 1]]), SCHEMA).coefficients['observed']).toMatchObject({
      low: null,
      reason: 'an interval needs two or more items',
    });
  });

  it('has no interval where resamples often lose what defines the coefficient', () => {
    const { krippendorffAlpha } = bootstrapOverItems(
      columnsOf([
        [0, 0],
        [0, 0],
        [0, 1],
      ]),
      SCHEMA,
    ).coefficients;
    expect(krippendorffAlpha!.value).toBe(0);
    expect(krippendorffAlpha!.reason).toMatch(/^undefined in \d+ of 1000 resamples of the items$/);
  });
});

describe('bundles', () => {
  it('takes few items one by one', () => {
    expect(itemsOfRows(bundles(3)).map((items) => [...items])).toEqual([[0], [1], [2]]);
  });

  it('puts every one of many items into exactly one of a bounded number of bundles of equal size', () => {
    const all = itemsOfRows(bundles(3 * MOST_ROWS + 1));
    expect(all).toHaveLength(MOST_ROWS);
    expect(new Set(all.map((items) => items.length))).toEqual(new Set([3, 4]));
    expect(Int32Array.from(all.flatMap((items) => [...items])).sort()).toEqual(
      Int32Array.from({ length: 3 * MOST_ROWS + 1 }, (_, t) => t),
    );
  });

  it('leaves no trace of the order of the items', () => {
    const { rowOf } = bundles(100 * MOST_ROWS);
    const inFirstHalf = rowOf.slice(0, 50 * MOST_ROWS).filter((row) => row < MOST_ROWS / 2).length;
    // 25,600 are expected, with a standard deviation of 80.
    expect(Math.abs(inFirstHalf - 25 * MOST_ROWS)).toBeLessThan(400);
  });
});

describe('quantile', () => {
  it('is linear between neighbours, as in R', () => {
    expect(quantile(Float64Array.of(1, 2, 4), 0.25)).toBe(1.5);
    expect(quantile(Float64Array.of(1, 2, 4), 1)).toBe(4);
  });
});
