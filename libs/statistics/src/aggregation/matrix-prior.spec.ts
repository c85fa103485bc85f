import { labelTable } from './label-table';
import { pseudoCounts, unknownWorker } from './matrix-prior';

describe('the matrix of a worker of whom nothing is known', () => {
  // Two items with two labels each: item a is x, on which u says x and v says y; item b is y, and both say y.
  const table = labelTable([
    { item: 'a', worker: 'u', label: 'x' },
    { item: 'a', worker: 'v', label: 'y' },
    { item: 'b', worker: 'u', label: 'y' },
    { item: 'b', worker: 'v', label: 'y' },
  ]);
  // K of the truth, then [label * K + truth] of u and of v.
  const counts = Float64Array.of(1, 1, 1, 0, 0, 1, 0, 0, 1, 1);

  it('is what all workers said, the labels of an item as one, with what is added to each of them', () => {
    const pseudo = pseudoCounts(table, { type: 'diagonal', cell: 0.5, diagonal: 1 }, counts);
    // Of x: (1/2 + 1.5) and (1/2 + .5) of 3; of y: .5 and (2/2 + 1.5) of 3.
    const expected = [2 / 3, 0.5 / 3, 1 / 3, 2.5 / 3];
    unknownWorker(table, counts, pseudo).forEach((share, cell) => expect(share).toBeCloseTo(expected[cell]!, 12));
  });

  it('leans on the competence of all where they are few', () => {
    const prior = { type: 'competent', cell: 0.5, diagonal: 1, strength: 1e9 } as const;
    const pseudo = pseudoCounts(table, prior, counts);
    const matrix = unknownWorker(table, counts, pseudo);
    const [x, y] = pseudo.rightness.subarray(4);
    expect(matrix[0]).toBeCloseTo(x!, 6);
    expect(matrix[3]).toBeCloseTo(y!, 6);
  });
});
