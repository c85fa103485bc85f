import { type Entry } from '@assay/contracts/annotation/entry';
import { type AcceptedLabels } from '@assay/contracts/gold/gold-item';
import { type Question, type Repeats } from '@assay/contracts/project/label-schema';
import { DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import { changeOf, checksOf, isSameCheck, isSuspect } from './check.domain';

const question: Question = { name: 'label', kind: 'choice', labels: ['a', 'b'] };

function said(order: number, change: Partial<Entry> = {}): Entry {
  const place = { occasion: 0, revision: 0, order };
  return { id: `e${order}`, worker: 'w1', role: 'human', ...place, labels: { label: 0 }, ...change };
}

describe('checksOf', () => {
  const checked = (entries: Entry[], repeats: Repeats) => {
    const accepted = [{ question: 'label', labels: ['a'] }];
    return checksOf({ isWithdrawn: false, isActive: true, entries, accepted }, [question], {
      ...DEFAULT_POLICY,
      repeats,
    });
  };

  it('says when the annotation was made, and its place in the order by which a worker is tested', () => {
    const place = { question: 'label', worker: 'w1', occasion: 2 };
    expect(checked([said(7, { at: 1000, occasion: 2 })], 'keep-last')).toEqual([
      { ...place, isRight: true, at: 1000, order: 7 },
    ]);
    expect(checked([said(7, { occasion: 2 })], 'keep-last')).toEqual([{ ...place, isRight: true, order: 7 }]);
  });

  it('is of one place whichever annotation counts there, but of each annotation where all count', () => {
    const entries = [said(1), said(2, { labels: { label: 1 } })];
    const entriesOf = (repeats: Repeats) => checked(entries, repeats).map(({ entry }) => entry);
    expect(entriesOf('keep-first')).toEqual([undefined]);
    expect(entriesOf('keep-all')).toEqual(['e1', 'e2']);
  });
});

describe('changeOf', () => {
  const label: AcceptedLabels = { question: 'label', labels: ['a'] };
  const tone: AcceptedLabels = { question: 'tone', labels: ['high', 'low'] };
  const active = { isActive: true, accepted: [label, tone] };

  it('keeps the labels of the questions that are not told', () => {
    const told = { question: 'label', labels: ['b'] };
    expect(changeOf(active, [told], false)).toEqual({ type: 'corrected', accepted: [told, tone] });
  });

  it('keeps none of an item that was retired', () => {
    expect(changeOf({ ...active, isActive: false }, [label], false)).toEqual({ type: 'activated', accepted: [label] });
  });

  it('is none where the same is told, in whatever order', () => {
    expect(changeOf(active, [{ ...tone, labels: ['low', 'high'] }, label], false)).toEqual({ type: 'unchanged' });
  });

  it('activates again where others may know of the item what is lost here', () => {
    expect(changeOf(active, [label, tone], true).type).toBe('activated');
  });
});

describe('isSameCheck', () => {
  it('sees another verdict, and another place in the order by which a worker is tested', () => {
    const check = { isRight: true, at: 1000, order: 1 };
    expect(isSameCheck(check, { ...check })).toBe(true);
    for (const change of [{ isRight: false }, { at: 2000 }, { at: undefined }, { order: 2 }])
      expect(isSameCheck(check, { ...check, ...change })).toBe(false);
  });
});

describe('isSuspect', () => {
  const suspect = (item: [right: number, checks: number], others: [right: number, checks: number], state = 'active') =>
    isSuspect(
      { state: state as 'active' | 'retired', right: item[0], checks: item[1] },
      {
        right: item[0] + others[0],
        checks: item[1] + others[1],
      },
    );

  it('needs four checks, and others to compare with', () => {
    expect([suspect([0, 3], [90, 100]), suspect([0, 4], [90, 100]), suspect([0, 4], [0, 0])]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('is of what is missed by most, and more than the others are beyond chance', () => {
    // Of Beta(1.5, 3.5), which is 1 of 4 by Jeffreys' prior: 0.03 to 0.72 (scipy.stats.beta.ppf).
    expect([suspect([1, 4], [70, 100]), suspect([1, 4], [75, 100])]).toEqual([false, true]);
    // 50 of 100: up to 0.60.
    expect([suspect([50, 100], [100, 100]), suspect([49, 100], [100, 100])]).toEqual([false, true]);
  });

  it('does not count an item among those that it is compared with', () => {
    // With itself the others would be right in 2 of 24, below the 0.12 to which 0 of 20 reaches.
    expect(suspect([0, 20], [2, 4])).toBe(true);
  });

  it('is of nothing that is retired', () => {
    expect(suspect([0, 4], [90, 100], 'retired')).toBe(false);
  });
});
