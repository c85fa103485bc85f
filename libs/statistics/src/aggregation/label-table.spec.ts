import { labelTable } from './label-table';

const row = (item: string, worker: string, label: string) => ({ item, worker, label });

describe('labelTable', () => {
  const table = labelTable([row('b', 'v', 'no'), row('a', 'v', 'yes'), row('b', 'u', 'yes')]);

  it('sorts names, and labels by item and worker', () => {
    expect(table.items).toEqual(['a', 'b']);
    expect(table.workers).toEqual(['u', 'v']);
    expect(table.labels).toEqual(['no', 'yes']);
    expect([...table.item]).toEqual([0, 1, 1]);
    expect([...table.worker]).toEqual([1, 0, 1]);
    expect([...table.label]).toEqual([1, 1, 0]);
    expect([...table.itemStart]).toEqual([0, 1, 3]);
  });

  it('keeps the order of the schema, labels nobody used too', () => {
    const ordered = labelTable([row('a', 'u', 'low')], ['low', 'mid', 'high']);
    expect(ordered.labels).toEqual(['low', 'mid', 'high']);
    expect([...ordered.label]).toEqual([0]);
  });

  it('keeps several labels of one worker on one item', () => {
    expect(labelTable([row('a', 'u', 'x'), row('a', 'u', 'x')]).item).toHaveLength(2);
  });

  it('names a label that is not in the schema', () => {
    expect(() => labelTable([row('a', 'u', 'z')], ['x', 'y'])).toThrow(
      'label "z" of item "a" by worker "u": expected one of x, y',
    );
  });

  it('is empty without rows', () => {
    expect([...labelTable([]).itemStart]).toEqual([0]);
  });

  it('is the same whatever the order of the rows, of items with few labels and with many', () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({
      item: i < 150 ? 'many' : `few ${i % 9}`,
      worker: `w${(i * 7) % 70}`,
      label: 'abc'[i % 3]!,
    }));
    const key = ({ item, worker, label }: (typeof rows)[number]) => `${item} ${worker} ${label}`;
    const inOrder = [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
    const shuffled = rows.map((_, i) => rows[(i * 77) % rows.length]!);
    for (const some of [rows, shuffled, inOrder]) {
      const { items, workers, labels, item, worker, label } = labelTable(some);
      const named = Array.from(item, (t, i) => ({
        item: items[t]!,
        worker: workers[worker[i]!]!,
        label: labels[label[i]!]!,
      }));
      expect(named).toEqual(inOrder);
    }
  });
});
