import { dice } from '../../libs/statistics/src/simulation/random';
import { areaUnderCurve, distinguish, distinguishByChance, type Observation } from './distinguisher';

describe('the distinguisher', () => {
  const throws = dice(3);
  const observe = (leak: (isPositive: boolean) => number): Observation[] =>
    Array.from({ length: 2000 }, (_, index) => {
      const isPositive = throws.uniform() < 0.1;
      return { of: `${index}`, isPositive, features: [throws.normal(), throws.uniform(), leak(isPositive)] };
    });

  it('finds nothing where there is nothing', () => {
    // The standard error of an area from 200 positives is 1 / sqrt(12 * 200), about .02.
    expect(Math.abs(distinguish(observe(() => throws.normal())) - 0.5)).toBeLessThan(0.06);
  });

  it('says how far from .5 chance goes, farther where the same things are seen again', () => {
    const things = observe(() => throws.normal()).slice(0, 300);
    const chance = (seen: Observation[]) => distinguishByChance(seen, { relabelings: 30, throws: dice(4) });
    const once = chance(things);
    const again = chance(Array.from({ length: 900 }, (_, index) => things[Math.floor(index / 3)]!));
    expect(Math.abs(once.mean - 0.5)).toBeLessThan(0.1);
    // Half of what is told again was learnt from: an area of 1 where all of it was remembered.
    expect(again.mean).toBeGreaterThan(once.mean + once.deviation);
  });

  it('finds what shows in some of the positives alone, and what lies between two values', () => {
    expect(distinguish(observe((isPositive) => Number(isPositive && throws.uniform() < 0.3)))).toBeGreaterThan(0.6);
    expect(
      distinguish(observe((isPositive) => (isPositive ? 0.5 + 0.05 * throws.uniform() : throws.uniform()))),
    ).toBeGreaterThan(0.9);
  });

  it('refuses halves of one kind, which nothing can be learnt from', () => {
    const alike = Array.from({ length: 10 }, (_, index) => ({ of: `${index}`, isPositive: false, features: [index] }));
    expect(() => distinguish(alike)).toThrow('5 observations of which 0 are positive: some of each kind are needed');
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
