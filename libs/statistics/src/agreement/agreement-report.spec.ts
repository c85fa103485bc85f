import { describeWithData, readLabelSet, type SetName } from '../../../../test/support/label-sets';
import { labelTable } from '../aggregation/label-table';
import { agreementOf, categoricalAgreement } from './agreement-report';
import { pairwiseCohen } from './pairwise-cohen';

const ROWS = [
  ['t1', 'u', 'yes'],
  ['t1', 'v', 'yes'],
  ['t2', 'u', 'no'],
  ['t2', 'v', 'no'],
  ['t3', 'u', 'yes'],
  ['t3', 'v', 'no'],
  ['t4', 'u', 'no'],
].map(([item, worker, label]) => ({ item: item!, worker: worker!, label: label! }));

describe('categoricalAgreement', () => {
  it('counts items, workers and labels, and gives two workers Cohen and Scott too', () => {
    const report = categoricalAgreement(labelTable(ROWS, ['no', 'yes', 'unsure']));
    expect(report).toMatchObject({ items: 4, workers: 2, labels: 7 });
    // Both labelled t1 to t3: po 2/3, Cohen's pe 2/3 * 1/3 + 1/3 * 2/3 = 4/9, Scott's pe 1/2.
    expect(report.coefficients['cohenKappa']!.value).toBeCloseTo(0.4, 12);
    expect(report.coefficients['scottPi']!.value).toBeCloseTo(1 / 3, 12);
  });

  it('is the same for the same labels in another order', () => {
    const table = labelTable([...ROWS].reverse(), ['no', 'yes', 'unsure']);
    expect(categoricalAgreement(table)).toEqual(categoricalAgreement(labelTable(ROWS, ['no', 'yes', 'unsure'])));
  });

  it('has for an empty file no coefficient, and a reason for each', () => {
    const report = categoricalAgreement(labelTable([], ['no', 'yes']));
    expect(report).toMatchObject({ items: 0, workers: 0, labels: 0 });
    for (const { value, low, high, reason } of Object.values(report.coefficients)) {
      expect([value, low, high]).toEqual([null, null, null]);
      expect(reason).toMatch(/^no /);
    }
  });
});

describe('agreementOf', () => {
  it('takes all distances of four thousand different numbers on a ratio scale', () => {
    const numbers = Array.from({ length: 4000 }, (_, i) => 1 + ((i * 7919) % 4000) / 7);
    const rows = numbers.map((number, i) => ({ item: `t${i >> 1}`, worker: 'uv'[i % 2]!, label: String(number) }));
    const squared = (a: number, b: number) => ((a - b) / (a + b)) ** 2;
    let [observed, expected] = [0, 0];
    numbers.forEach((a, i) => {
      if (i % 2 === 1) observed += 2 * squared(a, numbers[i - 1]!);
      for (const b of numbers) expected += squared(a, b);
    });
    const { krippendorffAlpha } = agreementOf(labelTable(rows), 'number', { metric: 'ratio' }).coefficients;
    expect(krippendorffAlpha!.value).toBeCloseTo(1 - (3999 * observed) / expected, 12);
  });

  it.each([
    ['choices', 'a', 'a|b', 'b', 'b|c'],
    ['spans', '[[0,3]]', '[[0,4]]', '[[2,9]]', '[[3,9]]'],
    ['rating', '1', '2', '3', '5'],
  ] as const)('has no interval of %s on two items that leaves out either: both ways are the same', (kind, ...said) => {
    const rows = said.map((label, i) => ({ item: `t${i >> 1}`, worker: `w${i % 2}`, label }));
    const made = Object.values(agreementOf(labelTable(rows), kind).coefficients).filter(
      ({ interval }) => interval === 'jackknife',
    );
    expect(made.length).toBeGreaterThan(1);
    for (const { value, low, high } of made) expect([value === null, low, high]).toEqual([false, null, null]);
  });
});

describeWithData('rte', 'categoricalAgreement on real sets', () => {
  it.each<SetName>(['rte', 'weather_sentiment', 'ukp_convincing'])('gives the reference values of %s', (name) => {
    const { table, reference } = readLabelSet(name);
    const { coefficients, ...counts } = categoricalAgreement(table);
    const expected = reference.agreement;
    expect(counts).toEqual({ items: reference.tasks, workers: reference.worker_count, labels: reference.rows_used });
    expect(coefficients['observed']!.value).toBeCloseTo(expected.percent_agreement_item_mean, 9);
    expect(coefficients['krippendorffAlpha']!.value).toBeCloseTo(expected.krippendorff_alpha_nominal, 9);
    expect(coefficients['fleissKappa']!.value).toBeCloseTo(expected.fleiss_kappa_generalised, 9);
    expect(coefficients['gwetAC1']!.value).toBeCloseTo(expected.gwet_ac1, 9);
    expect(coefficients['brennanPrediger']!.value).toBeCloseTo(expected.brennan_prediger, 9);
    const cohen = expected.pairwise_cohen_kappa;
    expect(coefficients['meanPairwiseCohenKappa']!.value).toBeCloseTo(cohen.mean, 12);
    expect(coefficients['weightedPairwiseCohenKappa']!.value).toBeCloseTo(cohen.weighted_by_common, 12);
    expect(coefficients['medianPairwiseCohenKappa']!.value).toBeCloseTo(cohen.median, 12);
    expect(pairwiseCohen(table)).toHaveLength(cohen.pairs);
  });

  it('gives each coefficient an interval around it', () => {
    for (const [name, { value, low, high }] of Object.entries(
      categoricalAgreement(readLabelSet('rte').table).coefficients,
    )) {
      if (name === 'medianPairwiseCohenKappa') continue;
      expect(low!).toBeLessThan(value!);
      expect(high!).toBeGreaterThan(value!);
      expect(high! - low!).toBeLessThan(0.2);
    }
  });
});
