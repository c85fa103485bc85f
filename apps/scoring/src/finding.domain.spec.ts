import { shuffled } from '../../../test/support/shuffled';
import {
  amountOf,
  type FindingContent,
  type GoldCheck,
  type KeptFinding,
  testOnGold,
  tierOf,
  verdictOn,
} from './finding.domain';

const POLICY = { target: 0.9, reject: 0.7 };

/** Checks in the order of occurrence, by `r` (right) and `w` (wrong). */
function checksOf(outcomes: string): GoldCheck[] {
  return [...outcomes].map((one, place) => ({ check: `check ${place}`, isRight: one === 'r', at: 1000, order: place }));
}

describe('the test on gold', () => {
  it('depends on the order of occurrence, not on that of coming', () => {
    const firstRight = checksOf('r'.repeat(20) + 'w'.repeat(20));
    const firstWrong = checksOf('w'.repeat(20) + 'r'.repeat(20));
    for (const seed of [1, 2, 3]) {
      expect(testOnGold(shuffled(firstRight, seed), POLICY).status).toBe('clear');
      expect(testOnGold(shuffled(firstWrong, seed), POLICY)).toMatchObject({
        status: 'suspend',
        ids: ['check 0', 'check 1', 'check 2', 'check 3', 'check 4'],
      });
    }
  });

  it('puts an unknown time before every other, and equal places by the id', () => {
    const [early, late] = [
      { check: 'z', isRight: false, order: 9 },
      { check: 'a', isRight: true, at: 1, order: 0 },
    ];
    expect(testOnGold([late, early], POLICY).ids).toEqual(['z', 'a']);
    const same = ['b', 'a'].map((check) => ({ check, isRight: true, at: 1, order: 0 }));
    expect(testOnGold(same, POLICY).ids).toEqual(['a', 'b']);
  });

  it('names the last fifty of the checks that it looked at', () => {
    // Of five one is wrong: log 3 up against four times .251 down leaves it open for long.
    const { ids, checks } = testOnGold(checksOf('wrrrr'.repeat(30)), POLICY);
    expect(checks).toBeGreaterThan(50);
    expect(ids).toHaveLength(50);
    expect(ids.at(-1)).toBe(`check ${checks - 1}`);
  });
});

const content = (checks: number): FindingContent => ({
  ...{ statistic: 6, threshold: 5, accuracy: 0.5, low: 0.4, high: 0.6 },
  ...{ evidence: { checks }, epoch: 0, policyRevision: 1 },
});

function kept(change: Partial<KeptFinding> = {}): KeptFinding {
  const finding = { worker: 'w', question: 'label', kind: 'belowGold' as const, content: content(10) };
  return { ...finding, version: 1, isRaised: true, ...change };
}

describe('a finding', () => {
  it.each([
    ['is raised where it is new', undefined, content(10), 'raise'],
    ['is told again where it rests on more', kept(), content(11), 'raise'],
    ['is told again where its statistic is another', kept(), { ...content(10), statistic: 7 }, 'raise'],
    ['is told again where its threshold is another', kept(), { ...content(10), threshold: 4 }, 'raise'],
    ['is told again where the accuracy is another', kept(), { ...content(10), accuracy: 0.55 }, 'raise'],
    ['is told again by another policy', kept(), { ...content(10), policyRevision: 2 }, 'raise'],
    ['is kept where nothing changed but the fit', kept(), { ...content(10), epoch: 7 }, 'keep'],
    ['is cleared where the test finds it no more', kept(), undefined, 'clear'],
    ['is not cleared twice', kept({ isRaised: false }), undefined, 'keep'],
    ['is raised again', kept({ isRaised: false }), content(10), 'raise'],
  ])('%s', (_, was, found, verdict) => {
    expect(verdictOn(was, found)).toBe(verdict);
  });

  it('stays away after a won appeal until it rests on twice as much', () => {
    const won = kept({ isRaised: false, appeal: { status: 'won', grounds: 'no', restedOn: 10 } });
    expect([content(10), content(19), content(20)].map((found) => verdictOn(won, found))).toEqual([
      'keep',
      'keep',
      'raise',
    ]);
    // Raised again, and then some of its checks are void.
    expect(verdictOn({ ...won, isRaised: true, content: content(20) }, content(19))).toBe('clear');
  });

  it.each(['checks', 'labels', 'common', 'repeats'])('rests on its %s', (counted) => {
    const resting = (amount: number) => ({ ...content(0), evidence: { [counted]: amount } });
    const won = kept({
      isRaised: false,
      appeal: { status: 'won', grounds: 'no', restedOn: amountOf({ [counted]: 10 }) },
    });
    expect([19, 20].map((amount) => verdictOn(won, resting(amount)))).toEqual(['keep', 'raise']);
  });

  it('stands under an appeal that is open or lost', () => {
    for (const status of ['open', 'lost'] as const)
      expect(verdictOn(kept({ appeal: { status, grounds: 'no' } }), content(11))).toBe('raise');
  });
});

describe('a tier', () => {
  it.each([
    ['suspended', { isBelowGold: true, hasFinding: true, isCleared: true }],
    ['standard', { isBelowGold: false, hasFinding: true, isCleared: true }],
    ['trusted', { isBelowGold: false, hasFinding: false, isCleared: true }],
    ['standard', { isBelowGold: false, hasFinding: false, isCleared: false }],
  ])('is %s by %j', (tier, standing) => {
    expect(tierOf(standing).tier).toBe(tier);
  });
});
