import { labelTable } from './label-table';
import { METHODS } from './methods';

const rows = Array.from({ length: 12 }, (_, i) => `i${i + 10}`).flatMap((item, i) =>
  ['u', 'v', 'w'].map((worker, j) => ({ item, worker, label: i % 3 === 0 && j === 2 ? 'no' : 'yes' })),
);

describe.each(Object.keys(METHODS))('method %s', (name) => {
  it('gives every item a label, a posterior and a confidence', () => {
    const table = labelTable(rows, ['no', 'yes']);
    const { labels, posterior, confidence } = METHODS[name]!(table);
    expect(labels).toHaveLength(12);
    expect(labels[1]).toBe(1);
    for (const value of [...posterior, ...confidence]) {
      expect(value).toBeGreaterThanOrEqual(0.5);
      expect(value).toBeLessThanOrEqual(1 + 1e-12);
    }
  });

  it('has nothing to say without labels', () => {
    expect(METHODS[name]!(labelTable([], ['no', 'yes'])).labels).toHaveLength(0);
  });

  it('survives a worker with one label, items with one label and a label nobody used', () => {
    const table = labelTable([{ item: 'a', worker: 'u', label: 'yes' }, { item: 'b', worker: 'v', label: 'no' }], ['no', 'yes', 'maybe']); // prettier-ignore
    const { labels, confidence } = METHODS[name]!(table);
    // Two labels say nothing to who has no prior for a worker being rather right, or one of many subtypes.
    if (name !== 'ebcc' && name !== 'dawid-skene-unsmoothed') expect([...labels]).toEqual([1, 0]);
    expect(confidence.every((value) => value > 0 && value <= 1)).toBe(true);
  });
});
