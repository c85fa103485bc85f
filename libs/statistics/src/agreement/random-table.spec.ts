import { labelTable } from '../aggregation/label-table';
import { agreementOf } from './agreement-report';
import { cohenKappa } from './cohen-kappa';
import { itemsOf } from './columns.fixture';
import { addItem, emptyStatistics } from './categorical-statistics';
import { readCategorical } from './categorical-coefficients';
import { kendallW } from './kendall-w';

/** A random table with gaps: a row a worker, a column an item, values 1 to 6. */
const WITH_GAPS = [
  '11554.4151..415365.433.35',
  '1.5325613.1541.1.5366.13.',
  '.34.123.43..312...34.4135',
  '1142444121.31..2.364.2.4.',
].map((row) => [...row].map((value) => (value === '.' ? null : Number(value))));

/** The same without gaps. */
const WITHOUT_GAPS = ['1132244131353121555462132', '2143344231354121445442134', '2243354221354131354353133'].map(
  (row) => [...row].map(Number),
);

const rows = WITH_GAPS.flatMap((row, worker) =>
  row.flatMap((value, item) => (value === null ? [] : [{ item: `${item}`, worker: `${worker}`, label: `${value}` }])),
);
const table = labelTable(rows, ['1', '2', '3', '4', '5', '6']);

describe('agreement on a random table with gaps', () => {
  // krippendorff 0.9.0, value_domain 1 to 6.
  it.each([
    ['nominal', 0.1934156378600821],
    ['ordinal', 0.4331021858980758],
    ['interval', 0.43551442333712187],
    ['ratio', 0.5122144142457675],
  ] as const)('has the %s alpha of the krippendorff package', (metric, alpha) => {
    const { coefficients } = agreementOf(table, 'rating', { metric });
    expect(coefficients['krippendorffAlpha']!.value).toBeCloseTo(alpha, 12);
    expect(coefficients['krippendorffAlpha']!.low).toBeLessThan(alpha);
    expect(coefficients['krippendorffAlpha']!.high).toBeGreaterThan(alpha);
  });

  it('has the AC1, AC2, Fleiss and Brennan-Prediger of irrCAC 0.4.4', () => {
    const read = (weights: 'linear' | 'quadratic') => agreementOf(table, 'rating', { weights }).coefficients;
    const quadratic = read('quadratic');
    expect(quadratic['observed']!.value).toBeCloseTo(0.355072463768, 11);
    expect(quadratic['gwetAC1']!.value).toBeCloseTo(0.231045177219, 11);
    expect(quadratic['fleissKappa']!.value).toBeCloseTo(0.200304782717, 11);
    expect(quadratic['brennanPrediger']!.value).toBeCloseTo(0.226086956522, 11);
    expect(quadratic['gwetAC2']!.value).toBeCloseTo(0.545084281842, 11);
    expect(read('linear')['gwetAC2']!.value).toBeCloseTo(0.37217983418, 11);
  });
});

describe('agreement on a random table without gaps', () => {
  it('has the weighted kappas of scikit-learn 1.9.1', () => {
    const counts = Array.from({ length: 6 }, () => new Array<number>(6).fill(0));
    WITHOUT_GAPS[0]!.forEach((first, t) => (counts[first - 1]![WITHOUT_GAPS[1]![t]! - 1]! += 1));
    expect(cohenKappa(counts).value).toBeCloseTo(0.5098039215686275, 12);
    expect(cohenKappa(counts, 'linear').value).toBeCloseTo(0.7053045186640472, 12);
    expect(cohenKappa(counts, 'quadratic').value).toBeCloseTo(0.8425196850393701, 12);
  });

  it('reports the weighted kappa of two workers with the interval of leaving out each item', () => {
    const two = WITHOUT_GAPS.slice(0, 2);
    const kappa = (skip: number) => {
      const kept = two.flatMap((row, worker) =>
        row.flatMap((value, t) => (t === skip ? [] : [{ item: `${t}`, worker: `${worker}`, label: `${value}` }])),
      );
      return agreementOf(labelTable(kept, ['1', '2', '3', '4', '5', '6']), 'rating', { resamples: 0 }).coefficients[
        'weightedCohenKappa'
      ]!;
    };
    const left = two[0]!.map((_, t) => kappa(t).value!);
    const mean = left.reduce((sum, value) => sum + value, 0) / 25;
    const error = Math.sqrt((24 / 25) * left.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    const whole = kappa(-1);
    expect(whole.value).toBeCloseTo(0.8425196850393701, 12);
    // t(.975, 24) = 2.0638985616.
    expect(whole.low).toBeCloseTo(whole.value! - 2.0638985616 * error, 8);
  });

  it('has the Fleiss kappa of statsmodels 0.15.0', () => {
    const statistics = emptyStatistics();
    for (const values of itemsOf(WITHOUT_GAPS))
      addItem(
        statistics,
        values.map((value) => value - 1),
        false,
      );
    const { coefficients } = readCategorical(statistics, { labels: 6, ordinal: false });
    expect(coefficients['fleissKappa']!.value).toBeCloseTo(0.3808567603748325, 12);
  });

  it("has the Kendall's W that follows from scipy's Friedman test", () => {
    expect(kendallW(WITHOUT_GAPS).value).toBeCloseTo(0.916881822711419, 12);
  });
});
