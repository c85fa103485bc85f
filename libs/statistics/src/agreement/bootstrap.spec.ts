import { MOST_ROWS, rowDrawnBy } from './bootstrap';

describe('rowDrawnBy', () => {
  it.each([1, 2, 3, 1000, 3000, MOST_ROWS, 2 ** 16])(
    'draws each of %d rows by as many of the numbers of 16 bits',
    (rows) => {
      const drawn = new Array<number>(rows).fill(0);
      let none = 0;
      for (let bits = 0; bits < 2 ** 16; bits++) {
        const row = rowDrawnBy(bits, rows);
        if (row < 0) none += 1;
        else drawn[row]! += 1;
      }
      expect(new Set(drawn)).toEqual(new Set([Math.floor(2 ** 16 / rows)]));
      expect(none).toBe(2 ** 16 % rows);
    },
  );
});
