import fc from 'fast-check';
import { DEFAULT_ASSIGNMENT, DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import { type Decision, type DecisionState } from '@assay/contracts/consensus/decision';
import { type Policy, type Question } from '@assay/contracts/project/label-schema';
import { epochZero } from '@assay/statistics/aggregation/epoch-zero';
import { type Adjudication } from './adjudication.domain';
import { decide, isNews, isSameDecision, stateOfItem, transitions } from './decision.domain';
import { countingEntries, type Entry } from '@assay/contracts/annotation/entry';
import { anEntry, aRetraction } from '@assay/contracts/annotation/entry.fixture';

const question: Question = { name: 'label', kind: 'choice', labels: ['no', 'yes'] };

/** Entries of as many workers as labels are given, each with its label. */
const labelled = (...labels: number[]): Entry[] =>
  labels.map((label, index) => anEntry({ id: `e${index}`, worker: `w${index}`, labels: { label } }));

const decided = (entries: readonly Entry[], change: Partial<Policy> = {}, changedQuestion: Partial<Question> = {}) =>
  decide(countingEntries(entries, 'label', { ...DEFAULT_POLICY, ...change }.repeats), {
    question: { ...question, ...changedQuestion },
    policy: { ...DEFAULT_POLICY, ...change },
    model: epochZero(2),
    epoch: 0,
  });

describe('decide', () => {
  it('is open without a label, and names none', () => {
    expect(decided([])).toEqual({
      question: 'label',
      state: 'open',
      posterior: 0.5,
      confidence: 0.5,
      labels: 0,
      overlap: 0,
      epoch: 0,
    });
  });

  // Epoch zero: three unanimous labels of two reach .96, two .893 (statistics, epoch-zero.ts).
  it('stays open below the minimum overlap', () => {
    expect(decided(labelled(1, 1, 1), { minOverlap: 4 })).toMatchObject({ state: 'open', label: 'yes', overlap: 3 });
  });

  it('is reached at the minimum overlap with confidence enough', () => {
    const decision = decided(labelled(1, 1, 1));
    expect(decision).toMatchObject({ state: 'reached', label: 'yes', labels: 3, overlap: 3 });
    expect(decision.confidence).toBeCloseTo(0.96, 12);
    // Exactly the confidence that is wanted is enough: of two who differ each label has a half.
    expect(decided(labelled(1, 0), { minOverlap: 2, minConfidence: 0.5 }).state).toBe('reached');
  });

  it('is disputed at the maximum overlap without it', () => {
    expect(decided(labelled(1, 1, 0, 0), { maxOverlap: 5 }).state).toBe('open');
    expect(decided(labelled(1, 1, 0, 0), { maxOverlap: 4 }).state).toBe('disputed');
    expect(decided(labelled(1, 1, 0, 0, 1), { maxOverlap: 4 }).state).toBe('disputed');
  });

  it('is reached rather than disputed where both could be', () => {
    expect(decided(labelled(1, 1, 1), { maxOverlap: 3 }).state).toBe('reached');
  });

  it('takes the first label of a tie', () => {
    expect(decided(labelled(1, 0))).toMatchObject({ label: 'no', confidence: 0.5 });
  });

  it('takes the thresholds of the question before those of the policy', () => {
    expect(decided(labelled(1, 1), {}, { minOverlap: 2, minConfidence: 0.89 }).state).toBe('reached');
    expect(decided(labelled(1, 0, 1), {}, { maxOverlap: 3 }).state).toBe('disputed');
    expect(decided(labelled(1, 1, 1), {}, { minConfidence: 0.97 }).state).toBe('open');
  });

  it('counts a worker once, and no role that the policy does not count, but takes all as evidence', () => {
    const model = anEntry({ id: 'm', worker: 'm', role: 'model', labels: { label: 1 } });
    const again = anEntry({ id: 'a', worker: 'w0', occasion: 1, labels: { label: 1 } });
    const decision = decided([...labelled(1), again, model], { minOverlap: 1 });
    expect(decision).toMatchObject({ state: 'reached', labels: 3, overlap: 1 });
    expect(decided([...labelled(1), again, model])).toMatchObject({ state: 'open', overlap: 1 });
    expect(decided([...labelled(1), model], { countRoles: ['human', 'model'] }).overlap).toBe(2);
  });

  it('is adjudicated once an expert gave a label, whatever the workers say', () => {
    const adjudication: Adjudication = { dispute: 'd1', expert: 'x', at: 0, reason: 'ambiguous-item', label: 0 };
    const basis = { question, policy: DEFAULT_POLICY, model: epochZero(2), epoch: 4 };
    const expected = { state: 'adjudicated', label: 'no', posterior: 1, confidence: 1, epoch: 4 };
    expect(decide(labelled(1, 1, 1), { ...basis, adjudication })).toMatchObject({ ...expected, labels: 3, overlap: 3 });
    expect(decide([], { ...basis, adjudication })).toMatchObject({ ...expected, labels: 0 });
  });

  it('is unresolvable where the expert found no label, and keeps what the workers believe', () => {
    const adjudication: Adjudication = { dispute: 'd1', expert: 'x', at: 0, reason: 'bad-source' };
    const basis = { question, policy: DEFAULT_POLICY, model: epochZero(2), epoch: 0, adjudication };
    const decision = decide(labelled(1, 1, 1), basis);
    expect(decision).toMatchObject({ state: 'unresolvable', label: 'yes' });
    expect(decision.confidence).toBeCloseTo(0.96, 12);
    expect(decide([], basis)).not.toHaveProperty('label');
  });

  it('is never disputed where the item is gold', () => {
    const policy = { ...DEFAULT_POLICY, maxOverlap: 4 };
    const basis = { question, policy, model: epochZero(2), epoch: 0, isGold: true };
    expect(decide(labelled(1, 1, 0, 0), basis).state).toBe('open');
    expect(decide(labelled(1, 1, 1), basis).state).toBe('reached');
  });

  it('is open again when its labels were taken back', () => {
    const retractions = [0, 1].map((index) => aRetraction({ id: `r${index}`, worker: `w${index}`, order: 1 }));
    expect(decided([...labelled(1, 1, 1), ...retractions])).toMatchObject({ state: 'open', labels: 1 });
  });

  it('is one decision, bit by bit, for every order of the entries', () => {
    const shuffled = fc
      .array(fc.record({ worker: fc.nat(4), label: fc.nat(1), revision: fc.nat(1), order: fc.nat(3) }), {
        maxLength: 9,
      })
      .map((list) =>
        list.map(({ worker, label, ...rest }, index) =>
          anEntry({ id: `e${index}`, worker: `w${worker}`, labels: { label }, ...rest }),
        ),
      )
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
      );
    fc.assert(
      fc.property(shuffled, ([list, permuted]) => {
        expect(decided(permuted)).toEqual(decided(list));
      }),
    );
  });
});

const inState = (state: DecisionState, change: Partial<Decision> = {}): Decision => ({
  question: 'label',
  state,
  label: 'yes',
  posterior: 0.9,
  confidence: 0.9,
  labels: 3,
  overlap: 3,
  epoch: 0,
  ...change,
});

describe('stateOfItem', () => {
  it.each<[DecisionState[], DecisionState]>([
    [['reached', 'open', 'disputed'], 'open'],
    [['reached', 'disputed', 'adjudicated'], 'disputed'],
    [['reached', 'unresolvable'], 'unresolvable'],
    [['adjudicated', 'reached'], 'reached'],
    [['adjudicated'], 'adjudicated'],
    [[], 'open'],
  ])('of %j is %s', (states, expected) => {
    expect(stateOfItem(states.map((state) => inState(state)))).toBe(expected);
  });
});

describe('transitions', () => {
  it.each<[string, Decision | undefined, Decision, string[]]>([
    ['a first label', undefined, inState('open'), []],
    ['a first decision', undefined, inState('reached'), ['reached', 'published']],
    ['more of the same', inState('reached'), inState('reached', { labels: 4, confidence: 0.99 }), []],
    ['a dispute', inState('open'), inState('disputed'), ['disputed', 'published']],
    ['a dispute that settles', inState('disputed'), inState('reached'), ['reached', 'dispute-withdrawn', 'published']],
    ['a dispute that opens', inState('disputed'), inState('open'), ['dispute-withdrawn', 'published']],
    [
      'a settled label that changes',
      inState('reached'),
      inState('reached', { label: 'no' }),
      ['corrected', 'published'],
    ],
    ['a disputed label that changes', inState('disputed'), inState('disputed', { label: 'no' }), ['published']],
    ['an open label that changes', inState('open'), inState('open', { label: 'no' }), []],
    ['an adjudication', inState('disputed'), inState('adjudicated', { label: 'no' }), ['adjudicated', 'published']],
    [
      'an adjudication of what was reached',
      inState('reached'),
      inState('adjudicated', { label: 'no' }),
      ['adjudicated', 'corrected', 'published'],
    ],
    [
      'an earlier adjudication that is told later',
      inState('adjudicated'),
      inState('adjudicated', { label: 'no' }),
      ['adjudicated', 'corrected', 'published'],
    ],
    ['more labels after an adjudication', inState('adjudicated'), inState('adjudicated', { labels: 9 }), []],
    ['a question without an answer', inState('disputed'), inState('unresolvable'), ['adjudicated', 'published']],
    ['a decision that opens again', inState('reached'), inState('open'), ['published']],
    ['a decision without labels any more', inState('reached'), inState('open', { label: undefined }), ['published']],
  ])('of %s', (_what, before, after, expected) => {
    expect(transitions(before, after)).toEqual(expected);
  });
});

describe('isNews', () => {
  it.each<[string, Decision | undefined, Decision, boolean]>([
    ['what was never decided', undefined, inState('open'), true],
    ['what stays open', inState('open', { confidence: 0.5 }), inState('open', { confidence: 0.6, epoch: 3 }), false],
    ['what is sure enough now', inState('open', { confidence: 0.5 }), inState('open', { confidence: 0.9 }), true],
    ['what is sure no more', inState('open', { confidence: 0.9 }), inState('open', { confidence: 0.5 }), true],
    ['what is open with another label', inState('open'), inState('open', { label: 'no' }), true],
    ['what can be reached now', inState('open'), inState('reached', { epoch: 3 }), true],
    ['a dispute, also where it stays so', inState('disputed'), inState('disputed'), true],
    ['what is reached again', inState('reached'), inState('reached', { confidence: 0.99, epoch: 3 }), false],
    ['a reached label that flips', inState('reached'), inState('reached', { label: 'no' }), true],
    ['what opens again', inState('reached'), inState('open'), true],
    ['what an expert decided', inState('adjudicated'), inState('adjudicated', { epoch: 3 }), false],
  ])('of %s', (_what, before, after, expected) => {
    expect(isNews(before, after, question, { ...DEFAULT_POLICY, minConfidence: 0.9 })).toBe(expected);
  });

  it('of what stays open, where the uncertain are given out first', () => {
    const policy = { ...DEFAULT_POLICY, assignment: { ...DEFAULT_ASSIGNMENT, order: 'uncertain' as const } };
    const [before, after] = [inState('open', { confidence: 0.5 }), inState('open', { confidence: 0.6, epoch: 3 })];
    expect(isNews(before, after, question, policy)).toBe(true);
    expect(isNews(before, after, { ...question, minConfidence: 0.55 }, DEFAULT_POLICY)).toBe(true);
    expect(isNews(before, after, question, DEFAULT_POLICY)).toBe(false);
  });
});

describe('isSameDecision', () => {
  it('sees every difference that a reader could', () => {
    const decision = inState('reached');
    expect(isSameDecision(decision, { ...decision })).toBe(true);
    expect(isSameDecision(undefined, decision)).toBe(false);
    const changes: Partial<Decision>[] = [
      { state: 'open' },
      { label: 'no' },
      { posterior: 0.8 },
      { confidence: 0.8 },
      { labels: 4 },
      { overlap: 4 },
      { epoch: 1 },
    ];
    for (const change of changes) expect(isSameDecision(decision, { ...decision, ...change })).toBe(false);
  });
});
