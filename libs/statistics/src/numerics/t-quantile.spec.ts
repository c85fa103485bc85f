import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { expandedTail, tQuantile975 } from './t-quantile';

describe('tQuantile975', () => {
  it.each([1, 2, 10, 999, 1000, 1001, 3999, 50_000, 1e6])('is that of stdlib, %d degrees of freedom', (degrees) => {
    expect(Math.abs(tQuantile975(degrees) / tQuantile(0.975, degrees) - 1)).toBeLessThan(1e-13);
  });

  // Abramowitz and Stegun 1964, table 26.10.
  it.each([
    [1, 12.706],
    [10, 2.228],
    [120, 1.98],
  ])('of %d degrees of freedom is %d', (degrees, quantile) => {
    expect(tQuantile975(degrees)).toBeCloseTo(quantile, 3);
  });
});

describe('expandedTail', () => {
  it.each([2, 30, 999, 1000, 1001, 4000, 1e6])('is the normal tail that Hesterberg says, of %d rows', (rows) => {
    const reach = Math.sqrt(rows / (rows - 1)) * tQuantile(0.975, rows - 1);
    expect(Math.abs(expandedTail(rows) - normalCdf(-reach, 0, 1))).toBeLessThan(2e-9);
  });
});
