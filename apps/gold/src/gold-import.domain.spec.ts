import { type Question } from '@assay/contracts/project/label-schema';
import { toldItems } from './gold-import.domain';

const label: Question = { name: 'label', kind: 'choice', labels: ['a', 'b'] };
const tone: Question = { name: 'tone', kind: 'choice', labels: ['low', 'high'] };

describe('toldItems', () => {
  it('needs no question where the project has one alone', () => {
    expect(toldItems([{ item: 'one', label: 'a' }], [label])).toEqual([
      { type: 'told', item: 'one', accepted: [{ question: 'label', labels: ['a'] }] },
    ]);
  });

  it('takes a label, several, or both, each once', () => {
    expect(toldItems([{ item: 'one', label: 'a', labels: ['b', 'a'] }], [label])).toEqual([
      { type: 'told', item: 'one', accepted: [{ question: 'label', labels: ['a', 'b'] }] },
    ]);
  });

  it.each([{}, { labels: [] }])('refuses a row without a label: nobody could be right', (row) => {
    expect(toldItems([{ item: 'one', ...row }], [label])).toEqual([
      { type: 'refused', item: 'one', errors: [{ path: 'label', expected: 'one of a, b' }] },
    ]);
  });

  it('refuses an item whole of which one row is wrong', () => {
    const rows = [
      { item: 'one', question: 'label', label: 'a' },
      { item: 'one', question: 'tone', label: 'loud' },
    ];
    expect(toldItems(rows, [label, tone])).toMatchObject([
      { type: 'refused', item: 'one', errors: [{ value: 'loud' }] },
    ]);
  });

  it('names the first twenty of many labels', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `l${index + 1}`);
    const expected = (count: number) => {
      const [told] = toldItems([{ item: 'one', label: 'z' }], [{ ...label, labels: many(count) }]);
      return told?.type === 'refused' ? told.errors[0]!.expected : undefined;
    };
    expect(expected(20)).toBe(`one of ${many(20).join(', ')} (question "label")`);
    expect(expected(22)).toBe(`one of ${many(20).join(', ')} and 2 more (question "label")`);
  });
});
