import * as fc from 'fast-check';
import { dividedBy, type DoubleDouble, minus, plus, productOf, sumOf, times, valueOf, ZERO } from './double-double';

const number = fc.double({ min: -1e12, max: 1e12, noNaN: true });

/** The exact rational value of a double-double, as an integer times 2^-2200. */
function exactly([high, low]: DoubleDouble): bigint {
  return scaled(high) + scaled(low);
}

function scaled(value: number): bigint {
  let [mantissa, exponent] = [value, 0];
  while (!Number.isInteger(mantissa)) [mantissa, exponent] = [mantissa * 2, exponent + 1];
  return BigInt(mantissa) << BigInt(2200 - exponent);
}

describe('double-double', () => {
  it('adds two doubles without error', () => {
    fc.assert(fc.property(number, number, (a, b) => exactly(sumOf(a, b)) === scaled(a) + scaled(b)));
  });

  it('multiplies two integers of 15 digits without error', () => {
    const integer = fc.integer({ min: -1e15, max: 1e15 });
    fc.assert(fc.property(integer, integer, (a, b) => exactly(productOf(a, b)) === (BigInt(a) * BigInt(b)) << 2200n));
  });

  it('leaves nothing behind when all that was added is taken back', () => {
    const integers = fc.array(fc.integer({ min: -1e9, max: 1e9 }));
    fc.assert(
      fc.property(integers, (values) => {
        const squares = values.map((value) => productOf(value, value + 0.1));
        const sum = squares.reduce((total, square) => plus(total, square), ZERO);
        expect(Math.abs(valueOf(squares.reduceRight((total, square) => minus(total, square), sum)))).toBeLessThan(1e-9);
      }),
    );
  });

  it('keeps what doubles lose', () => {
    expect(valueOf(minus(plus([1e17, 0], [1, 0]), [1e17, 0]))).toBe(1);
    // (1e9 + 1)^2 - 1e18 - 2e9 = 1.
    expect(valueOf(minus(times([1e9 + 1, 0], [1e9 + 1, 0]), sumOf(1e18, 2e9)))).toBe(1);
    // 1/3 three times is 1 to 31 digits.
    const third = dividedBy([1, 0], 3);
    expect(Math.abs(valueOf(minus(plus(plus(third, third), third), [1, 0])))).toBeLessThan(1e-30);
  });
});
