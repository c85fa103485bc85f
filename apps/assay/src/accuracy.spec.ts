import { accuracyAgainst } from './accuracy';
import { type Answers } from './answer-file';

const key = (labels: Record<string, string[]>): Answers =>
  new Map(Object.entries(labels).map(([item, accepted]) => [item, new Map([['label', new Set(accepted)]])]));

describe('accuracyAgainst', () => {
  it('counts what the key accepts, any of several labels, and an undecided item as wrong', () => {
    const truth = key({ a: ['x'], b: ['x', 'y'], c: ['x'], d: ['x'] });
    const decided = [
      { item: 'a', question: 'label', label: 'x' },
      { item: 'b', question: 'label', label: 'y' },
      { item: 'c', question: 'label', label: 'y' },
      { item: 'd', question: 'label' },
      { item: 'not in the key', question: 'label', label: 'x' },
    ];
    expect(accuracyAgainst(truth, decided)).toMatchObject({ items: 4, correct: 2, value: 0.5 });
  });

  it('leaves gold out', () => {
    const decided = [
      { item: 'a', question: 'label', label: 'x' },
      { item: 'b', question: 'label', label: 'y' },
    ];
    expect(accuracyAgainst(key({ a: ['x'], b: ['x'] }), decided, new Set(['b']))).toMatchObject({
      items: 1,
      correct: 1,
    });
    expect(accuracyAgainst(key({ b: ['x'] }), decided, new Set(['b']))).toBeUndefined();
  });

  // statsmodels 0.13 proportion_confint(81, 263, method='wilson'); Newcombe, Statistics in Medicine 17, 1998, table I: .2553, .3662.
  it('gives the Wilson interval of Newcombe 1998', () => {
    const decided = Array.from({ length: 263 }, (_, index) => ({
      item: `${index}`,
      question: 'label',
      label: index < 81 ? 'x' : 'y',
    }));
    const truth = key(Object.fromEntries(decided.map(({ item }) => [item, ['x']])));
    const accuracy = accuracyAgainst(truth, decided);
    expect(accuracy?.low).toBeCloseTo(0.2553, 4);
    expect(accuracy?.high).toBeCloseTo(0.3662, 4);
  });
});
