import * as fc from 'fast-check';
import { bestAssignment } from './assignment';

/** The largest total gain by trying everything. */
function largestGain(gain: number[][]): number {
  if (gain.length === 0) return 0;
  const [first, ...rest] = gain as [number[], ...number[][]];
  const skipped = gain.length > first.length ? largestGain(rest) : -Infinity;
  const taken = first.map((value, c) => value + largestGain(rest.map((row) => row.filter((_, at) => at !== c))));
  return Math.max(skipped, ...taken);
}

describe('bestAssignment', () => {
  it('gives up a better match where the whole gains', () => {
    expect([...bestAssignment([9, 8, 8, 1], 2, 2)]).toEqual([1, 0]);
  });

  it('leaves rows without a column where there are more rows', () => {
    expect([...bestAssignment([1, 3, 2], 3, 1)]).toEqual([-1, 0, -1]);
  });

  it('is as good as the best of all matchings', () => {
    const size = fc.integer({ min: 1, max: 5 });
    const tables = fc.tuple(size, size).chain(([rows, columns]) => {
      const row = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: columns, maxLength: columns });
      return fc.array(row, { minLength: rows, maxLength: rows });
    });
    fc.assert(
      fc.property(tables, (gain) => {
        const column = bestAssignment(gain.flat(), gain.length, gain[0]!.length);
        const used = [...column].filter((c) => c >= 0);
        expect(new Set(used).size).toBe(Math.min(gain.length, gain[0]!.length));
        const total = gain.reduce((sum, row, r) => sum + (column[r]! < 0 ? 0 : row[column[r]!]!), 0);
        expect(total).toBe(largestGain(gain));
      }),
    );
  });
});
