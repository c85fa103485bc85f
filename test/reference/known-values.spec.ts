import { assign, atLeast, atMost, same, sameRatio, valuesOf, words, wrongBy } from './known-values';

const file = { alpha: 0.25, workers: { u: { labels: 3 }, v: { labels: 4 } }, bad: [], note: 'prose', kappa: null };
const values = valuesOf(file);

/** What the rules find wrong in the file. */
function wrong(...rules: Parameters<typeof assign>[1][number][]): string[] {
  const { ofRule } = assign(values, rules);
  return rules.flatMap((rule) => wrongBy(rule, ofRule.get(rule)!));
}

describe('rules of a reference file', () => {
  it('leave no value without a rule, and say which rule no value needs', () => {
    const { unknown, idle } = assign(values, [
      same('alpha', () => 0.25),
      same('workers/*/labels', () => 3),
      same('gamma', () => 1),
      ...words('prose', 'note'),
    ]);
    expect(unknown).toEqual(['bad', 'kappa']);
    expect(idle).toEqual(['gamma']);
  });

  it('find a number that is off by more than allowed, with its path', () => {
    expect(wrong(same('alpha', () => 0.25 + 9e-10))).toEqual([]);
    expect(wrong(same('alpha', () => 0.26))).toEqual(['alpha: ours is 0.26, known is 0.25']);
    expect(wrong(same('alpha', () => NaN))).toEqual(['alpha: ours is NaN, known is 0.25']);
    expect(wrong(same('workers/*/labels', (worker) => (worker === 'u' ? 3 : 5)))).toEqual([
      'workers/v/labels: ours is 5, known is 4',
    ]);
  });

  it('compare small numbers by their ratio', () => {
    expect(wrong(sameRatio('alpha', () => 0.25 * (1 + 9e-10)))).toEqual([]);
    expect(wrong(sameRatio('alpha', () => 0.25 * (1 + 2e-9)))).toHaveLength(1);
  });

  it('compare words, nothing and empty lists exactly', () => {
    expect(wrong(same('kappa', () => null), same('bad', () => []))).toEqual([]); // prettier-ignore
    expect(
      wrong(
        same('kappa', () => 0),
        same('bad', () => ['w']),
        same('note', () => undefined),
      ),
    ).toHaveLength(3);
  });

  it('let a number be better, and worse by no more than the slack', () => {
    expect(
      wrong(
        atLeast('alpha', () => 0.9, 0.01),
        atLeast('alpha', () => 0.245, 0.01),
      ),
    ).toEqual([]);
    expect(wrong(atLeast('alpha', () => 0.23, 0.01))).toHaveLength(1);
    expect(wrong(atMost('alpha', () => 0.27, 0.01))).toHaveLength(1);
    expect(wrong(atLeast('alpha', () => NaN, 0.01))).toHaveLength(1);
    expect(wrong(atLeast('kappa', () => 0.5, 0.01))).toHaveLength(1);
  });
});
