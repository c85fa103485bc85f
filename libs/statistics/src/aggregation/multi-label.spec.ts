import { multiLabel } from './multi-label';

const row = (item: string, worker: string, ...labels: string[]) => ({ item, worker, labels });

describe('multiLabel', () => {
  const rows = Array.from({ length: 20 }, (_, i) => [
    row(`i${i + 10}`, 'u', 'x', ...(i % 2 ? ['y'] : [])),
    row(`i${i + 10}`, 'v', 'x', ...(i % 2 ? ['y'] : [])),
    row(`i${i + 10}`, 'w', ...(i % 2 ? ['y'] : [])),
  ]).flat();

  it('decides each label for itself', () => {
    const decisions = multiLabel(rows, ['x', 'y', 'z']);
    expect(decisions).toHaveLength(20);
    expect(decisions.find(({ item }) => item === 'i10')!.labels).toEqual(['x']);
    expect(decisions.find(({ item }) => item === 'i11')!.labels).toEqual(['x', 'y']);
  });

  it('takes an empty choice for an answer', () => {
    const none = multiLabel(['u', 'v', 'w'].flatMap((worker) => [row('a', worker), row('b', worker, 'x')]), ['x', 'y']); // prettier-ignore
    expect(none[0]).toMatchObject({ item: 'a', labels: [] });
    expect(none[0]!.posterior[0]).toBeLessThan(0.2);
  });

  it('names a label that is not in the schema', () => {
    expect(() => multiLabel([row('a', 'u', 'q')], ['x', 'y'])).toThrow(
      'label "q" of item "a" by worker "u": expected one of x, y',
    );
  });
});
