import fc from 'fast-check';
import { countingEntries, type Entry, firstOfEachWorker, isStandingRetraction } from './entry';
import { anEntry, aRetraction } from './entry.fixture';
import { REPEATS, type Repeats } from '../project/label-schema';

const ids = (entries: readonly Entry[]) => entries.map((entry) => entry.id);
const counting = (entries: readonly Entry[], repeats: Repeats = 'keep-first') =>
  ids(countingEntries(entries, 'label', repeats));

function* permutations<T>(values: readonly T[]): Generator<T[]> {
  if (values.length === 0) return yield [];
  for (let i = 0; i < values.length; i++) {
    const others = values.filter((_, place) => place !== i);
    for (const rest of permutations(others)) yield [values[i]!, ...rest];
  }
}

/** Few values of everything, so that revisions, repeats, retractions and ties meet often. */
const entry = fc.record({
  worker: fc.constantFrom('w1', 'w2'),
  role: fc.constant('human' as const),
  occasion: fc.nat(1),
  revision: fc.nat(2),
  at: fc.constantFrom(undefined, 0, 1000, 2000),
  order: fc.nat(2),
  labels: fc.constantFrom(undefined, { label: 0 }, { label: 1 }, { other: 1 }, { label: 2, other: 0 }),
});
const entries = (most: number) =>
  fc
    .array(entry, { maxLength: most })
    .map((list) => list.map((one, index) => JSON.parse(JSON.stringify({ ...one, id: `e${index}` })) as Entry));

describe('countingEntries', () => {
  it('takes the one entry of a worker', () => {
    expect(counting([anEntry()])).toEqual(['e1']);
    expect(counting([])).toEqual([]);
  });

  it('takes each worker and each occasion by itself', () => {
    expect(counting([anEntry(), anEntry({ id: 'e2', worker: 'w2' }), anEntry({ id: 'e3', occasion: 1 })])).toEqual([
      'e1',
      'e3',
      'e2',
    ]);
  });

  it('takes the highest revision, whatever the rule for repeats and the time', () => {
    const revised = anEntry({ id: 'e2', revision: 1, order: 0, at: 1000 });
    for (const repeats of REPEATS)
      expect(counting([anEntry({ order: 9, at: 2000 }), revised], repeats)).toEqual(['e2']);
  });

  it.each<[Repeats, string[]]>([
    ['keep-first', ['e1']],
    ['keep-last', ['e3']],
    ['keep-all', ['e1', 'e2', 'e3']],
  ])('of repeats by %s takes %j', (repeats, expected) => {
    const repeated = [anEntry({ order: 1 }), anEntry({ id: 'e2', order: 2 }), anEntry({ id: 'e3', order: 3 })];
    expect(counting(repeated, repeats)).toEqual(expected);
  });

  it('puts time before order, and an unknown time before every other', () => {
    const late = anEntry({ id: 'late', at: 2000, order: 1 });
    const early = anEntry({ id: 'early', at: 1000, order: 2 });
    expect(counting([late, early])).toEqual(['early']);
    expect(counting([late, early, anEntry({ id: 'unknown', order: 3 })])).toEqual(['unknown']);
  });

  it('tells equal places apart by the label, then by the id', () => {
    const [a, b] = [anEntry({ id: 'a', labels: { label: 1 } }), anEntry({ id: 'b', labels: { label: 0 } })];
    expect(counting([a, b])).toEqual(['b']);
    expect(counting([anEntry({ id: 'z' }), anEntry({ id: 'y' })])).toEqual(['y']);
  });

  it('takes nothing that stands before or at a retraction of its revision', () => {
    expect(counting([anEntry({ order: 1 }), aRetraction({ order: 2 })])).toEqual([]);
    expect(counting([anEntry({ order: 2 }), aRetraction({ order: 2 })])).toEqual([]);
  });

  it('takes what is said again after a retraction', () => {
    expect(counting([anEntry({ order: 1 }), aRetraction({ order: 2 }), anEntry({ id: 'e2', order: 3 })])).toEqual([
      'e2',
    ]);
  });

  it('lets a retraction with a higher revision take back all below it, and one with a lower nothing above it', () => {
    expect(counting([anEntry({ order: 9 }), aRetraction({ revision: 1 })])).toEqual([]);
    expect(counting([anEntry({ revision: 1 }), aRetraction({ order: 9 })])).toEqual(['e1']);
  });

  it('asks each question by itself', () => {
    const first = anEntry({ labels: { label: 1 } });
    const revised = anEntry({ id: 'e2', revision: 1, labels: { other: 0 } });
    expect(counting([first, revised])).toEqual(['e1']);
    expect(ids(countingEntries([first, revised], 'other', 'keep-first'))).toEqual(['e2']);
  });

  it('finds no label of a question that has the name of something every object has', () => {
    expect(countingEntries([anEntry()], 'constructor', 'keep-first')).toEqual([]);
  });

  it('gives one answer for every order of up to six entries', () => {
    fc.assert(
      fc.property(entries(6), fc.constantFrom(...REPEATS), (list, repeats) => {
        const expected = counting(list, repeats);
        for (const permuted of permutations(list)) expect(counting(permuted, repeats)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('takes exactly what the rule says, entry by entry', () => {
    fc.assert(
      fc.property(entries(12), fc.constantFrom(...REPEATS), (list, repeats) => {
        expect(new Set(counting(list, repeats))).toEqual(
          new Set(ids(list.filter((one) => counts(one, list, repeats)))),
        );
      }),
    );
  });
});

/** The rule of one entry, as a sentence over all others: slow, and shares no code with what it checks. */
function counts(entry: Entry, list: readonly Entry[], repeats: Repeats): boolean {
  if (entry.labels?.['label'] === undefined) return false;
  const cell = list.filter(
    (other) =>
      other.worker === entry.worker &&
      other.occasion === entry.occasion &&
      (other.labels === undefined || other.labels['label'] !== undefined),
  );
  if (cell.some((other) => other.revision > entry.revision)) return false;
  const peers = cell.filter((other) => other.revision === entry.revision);
  const isLater = (a: Entry, b: Entry) =>
    (a.at ?? 0) > (b.at ?? 0) || ((a.at ?? 0) === (b.at ?? 0) && a.order > b.order);
  const stands = (one: Entry) => peers.every((other) => other.labels !== undefined || isLater(one, other));
  if (!stands(entry)) return false;
  const rivals = peers.filter((other) => other !== entry && other.labels !== undefined && stands(other));
  const comesFirst = (a: Entry, b: Entry) => {
    if (isLater(a, b) || isLater(b, a)) return isLater(b, a);
    const [x, y] = [a.labels!['label']!, b.labels!['label']!];
    return x !== y ? x < y : a.id < b.id;
  };
  if (repeats === 'keep-all') return true;
  return rivals.every((rival) => (repeats === 'keep-first' ? comesFirst(entry, rival) : comesFirst(rival, entry)));
}

describe('firstOfEachWorker', () => {
  it('leaves out roles that do not count, and later occasions of the same worker', () => {
    const all = [
      anEntry(),
      anEntry({ id: 'e2', occasion: 1 }),
      anEntry({ id: 'e3', worker: 'w2', role: 'model' }),
      anEntry({ id: 'e4', worker: 'w3' }),
    ];
    expect(ids(firstOfEachWorker(all, ['human']))).toEqual(['e1', 'e4']);
    expect(ids(firstOfEachWorker(all, ['human', 'model']))).toEqual(['e1', 'e3', 'e4']);
  });

  it('takes the first of a worker in a role that counts, where the worker was in another before', () => {
    const both = [anEntry({ role: 'model' }), anEntry({ id: 'e2', occasion: 1 })];
    expect(ids(firstOfEachWorker(both, ['human']))).toEqual(['e2']);
  });
});

describe('isStandingRetraction', () => {
  it('is one that nothing of its worker and occasion outdoes', () => {
    const retraction = aRetraction({ revision: 1 });
    expect(isStandingRetraction(retraction, [retraction])).toBe(true);
    expect(isStandingRetraction(retraction, [retraction, anEntry({ revision: 2, occasion: 1 })])).toBe(true);
    expect(isStandingRetraction(retraction, [retraction, anEntry({ revision: 2 })])).toBe(false);
    expect(isStandingRetraction(anEntry(), [anEntry()])).toBe(false);
  });
});
