import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { tQuantile975 } from './t-quantile';

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
