import { dice } from '../../libs/statistics/src/simulation/random';
import { areaUnderCurve, distinguish, type Observation } from './distinguisher';

describe('the distinguisher', () => {
  const throws = dice(3);
  const observe = (leak: (isPositive: boolean) => number): Observation[] =>
    Array.from({ length: 2000 }, () => {
      const isPositive = throws.uniform() < 0.1;
      return { isPositive, features: [throws.normal(), throws.uniform(), leak(isPositive)] };
    });

  it('finds nothing where there is nothing', () => {
    // The standard error of an area from 200 positives is 1 / sqrt(12 * 200), about .02.
    expect(Math.abs(distinguish(observe(() => throws.normal())) - 0.5)).toBeLessThan(0.06);
  });

  it('finds what shows in some of the positives alone, and what lies between two values', () => {
    expect(distinguish(observe((isPositive) => Number(isPositive && throws.uniform() < 0.3)))).toBeGreaterThan(0.6);
    expect(
      distinguish(observe((isPositive) => (isPositive ? 0.5 + 0.05 * throws.uniform() : throws.uniform()))),
    ).toBeGreaterThan(0.9);
  });

  it('measures the area as the share of pairs in order, ties as half', () => {
    const scored = [
      { score: 1, isPositive: false },
      { score: 2, isPositive: true },
      { score: 2, isPositive: false },
      { score: 3, isPositive: true },
    ];
    expect(areaUnderCurve(scored)).toBe(3.5 / 4);
  });
});
