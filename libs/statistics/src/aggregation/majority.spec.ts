import { labelTable } from './label-table';
import { majority, voteShares } from './majority';

const votes: Record<string, string[]> = { a: ['x', 'y'], b: ['y', 'y', 'x'], c: ['z', 'y'] };
const table = labelTable(
  Object.entries(votes).flatMap(([item, labels]) => labels.map((label, i) => ({ item, worker: `w${i}`, label }))),
);

describe('majority', () => {
  it('gives a tie to the first label of the schema', () => {
    expect([...majority(table)].map((k) => table.labels[k])).toEqual(['x', 'y', 'y']);
  });

  it('gives a tie to the label that is most frequent in the table', () => {
    expect([...majority(table, 'most-frequent')].map((k) => table.labels[k])).toEqual(['y', 'y', 'y']);
  });
});

describe('voteShares', () => {
  it('is the share of each label', () => {
    expect([...voteShares(table)].map((share) => Number(share.toFixed(3)))).toEqual([
      0.5, 0.5, 0, 0.333, 0.667, 0, 0, 0.5, 0.5,
    ]);
  });
});
