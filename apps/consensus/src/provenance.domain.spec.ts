import { anEntry, aRetraction } from '@assay/contracts/annotation/entry.fixture';
import { standingOf } from './provenance.domain';

describe('standingOf', () => {
  const first = anEntry({ order: 1 });
  const again = anEntry({ id: 'e2', order: 3 });
  const retraction = aRetraction({ order: 2 });
  const revised = anEntry({ id: 'e3', revision: 1 });

  it.each([
    ['an entry by itself', first, [first], 'it counts'],
    ['a retraction', retraction, [retraction], 'it is a retraction'],
    ['an entry before a retraction', first, [first, retraction], 'it was retracted'],
    ['an entry after a retraction', again, [first, retraction, again], 'it counts'],
    ['a repeat', again, [first, again], 'another of the same worker on the same occasion is kept'],
    [
      'a repeat where another repeat was retracted',
      anEntry({ id: 'e4', order: 4 }),
      [first, retraction, again],
      'another of the same worker on the same occasion is kept',
    ],
    ['an entry at the place of a retraction', first, [first, aRetraction({ order: 1 })], 'it was retracted'],
    [
      'a repeat that no retraction of its revision takes back',
      anEntry({ id: 'e5', revision: 1, order: 4 }),
      [revised, aRetraction({ order: 9 })],
      'another of the same worker on the same occasion is kept',
    ],
    ['a revised entry', first, [first, retraction, revised], 'a later revision outdoes it'],
  ])('of %s', (_what, entry, others, expected) => {
    const entries = others.includes(entry) ? others : [...others, entry];
    expect(standingOf(entry, entries, 'label', 'keep-first')).toBe(expected);
  });

  it.each([
    ['another question', anEntry({ id: 'e5', revision: 1, labels: { tone: 0 } })],
    ['another worker', anEntry({ id: 'e5', revision: 1, worker: 'w2' })],
    ['another occasion', anEntry({ id: 'e5', revision: 1, occasion: 1 })],
  ])('leaves an entry of %s aside', (_what, other) => {
    expect(standingOf(first, [first, other], 'label', 'keep-first')).toBe('it counts');
    expect(standingOf(again, [first, again, other], 'label', 'keep-first')).toBe(
      'another of the same worker on the same occasion is kept',
    );
  });
});
