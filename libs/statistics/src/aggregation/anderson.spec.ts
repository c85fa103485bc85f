import { anderson, type FixedPoint } from './anderson';

/** A map of one step, and how far it moved; no vector leaves its space. */
function aMap(step: (x: number, i: number) => number, meritOf?: (at: Float64Array) => number): FixedPoint {
  return {
    step(from, to) {
      let move = 0;
      from.forEach((x, i) => {
        to[i] = step(x, i);
        move = Math.max(move, Math.abs(to[i]! - x));
      });
      return { merit: meritOf?.(from), move };
    },
    project: () => undefined,
  };
}

describe('anderson', () => {
  it('needs few steps where plain EM would need thousands', () => {
    const rates = [0.2, 0.5, 0.9, 0.99, 0.999];
    const map = aMap((x, i) => i + rates[i]! * (x - i));
    const { at, iterations, converged } = anderson(new Float64Array(5).fill(10), map, 1e-10, 1000);
    expect(converged).toBe(true);
    at.forEach((x, i) => expect(x).toBeCloseTo(i, 6));
    // The slowest of them moves by 1e-10 after 18,000 steps.
    expect(iterations).toBeLessThan(60);
  });

  it('leaves a point that steps lead away from, however small they are', () => {
    const { at } = anderson(
      Float64Array.of(1e-9),
      aMap((x) => (1.5 * x) / (1 + 0.5 * x)),
      1e-8,
      1000,
    );
    expect(at[0]).toBeCloseTo(1, 6);
  });

  it('leaves a saddle with leaps where the merit says that this is up', () => {
    const map = aMap(
      (x, i) => (i === 0 ? 0.9 * x : x + 0.02 * (x - x ** 3)),
      ([x, y]) => y! ** 2 / 2 - y! ** 4 / 4 - x! ** 2 / 2,
    );
    const { at, iterations } = anderson(Float64Array.of(1, 1e-4), map, 1e-10, 1000);
    expect(at[0]).toBeCloseTo(0, 8);
    expect(at[1]).toBeCloseTo(1, 8);
    // Steps of the map alone take 460 to get from 1e-4 to 1.
    expect(iterations).toBeLessThan(100);
  });

  it('undoes a leap that lowers the merit', () => {
    const seen: number[] = [];
    // Steps shrink by a hundredth until 1 and then stand still: a leap goes far beyond, where the merit is low.
    const map = aMap(
      (x) => (x < 1 ? Math.min(1, x + 0.02 + 0.001 * (1 - x)) : 1),
      ([x]) => -Math.abs(x! - 1),
    );
    const { at } = anderson(
      Float64Array.of(0),
      {
        ...map,
        project: (leap) => void seen.push(leap[0]!),
      },
      1e-8,
      1000,
    );
    expect(Math.max(...seen)).toBeGreaterThan(1.5);
    expect(at[0]).toBeCloseTo(1, 9);
  });

  it('says where it was not done after the most steps', () => {
    expect(anderson(Float64Array.of(1), aMap((x) => x + 1), 1e-8, 20)).toEqual({ at: Float64Array.of(20), iterations: 20, converged: false }); // prettier-ignore
  });
});
