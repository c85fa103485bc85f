import * as fc from 'fast-check';
import { statisticsOfColumns } from './categorical-columns';
import {
  addItem,
  type CategoricalStatistics,
  emptyStatistics,
  mergeStatistics,
  removeItem,
} from './categorical-statistics';
import { columnsOf } from './columns.fixture';

const LABELS = 4;
const items = fc.array(fc.array(fc.nat({ max: LABELS - 1 }), { maxLength: 6 }), { maxLength: 12 });

function statisticsOf(all: readonly (readonly number[])[], ordinal: boolean): CategoricalStatistics {
  const statistics = emptyStatistics();
  for (const labels of all) addItem(statistics, labels, ordinal);
  return statistics;
}

describe('categorical statistics', () => {
  it('keep exact integers by the number of labels of the item', () => {
    expect(statisticsOf([[0, 0, 1], [2], [1, 0, 2], [1]], true)).toEqual({
      buckets: {
        1: { items: 2, counts: { 1: 1, 2: 1 }, pairs: {} },
        3: { items: 2, counts: { 0: 3, 1: 2, 2: 1 }, pairs: { 0: 2, '0,1': 3, '0,2': 1, '1,2': 1 } },
      },
    });
  });

  it('keep no pairs of different labels where order does not matter', () => {
    expect(statisticsOf([[0, 0, 1]], false).buckets[3]!.pairs).toEqual({ 0: 2 });
  });

  it('are unchanged by an item without labels', () => {
    expect(statisticsOf([[], []], true)).toEqual(emptyStatistics());
  });

  it('are after any adding, taking out and merging what the remaining items give in one pass', () => {
    fc.assert(
      fc.property(items, items, items, fc.boolean(), (kept, gone, elsewhere, ordinal) => {
        const here = emptyStatistics();
        kept.forEach((labels, i) => {
          const other = gone[i % (gone.length || 1)];
          if (other) addItem(here, other, ordinal);
          addItem(here, [...labels].reverse(), ordinal);
          if (other) removeItem(here, [...other].reverse(), ordinal);
        });
        mergeStatistics(here, statisticsOf(elsewhere, ordinal));
        mergeStatistics(here, statisticsOf(gone, ordinal));
        mergeStatistics(here, statisticsOf(gone, ordinal), -1);
        const remaining = [...elsewhere, ...kept];
        expect(here).toEqual(statisticsOfColumns(columnsOf(remaining), { labels: LABELS, ordinal }));
      }),
    );
  });

  it('are empty again when all is taken out, and survive JSON', () => {
    fc.assert(
      fc.property(items, fc.boolean(), (all, ordinal) => {
        const statistics = JSON.parse(JSON.stringify(statisticsOf(all, ordinal))) as CategoricalStatistics;
        for (const labels of all) removeItem(statistics, labels, ordinal);
        expect(statistics).toEqual(emptyStatistics());
      }),
    );
  });
});

describe('statisticsOfColumns', () => {
  it('counts items of more patterns than it keeps, and of more labels than a pattern holds, as addItem does', () => {
    // Digits of t in base 8, and the last of them up to sixteen times more.
    const items = Array.from({ length: 6000 }, (_, t) => [
      ...[t, t >> 3, t >> 6, t >> 9].map((digit) => digit & 7),
      ...Array.from({ length: t % 17 }, () => t & 7),
    ]);
    const one = emptyStatistics();
    for (const labels of items) addItem(one, labels, false);
    expect(statisticsOfColumns(columnsOf(items), { labels: 8, ordinal: false })).toEqual(one);
  });
});
