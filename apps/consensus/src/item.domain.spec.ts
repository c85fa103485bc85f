import fc from 'fast-check';
import { DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import { type Question } from '@assay/contracts/project/label-schema';
import { anEntry, aRetraction } from '@assay/contracts/annotation/entry.fixture';
import { contributionOf, countingOf, type Item, labelsIn, newItem, withImport } from './item.domain';
import { entryOf, withEntry } from '@assay/contracts/annotation/entry';

const questions: Question[] = [
  { name: 'label', kind: 'choice', labels: ['no', 'yes'] },
  { name: 'tone', kind: 'rating', labels: ['low', 'high'] },
];

const anItem = (change: Partial<Item> = {}): Item => ({
  ...newItem({ key: '1', project: 'rte', item: 'i1' }),
  ...change,
});

const said = {
  project: 'rte',
  item: 'i1',
  worker: 'w1',
  role: 'human' as const,
  occasion: 0,
  revision: 0,
  order: 7,
};

describe('entryOf', () => {
  it('keeps labels as indices and the time in milliseconds', () => {
    const data = {
      ...said,
      occurredAt: '2026-01-01T00:00:00.123Z',
      seconds: 2.5,
      labels: { label: 'yes', tone: 'low' },
    };
    expect(entryOf('e1', data, questions)).toEqual({
      type: 'entry',
      entry: anEntry({ order: 7, at: 1767225600123, seconds: 2.5, labels: { label: 1, tone: 0 } }),
    });
  });

  it('reads a retraction as an entry without labels', () => {
    expect(entryOf('r1', said, questions)).toEqual({ type: 'entry', entry: aRetraction({ order: 7 }) });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a label', { label: 'maybe' }, /"label": expected one of its labels/],
    ['a label of another type', { label: 1 }, /"label": expected one of its labels/],
    ['a question', { mood: 'yes' }, /"mood": expected one of label, tone/],
  ])('names %s that the project does not have, and not its value', (_what, labels, expected) => {
    const read = entryOf('e1', { ...said, labels }, questions);
    expect(read).toEqual({ type: 'unknown-label', detail: expect.stringMatching(expected) });
  });
});

describe('withEntry', () => {
  it('grows by an entry that is new', () => {
    expect(withEntry(anItem(), anEntry())).toEqual({ type: 'grown', item: anItem({ entries: [anEntry()] }) });
  });

  it('tells the same entry again from another that bears its id', () => {
    const item = anItem({ entries: [anEntry()] });
    expect(withEntry(item, anEntry())).toEqual({ type: 'duplicate' });
    const others = [
      anEntry({ labels: { label: 1 } }),
      anEntry({ labels: { label: 0, tone: 1 } }),
      anEntry({ worker: 'w2' }),
      anEntry({ role: 'model' }),
      anEntry({ occasion: 1 }),
      anEntry({ revision: 1 }),
      anEntry({ at: 0 }),
      anEntry({ order: 1 }),
      anEntry({ seconds: 1 }),
      anEntry({ labels: {} }),
      aRetraction({ id: 'e1' }),
    ];
    for (const other of others) {
      expect(withEntry(item, other)).toEqual({ type: 'conflict' });
      expect(withEntry(anItem({ entries: [other] }), anEntry())).toEqual({ type: 'conflict' });
    }
    const unlabelled = anItem({ entries: [anEntry({ labels: {} })] });
    expect(withEntry(unlabelled, aRetraction({ id: 'e1' }))).toEqual({ type: 'conflict' });
  });
});

describe('withImport', () => {
  it('keeps the highest revision, ties by content, whatever the order', () => {
    const imports = [
      { revision: 1, content: 'c', slice: 'x' },
      { revision: 2, content: 'a', slice: 'y' },
      { revision: 2, content: 'b', slice: 'z' },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray([...imports, ...imports], { minLength: 6, maxLength: 6 }), (order) => {
        expect(order.reduce(withImport, anItem()).imported).toEqual(imports[2]);
      }),
    );
  });

  it('keeps the very same item where the import says what it holds', () => {
    const item = withImport(anItem(), { revision: 1, content: 'a' });
    expect(withImport(item, { revision: 1, content: 'a' })).toBe(item);
  });
});

describe('contributionOf', () => {
  const contribution = (change: Partial<Item>) => {
    const item = anItem(change);
    return contributionOf(item, countingOf(item, questions, DEFAULT_POLICY), DEFAULT_POLICY);
  };

  it('applies an entry that counts for one of the questions, and supersedes every other', () => {
    const entries = [
      anEntry({ labels: { label: 0, tone: 1 } }),
      anEntry({ id: 'e2', revision: 1, labels: { label: 1 } }),
      anEntry({ id: 'e3', order: 5, labels: { tone: 0 } }),
    ];
    expect(contribution({ entries })).toEqual({ applied: 2, superseded: 1, labels: { label: [1], tone: [1] } });
  });

  it('applies a retraction that stands, also before what it takes back', () => {
    expect(contribution({ entries: [aRetraction({ order: 1 })] })).toMatchObject({ applied: 1, superseded: 0 });
    expect(contribution({ entries: [aRetraction({ order: 1 }), anEntry()] })).toMatchObject({
      applied: 1,
      superseded: 1,
    });
  });

  it('supersedes a retraction that a later revision outdoes', () => {
    expect(contribution({ entries: [aRetraction(), anEntry({ revision: 1 })] })).toMatchObject({
      applied: 1,
      superseded: 1,
    });
  });

  it('supersedes all of a withdrawn item, and takes it out of agreement', () => {
    const entries = [anEntry(), aRetraction({ worker: 'w2' })];
    expect(contribution({ entries, isWithdrawn: true, imported: { revision: 1, content: 'a', slice: 'x' } })).toEqual({
      applied: 0,
      superseded: 2,
      labels: {},
    });
  });

  it('names the slice of the import', () => {
    expect(contribution({ imported: { revision: 1, content: 'a', slice: 'x' } }).slice).toBe('x');
  });

  it('gives agreement no role that does not count, and nobody twice', () => {
    const entries = [
      anEntry({ labels: { label: 1 } }),
      anEntry({ id: 'e2', occasion: 1 }),
      anEntry({ id: 'e3', worker: 'w2', role: 'model' }),
    ];
    expect(contribution({ entries })).toMatchObject({ applied: 3, labels: { label: [1] } });
  });

  it('says of every entry once what became of it', () => {
    const list = fc.array(
      fc.record({ worker: fc.nat(2), revision: fc.nat(2), order: fc.nat(2), isRetraction: fc.boolean() }),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(list, (entries) => {
        const all = entries.map(({ worker, isRetraction, ...rest }, index) => {
          const change = { id: `e${index}`, worker: `w${worker}`, ...rest };
          return isRetraction ? aRetraction(change) : anEntry(change);
        });
        const { applied, superseded } = contribution({ entries: all });
        expect(applied + superseded).toBe(all.length);
      }),
    );
  });
});

describe('labelsIn', () => {
  it('has no labels of a question that it never heard of, whatever its name', () => {
    expect(labelsIn(newItem({ key: '1', project: 'rte', item: 'i1' }).contribution, 'constructor')).toEqual([]);
  });
});
