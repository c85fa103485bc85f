import * as fc from 'fast-check';
import { describeWithData, readJson } from '../../../../test/support/label-sets';
import { columnsOf, itemsOf } from './columns.fixture';
import { numericAgreement } from './numeric-agreement';
import { numericCoefficients, numericSumsOf, reliabilityOf } from './numeric-coefficients';
import {
  addNumbers,
  emptyNumericStatistics,
  mergeNumericStatistics,
  type NumericStatistics,
  removeNumbers,
} from './numeric-statistics';

function statisticsOf(items: readonly (readonly number[])[]): NumericStatistics {
  const statistics = emptyNumericStatistics();
  for (const labels of items) addNumbers(statistics, labels);
  return statistics;
}

const read = (items: readonly (readonly number[])[]) => numericCoefficients(numericSumsOf(statisticsOf(items)));

const numbers = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 1000),
  fc.double({ min: -1e60, max: 1e60, noNaN: true }).filter((value) => Math.abs(value) > 1e-60),
);
const items = fc.array(fc.array(numbers, { maxLength: 5 }), { maxLength: 10 });

describe('numeric statistics', () => {
  it('give after any adding, taking out and merging the coefficients of the batch to 1e-12', () => {
    fc.assert(
      fc.property(items, items, items, (kept, gone, elsewhere) => {
        const here = emptyNumericStatistics();
        kept.forEach((labels, i) => {
          const other = gone[i % (gone.length || 1)] ?? [];
          addNumbers(here, other);
          addNumbers(here, [...labels].reverse());
          removeNumbers(here, [...other].reverse());
        });
        mergeNumericStatistics(here, statisticsOf(elsewhere));
        mergeNumericStatistics(here, statisticsOf(gone));
        mergeNumericStatistics(here, statisticsOf(gone), -1);
        const batch = read([...kept, ...elsewhere]);
        const live = numericCoefficients(numericSumsOf(here));
        for (const [name, { value }] of Object.entries(batch)) {
          if (value === null) expect(live[name]!.value).toBeNull();
          else expect(Math.abs(live[name]!.value! - value)).toBeLessThan(1e-12 * Math.max(1, Math.abs(value)));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are empty again when all is taken out', () => {
    const statistics = statisticsOf([
      [0.1, 0.2],
      [1e9, 3],
    ]);
    removeNumbers(statistics, [3, 1e9]);
    removeNumbers(statistics, [0.2, 0.1]);
    expect(statistics).toEqual(emptyNumericStatistics());
  });

  it('lose nothing to a large offset: times in seconds agree like their differences', () => {
    const small = [
      [1, 2, 2],
      [5, 6, 4],
      [9, 9],
      [3, 1],
    ];
    const large = small.map((labels) => labels.map((label) => label + 1_700_000_000));
    const [near, far] = [read(small), read(large)];
    for (const name of Object.keys(near)) expect(far[name]!.value).toBeCloseTo(near[name]!.value!, 12);
  });

  it('lose nothing to an offset that leaves doubles no more than a digit', () => {
    const small = [[1, 2, 2], [5, 6, 4], [9, 9], [3, 1]]; // prettier-ignore
    const large = small.map((labels) => labels.map((label) => label + 2 ** 50));
    const [near, far] = [read(small), read(large)];
    for (const name of Object.keys(near)) expect(far[name]!.value).toBeCloseTo(near[name]!.value!, 12);
  });

  it('forget a number of any size that is taken out', () => {
    const few = [[0.1, 0.2], [0.3, 0.1]]; // prettier-ignore
    const statistics = statisticsOf([...few, [1e60, -1e-30]]);
    removeNumbers(statistics, [1e60, -1e-30]);
    const left = numericCoefficients(numericSumsOf(statistics));
    for (const [name, { value }] of Object.entries(read(few))) expect(left[name]!.value).toBeCloseTo(value!, 14);
  });
});

describe('numericCoefficients', () => {
  it('say why they are undefined', () => {
    expect(read([[1], [2]])['krippendorffAlpha']).toEqual({ value: null, reason: 'no item has two or more labels' });
    expect(
      read([
        [0.1, 0.1],
        [0.1, 0.1, 0.1],
      ])['krippendorffAlpha'],
    ).toEqual({ value: null, reason: 'all numbers are equal' });
    expect(read([[1, 2]])['icc1']).toEqual({ value: null, reason: 'a single item has two or more labels' });
  });

  it('are 1 where items differ and their labels do not', () => {
    expect(
      read([
        [1, 1],
        [2, 2],
        [7, 7, 7],
      ]),
    ).toEqual({ krippendorffAlpha: { value: 1 }, icc1: { value: 1 }, icc1k: { value: 1 } });
  });

  it('predict by Spearman-Brown the ICC(1,k) from the ICC(1,1)', () => {
    const { icc1, icc1k } = read([
      [1, 2, 2, 1],
      [5, 6, 4, 4],
      [9, 9, 8, 7],
    ]);
    expect(reliabilityOf(icc1!.value!, 4)).toBeCloseTo(icc1k!.value!, 12);
    expect(reliabilityOf(0.24, 10)).toBeCloseTo(0.7595, 4);
  });
});

describe('numericAgreement', () => {
  it('gives of any offset what the differences from it give', () => {
    const small = [[1, 2, 2], [5, 6, 4], [9, 9], [3, 1], [7]]; // prettier-ignore
    const itemStart = Int32Array.of(0, 3, 6, 8, 10, 11);
    const near = read(small);
    for (const offset of [0, -1_700_000_000, 1e12, 2 ** 50]) {
      const number = Float64Array.from(small.flat(), (value) => value + offset);
      const far = numericAgreement({ itemStart, number });
      for (const name of Object.keys(near)) expect(far[name]!.value).toBeCloseTo(near[name]!.value!, 12);
    }
  });

  it('takes a resample of equal numbers for what it is, whether or not doubles hold them exactly', () => {
    const itemStart = Int32Array.from({ length: 32 }, (_, t) => 3 * t);
    const allBut = (value: number, last: number) => {
      const number = Float64Array.from({ length: 93 }, (_, i) => (i === 92 ? last : value));
      return numericAgreement({ itemStart, number })['krippendorffAlpha'];
    };
    // Without the last of 31 items: (30 / 31)^31 of the resamples, .362.
    expect(allBut(0, 1)!.reason).toMatch(/^undefined in 3[3-9]\d of 1000 resamples/);
    for (const [value, last] of [[0.1, 0.7], [1 / 3, 2 / 3], [7.3, 9.9], [1e6 + 0.1, 2e6 + 0.3]] as const)
      expect(allBut(value, last)).toMatchObject({ low: null, reason: allBut(0, 1)!.reason }); // prettier-ignore
  });
});

describeWithData('textbook', 'numericCoefficients on published examples', () => {
  it('gives the ICC(1,1) and ICC(1,k) of Shrout and Fleiss 1979', () => {
    const { ratings_rows_are_targets, exact } = readJson('textbook/icc_shrout_fleiss_1979.json');
    const { icc1, icc1k } = read(ratings_rows_are_targets);
    expect(icc1!.value).toBeCloseTo(exact.ICC1, 12);
    expect(icc1k!.value).toBeCloseTo(exact.ICC1k, 12);
  });

  it.each(['krippendorff_2011_four_observers', 'krippendorff_three_coders'])(
    'gives the interval alpha of %s',
    (name) => {
      const { ratings, alpha } = readJson(`textbook/${name}.json`);
      const { itemStart, label } = columnsOf(itemsOf<number>(ratings));
      const { krippendorffAlpha } = numericAgreement({ itemStart, number: Float64Array.from(label) });
      expect(krippendorffAlpha).toMatchObject({ interval: 'bootstrap' });
      expect(krippendorffAlpha!.value).toBeCloseTo(alpha.interval.exact, 12);
      expect(krippendorffAlpha!.low).toBeLessThan(alpha.interval.exact);
      expect(krippendorffAlpha!.high).toBeGreaterThan(alpha.interval.exact);
    },
  );
});
