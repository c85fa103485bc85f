import { rightByCompetence } from './competence';
import { labelTable } from './label-table';

/** Expected counts of two workers on 100 items, 80 of them truly y. */
function counts(knows: number[][], habit: number[][]): Float64Array {
  // [truth shares], then per worker [label][truth]
  return Float64Array.from([20, 80, ...knows.flat(), ...habit.flat()]);
}

describe('rightByCompetence', () => {
  const table = labelTable(
    [
      { item: 'a', worker: 'knows', label: 'y' },
      { item: 'a', worker: 'lazy', label: 'y' },
    ],
    ['x', 'y'],
  );

  it('tells one who always says the same from one who knows', () => {
    const [knowsX, knowsY, lazyX, lazyY] = rightByCompetence(table, counts([[18, 8], [2, 72]], [[0, 0], [20, 80]])); // prettier-ignore
    expect(knowsX).toBeGreaterThan(0.8);
    expect(knowsY).toBeGreaterThan(0.8);
    // Right on 80 of 100, and yet never where the truth is x.
    expect(lazyX).toBeLessThan(0.3);
    expect(lazyY).toBeGreaterThan(0.9);
  });
});
