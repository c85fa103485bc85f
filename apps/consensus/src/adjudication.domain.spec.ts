import { type Adjudication, adjudicationOf, withAdjudication } from './adjudication.domain';

const said = (dispute: string, at: number, label?: number): Adjudication => ({
  dispute,
  expert: 'x',
  at,
  reason: 'ambiguous-item',
  ...(label !== undefined && { label }),
});

describe('withAdjudication', () => {
  it.each<[string, Adjudication[], string]>([
    ['the earliest', [said('b', 2), said('c', 1), said('a', 3)], 'c'],
    ['of equal times the first dispute by its id', [said('b', 1), said('a', 1)], 'a'],
  ])('keeps %s, whatever the order', (_what, told, expected) => {
    for (const order of [told, told.toReversed()]) {
      let adjudications: Readonly<Record<string, Adjudication>> = {};
      for (const one of order) adjudications = withAdjudication(adjudications, 'label', one);
      expect(adjudicationOf(adjudications, 'label')?.dispute).toBe(expected);
    }
  });

  it('keeps the very same object where the one told does not count', () => {
    const adjudications = withAdjudication({}, 'label', said('a', 1, 0));
    expect(withAdjudication(adjudications, 'label', said('a', 1, 0))).toBe(adjudications);
    expect(withAdjudication(adjudications, 'label', said('b', 2, 1))).toBe(adjudications);
  });

  it('tells questions apart, also one that is called like a property of every object', () => {
    expect(adjudicationOf({}, 'constructor')).toBeUndefined();
    expect(adjudicationOf(withAdjudication({}, 'constructor', said('a', 1)), 'constructor')?.dispute).toBe('a');
  });
});
