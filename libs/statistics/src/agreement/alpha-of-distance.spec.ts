import * as fc from 'fast-check';
import { labelTable } from '../aggregation/label-table';
import { agreementOf } from './agreement-report';
import { distanceAgreement } from './alpha-of-distance';
import { categoricalAgreement } from './agreement-report';
import { columnsOf, itemsOf } from './columns.fixture';
import {
  addLabels,
  emptyDistanceStatistics,
  mergeDistanceStatistics,
  readDistances,
  removeLabels,
} from './distance-statistics';
import { squaredRatioDistance } from './label-distances';
import { writtenDistance } from './label-metric';

/** Sets of three workers on six items, the last answer of the second item's third worker empty; values checked with nltk 3.9. */
const SETS = [
  ['a', 'b|a', 'a|b|c', 'c', 'b', 'a|c'],
  ['a', 'a', 'a|b', 'b|c', 'b', 'a|b'],
  ['a|b', 'b', 'a|b|c', 'c', null, 'a|c'],
];
const rows = SETS.flatMap((row, worker) =>
  row.flatMap((label, item) => (label === null ? [] : [{ item: `${item}`, worker: `${worker}`, label }])),
);

describe('distanceAgreement', () => {
  it('has the MASI and Jaccard alphas that nltk gives', () => {
    const alpha = (metric: 'masi' | 'jaccard') =>
      agreementOf(labelTable(rows), 'choices', { metric }).coefficients['krippendorffAlpha']!.value;
    expect(alpha('masi')).toBeCloseTo(0.34712643678160915, 12);
    expect(alpha('jaccard')).toBeCloseTo(0.4158215010141989, 12);
  });

  it('is with the distance 0 or 1 the nominal alpha and observed agreement, also in its leave-one-out values', () => {
    const labelled = fc.array(fc.array(fc.nat({ max: 3 }), { maxLength: 4 }), { minLength: 2, maxLength: 10 });
    const unequal = (a: number, b: number) => Number(a !== b);
    fc.assert(
      fc.property(labelled, (items) => {
        const columns = columnsOf(items);
        const nominal = categoricalAgreement(
          { ...columns, worker: columns.label, workers: [], labels: [0, 1, 2, 3] },
          { resamples: 0 },
        );
        const { observed, krippendorffAlpha } = distanceAgreement(columns, [0, 1, 2, 3], unequal);
        for (const [name, { value }] of Object.entries({ observed, krippendorffAlpha })) {
          const expected = nominal.coefficients[name]!.value;
          if (expected === null) expect(value).toBeNull();
          else expect(value).toBeCloseTo(expected, 10);
        }
      }),
    );
  });

  it('leaves out each item exactly, when it makes the interval', () => {
    const items = [
      [1, 2],
      [4, 4, 5],
      [9, 7],
      [2, 2],
      [6, 9, 6],
    ];
    const alpha = (kept: number[][]) =>
      distanceAgreement(columnsOf(kept), [...Array(10).keys()], squaredRatioDistance).krippendorffAlpha;
    const left = items.map((_, gone) => alpha(items.filter((_item, t) => t !== gone)).value!);
    const mean = left.reduce((sum, value) => sum + value, 0) / 5;
    const error = Math.sqrt((4 / 5) * left.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    // t(.975, 4) = 2.7764451052.
    expect(alpha(items).low).toBeCloseTo(alpha(items).value! - 2.7764451052 * error, 8);
  });

  it('estimates what chance does from drawn labels where values are too many for all pairs', () => {
    const items = Array.from({ length: 5000 }, (_, t) => [t, (t * 7919) % 5000, t]);
    const values = Array.from({ length: 5000 }, (_, v) => v);
    const { krippendorffAlpha } = distanceAgreement(columnsOf(items), values, (a, b) => (a - b) ** 2);
    // By the interval formula, exactly: (5000^2 - 1) / 12 is the variance of 0 to 4999.
    const within = items.reduce((sum, [a, b]) => sum + (a! - b!) ** 2, 0);
    expect(krippendorffAlpha.value).toBeCloseTo(1 - (2 * within) / 15000 / ((2 * (5000 ** 2 - 1)) / 12), 1.5);
  });

  it('says why there is no alpha', () => {
    const read = (items: number[][]) =>
      distanceAgreement(columnsOf(items), [0, 1], (a, b) => Math.abs(a - b)).krippendorffAlpha;
    expect(read([[0], [1]])).toMatchObject({ value: null, reason: 'no item has two or more labels' });
    expect(
      read([
        [1, 1],
        [1, 1],
      ]),
    ).toMatchObject({ value: null, reason: 'all labels are at distance 0' });
  });
});

describe('distance statistics', () => {
  const distance = writtenDistance('masi');
  const label = fc.subarray(['a', 'b', 'c']).map((set) => set.join('|'));
  const items = fc.array(fc.array(label, { maxLength: 4 }), { maxLength: 8 });

  it('give after any adding, taking out and merging what the batch gives', () => {
    fc.assert(
      fc.property(items, items, (kept, gone) => {
        const here = emptyDistanceStatistics();
        const there = emptyDistanceStatistics();
        for (const labels of gone) addLabels(here, labels, distance);
        for (const labels of kept) addLabels(there, [...labels].reverse(), distance);
        mergeDistanceStatistics(here, there);
        for (const labels of gone) removeLabels(here, [...labels].reverse(), distance);
        const names = [...new Set(kept.flat())].sort();
        const columns = columnsOf(kept.map((labels) => labels.map((name) => names.indexOf(name))));
        const batch = distanceAgreement(columns, names, distance);
        const live = readDistances(here, distance);
        for (const name of ['observed', 'krippendorffAlpha'] as const) {
          if (batch[name].value === null) expect(live[name]!.value).toBeNull();
          else expect(live[name]!.value).toBeCloseTo(batch[name].value, 12);
        }
      }),
    );
  });

  it('are empty again when all is taken out', () => {
    const statistics = emptyDistanceStatistics();
    addLabels(statistics, ['a', 'a|b', ''], distance);
    removeLabels(statistics, ['', 'a', 'a|b'], distance);
    expect(statistics).toEqual(emptyDistanceStatistics());
  });

  it('count labels that are called as what every object has', () => {
    const statistics = emptyDistanceStatistics();
    const labels = ['__proto__', 'constructor', '__proto__'];
    addLabels(statistics, labels, distance);
    addLabels(statistics, labels, distance);
    removeLabels(statistics, labels, distance);
    expect(Object.entries(JSON.parse(JSON.stringify(statistics)).labels)).toEqual([
      ['__proto__', 2],
      ['constructor', 1],
    ]);
    expect(readDistances(statistics, distance)['observed']!.value).toBeCloseTo(1 / 3, 12);
  });
});

describe('agreementOf', () => {
  it('names a label that is not a number where numbers are needed', () => {
    const table = labelTable([{ item: 't', worker: 'w', label: 'tall' }]);
    expect(() => agreementOf(table, 'number')).toThrow('label "tall": expected a number');
    const below = labelTable([{ item: 't', worker: 'w', label: '-3' }]);
    expect(() => agreementOf(below, 'number', { metric: 'ratio' })).toThrow('label "-3": expected a number from 0');
  });

  it('measures numbers that are far from 0 and near to each other by their ratio too', () => {
    const said = [0, 2, 1, 1, 3, 4, 0, 1];
    const alphaAt = (origin: number) => {
      const rows = said.map((number, i) => ({ item: `${i >> 1}`, worker: `${i % 2}`, label: `${origin + number}` }));
      return agreementOf(labelTable(rows), 'number', { metric: 'ratio' }).coefficients['krippendorffAlpha']!;
    };
    // Far out the ratio is the difference but for the unit: krippendorff 0.9.0, level_of_measurement='interval'.
    expect(alphaAt(1e9)).toMatchObject({ value: expect.closeTo(0.625, 6), low: expect.any(Number) });
  });

  it('gives spans their unitizing alpha and F1 too, rankings their concordance', () => {
    const spans = ['[[0,4,"x"]]', '[[0,4,"x"],[6,9,"y"]]', '[[0,4,"x"]]', '[[2,9,"x"]]', '', ''];
    const table = labelTable(spans.map((written, i) => ({ item: `${i >> 1}`, worker: `${i % 2}`, label: written })));
    const { coefficients } = agreementOf(table, 'spans');
    // F1 of the three items: 2/3, 0, and two empty answers that agree.
    expect(coefficients['spanF1']!.value).toBeCloseTo(5 / 9, 12);
    expect(coefficients['unitizingAlpha']!.value).toBeLessThan(1);
    const rankings = labelTable(
      ['a|b|c', 'a|b|c', 'c|b|a', 'a|b|c'].map((label, i) => ({ item: `${i >> 1}`, worker: `${i % 2}`, label })),
    );
    // W is 1 on the first item and 0 on the second.
    expect(agreementOf(rankings, 'ranking').coefficients['kendallW']!.value).toBeCloseTo(0.5, 12);
  });

  it('answers for 100,000 different texts', () => {
    const texts = Array.from({ length: 100_000 }, (_, i) => ({
      item: `${i >> 1}`,
      worker: `${i % 7}`,
      label: `text ${i}`,
    }));
    const { coefficients } = agreementOf(labelTable(texts), 'text', { resamples: 20 });
    expect(coefficients['observed']!.value).toBe(0);
    expect(coefficients['krippendorffAlpha']!.value).toBeCloseTo(0, 4);
  });

  it('takes an empty label as a label', () => {
    const table = labelTable(
      itemsOf([
        ['', 'x'],
        ['', 'y'],
      ]).flatMap((labels, t) => labels.map((label, w) => ({ item: `${t}`, worker: `${w}`, label }))),
    );
    expect(agreementOf(table, 'text').coefficients['observed']!.value).toBe(0.5);
  });
});
