import fc from 'fast-check';
import { kemeny } from './kemeny';
import { medoid } from './medoid';
import { plackettLuce } from './plackett-luce';
import { borda, pairwiseWins } from './ranking';

const rankings = [
  ['a', 'b', 'c'],
  ['a', 'c', 'b'],
  ['b', 'a', 'c'],
];

describe('borda', () => {
  it('averages the share of others that an item beats', () => {
    expect(borda(rankings)).toEqual([
      { item: 'a', score: (1 + 1 + 0.5) / 3 },
      { item: 'b', score: 0.5 },
      { item: 'c', score: 0.5 / 3 },
    ]);
  });

  it('compares rankings of different length', () => {
    expect(borda([['a', 'b', 'c', 'd'], ['d', 'a']]).map(({ item }) => item)).toEqual(['b', 'a', 'd', 'c']); // prettier-ignore
  });
});

describe('kemeny', () => {
  it('contradicts the fewest pairs', () => {
    expect(kemeny(rankings)).toEqual({ order: ['a', 'b', 'c'], disagreements: 2 });
  });

  it('finds what trying every order finds', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const orders = permutations(names);
    fc.assert(
      fc.property(fc.array(fc.shuffledSubarray(names, { minLength: 5 }), { minLength: 1, maxLength: 6 }), (all) => {
        const { before } = pairwiseWins(all);
        const contradicted = (order: string[]) =>
          order.reduce(
            (sum, late, j) =>
              sum +
              order.slice(0, j).reduce((s, early) => s + before[names.indexOf(late) * 5 + names.indexOf(early)]!, 0),
            0,
          );
        const found = kemeny(all);
        expect(found.disagreements).toBe(Math.min(...orders.map(contradicted)));
        expect(contradicted(found.order)).toBe(found.disagreements);
      }),
      { numRuns: 30 },
    );
  });

  it('names too many items', () => {
    expect(() => kemeny([Array.from({ length: 17 }, (_, i) => `i${i}`)])).toThrow(
      'items to rank 17: expected at most 16',
    );
  });
});

describe('plackettLuce', () => {
  it('orders by strength, and stays finite for who is always first', () => {
    const fit = plackettLuce([['a', 'b', 'c'], ['a', 'b', 'c'], ['a', 'c', 'b']]); // prettier-ignore
    expect(fit.map(({ item }) => item)).toEqual(['a', 'b', 'c']);
    expect(Number.isFinite(fit[0]!.score)).toBe(true);
    expect(fit.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(0, 9);
  });

  it('keeps an order that everybody gives, however many they are', () => {
    const order = [...'jihgfedcba'];
    const fit = plackettLuce(new Array(20).fill(order));
    expect(fit.map(({ item }) => item)).toEqual(order);
    expect(fit.every(({ score }) => Number.isFinite(score))).toBe(true);
  });

  // Found by scipy 1.17.1 (`minimize`, Nelder-Mead after BFGS): the log-likelihood and a tenth of a win and a loss an item against strength 1, centred.
  it('is at the top of the likelihood and its prior', () => {
    const rankings = ['cab', 'b', 'cab', 'a', 'cab', 'ca', 'cab', 'acb'].map((ranking) => [...ranking]);
    const known = { c: 2.35204116, a: 0.80977672, b: -3.16181789 };
    for (const { item, score } of plackettLuce(rankings)) expect(score).toBeCloseTo(known[item as 'a'], 6);
  });

  it('has equal strengths where rankings cancel', () => {
    for (const { score } of plackettLuce([['a', 'b'], ['b', 'a']])) expect(score).toBeCloseTo(0, 9); // prettier-ignore
  });
});

describe('medoid', () => {
  const distance = (a: number, b: number) => Math.abs(a - b);

  it('is the label nearest to the others', () => {
    expect(medoid([1, 2, 9], distance)).toBe(1);
    expect(medoid([1, 2, 9], distance, [1, 1, 10])).toBe(2);
  });

  it('is the first of equals, and nothing without labels', () => {
    expect(medoid([3, 4], distance)).toBe(0);
    expect(medoid([], distance)).toBe(-1);
  });
});

function permutations(names: string[]): string[][] {
  if (names.length === 0) return [[]];
  return names.flatMap((name) => permutations(names.filter((other) => other !== name)).map((rest) => [name, ...rest]));
}
