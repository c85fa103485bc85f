import { type Aggregation } from './aggregation';
import { labelTable, type LabelRow, type LabelTable } from './label-table';
import { METHODS } from './methods';

const NAMES = Object.keys(METHODS);
/** What has no number of labels that it cannot take. */
const VOTES = ['majority', 'wawa', 'zero-based-skill'];

/** One label a worker and item, worker by worker, item by item; `.` where there is none. */
function tableOf(workers: Record<string, string>, labels?: readonly string[]): LabelTable {
  const rows = Object.entries(workers).flatMap(([worker, row]) =>
    [...row].flatMap((label, t): LabelRow[] =>
      label === '.' ? [] : [{ item: `i${String(t).padStart(2, '0')}`, worker, label }],
    ),
  );
  return labelTable(rows, labels);
}

function expectDefined(table: LabelTable, { labels, posterior, confidence }: Aggregation): void {
  expect([labels.length, posterior.length, confidence.length]).toEqual(Array(3).fill(table.items.length));
  const isLabel = (label: number) => label >= 0 && label < table.labels.length;
  const isShare = (value: number) => value > 0 && value <= 1 + 1e-9;
  expect(labels.filter((label) => !isLabel(label))).toHaveLength(0);
  expect([...posterior, ...confidence].filter((value) => !isShare(value))).toEqual([]);
}

/** 10^5 texts on 30,000 items, of which a fifth have two labels that agree. */
function texts(): LabelTable {
  const rows = Array.from({ length: 120_000 }, (_, i) => ({
    item: `i${Math.floor(i / 4)}`,
    worker: `w${i % 4}`,
    label: `text ${i % 20 === 1 ? i - 1 : i}`,
  }));
  return labelTable(rows);
}

describe.each(NAMES)('method %s is defined', (name) => {
  it.each([
    ['where there is one worker', { u: 'aabbab' }],
    ['where there is one item', { u: 'a', v: 'a', w: 'b' }],
    ['where there is one label of one item', { u: 'a' }],
    ['where no two workers share an item', { u: 'ab....', v: '..ba..', w: '....ab' }],
    ['where every vote is tied', { u: 'abababab', v: 'babababa' }],
    ['where every worker contradicts the other two', { u: 'aab', v: 'aba', w: 'baa' }],
    ['where one label was never used', { u: 'aab', v: 'aab', w: 'aba' }],
  ])('%s', (_, workers) => {
    const table = tableOf(workers, ['a', 'b', 'c']);
    expectDefined(table, METHODS[name]!(table));
  });

  it('where all labels are equal: that is the label', () => {
    const table = tableOf({ u: 'aaaa', v: 'aaaa', w: 'aaaa' }, ['b', 'a']);
    const found = METHODS[name]!(table);
    expectDefined(table, found);
    expect([...found.labels]).toEqual([1, 1, 1, 1]);
  });

  it('where the question has a single label: it is certain', () => {
    const table = tableOf({ u: 'aa.', v: 'aaa' });
    const { labels, posterior, confidence } = METHODS[name]!(table);
    expect([...labels]).toEqual([0, 0, 0]);
    expect([...posterior, ...confidence]).toEqual(Array(6).fill(1));
  });

  it('where there is nothing at all', () => {
    expect(METHODS[name]!(labelTable([])).labels).toHaveLength(0);
  });

  it('where one item has hundreds of labels that are all one', () => {
    const rows = Array.from({ length: 900 }, (_, i) => ({ item: 'a', worker: `w${i}`, label: 'x' }));
    const table = labelTable(rows, ['x', 'y']);
    expectDefined(table, METHODS[name]!(table));
  });
});

describe('methods on 10^5 labels of text', () => {
  const table = texts();

  it.each(VOTES)('%s has an answer', (name) => {
    expect(table.labels.length).toBeGreaterThan(100_000);
    const found = METHODS[name]!(table);
    expectDefined(table, found);
    // The first item's second text is its first once more: two of four.
    const first = table.items.indexOf('i0');
    expect(table.labels[found.labels[first]!]).toBe('text 0');
    expect(found.posterior[first]).toBeGreaterThanOrEqual(0.5);
  });

  it.each(NAMES.filter((name) => !VOTES.includes(name)))('%s says that it is out of reach', (name) => {
    expect(() => METHODS[name]!(table)).toThrow(
      new RegExp(`^method "${name}" on .* of 114,000 labels: expected up to [0-9,]+ numbers, these need [0-9,]+ \\(`),
    );
  });
});
