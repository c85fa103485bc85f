import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { drawBelow } from './bootstrap';

describe('drawBelow', () => {
  // At 3 * 2^30 a quarter of all numbers are thrown away.
  it.each([1, 2, 3, 7, 4000, 2 ** 31, 3 * 2 ** 30])('draws what uniformInt of pure-rand draws, below %d', (count) => {
    const [ours, theirs] = [xoroshiro128plus(7), xoroshiro128plus(7)];
    const drawn = Array.from({ length: 2000 }, () => drawBelow(ours, count));
    expect(drawn).toEqual(Array.from({ length: 2000 }, () => uniformInt(theirs, 0, count - 1)));
  });
});
