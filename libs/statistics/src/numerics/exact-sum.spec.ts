import * as fc from 'fast-check';
import { type ExactSum, minus, NOTHING, plus, plusDouble, times, timesDouble, valueOf } from './exact-sum';

const size = fc.double({ min: 1e-60, max: 1e60, noNaN: true });
const number = fc.tuple(size, fc.constantFrom(-1, 1)).map(([value, sign]) => sign * value);
const exactSum = fc.array(number, { maxLength: 5 }).map((values) => values.reduce(plusDouble, NOTHING));

/** The rational value, as an integer times 2^-1000. */
function exactly(sum: ExactSum): bigint {
  return sum.reduce((total, value) => {
    let [mantissa, exponent] = [value, 0];
    while (!Number.isInteger(mantissa)) [mantissa, exponent] = [mantissa * 2, exponent + 1];
    return total + (BigInt(mantissa) << BigInt(1000 - exponent));
  }, 0n);
}

describe('exact sums', () => {
  it('add, take away and multiply as integers do', () => {
    fc.assert(
      fc.property(exactSum, exactSum, number, (a, b, c) => {
        const [x, y] = [exactly(a), exactly(b)];
        expect(exactly(plus(a, b))).toBe(x + y);
        expect(exactly(minus(a, b))).toBe(x - y);
        expect(exactly(times(a, b)) << 1000n).toBe(x * y);
        expect(exactly(timesDouble(a, c)) << 1000n).toBe(x * exactly([c]));
      }),
    );
  });

  it('are nothing again when all that was added is taken back', () => {
    fc.assert(
      fc.property(exactSum, exactSum, (a, b) => {
        expect(minus(minus(plus(a, b), a), b)).toEqual(NOTHING);
      }),
    );
  });

  it('keep what doubles lose', () => {
    expect(valueOf(minus(plus([1e17], [1]), [1e17]))).toBe(1);
    // (1e9 + 1)^2 - 1e18 - 2e9 = 1.
    expect(valueOf(minus(times([1e9 + 1], [1e9 + 1]), plus([2e9], [1e18])))).toBe(1);
  });
});
