import fc from 'fast-check';
import { type Question } from '../project/label-schema';
import { checkLabels, describeLabelError } from './check-labels';

const label: Question = { name: 'label', kind: 'choice', labels: ['0', '1'] };
const fluency: Question = { name: 'fluency', kind: 'rating', labels: ['1', '2', '3'] };

describe('checkLabels', () => {
  it('takes labels out of the set, in the order of the questions', () => {
    const checked = checkLabels({ fluency: '2', label: '1' }, [label, fluency]);
    expect(JSON.stringify(checked)).toBe('{"type":"labels","labels":{"label":"1","fluency":"2"}}');
  });

  it.each([
    [1, ['0', '1'], '1'],
    [0, ['0', '1'], '0'],
    [1.5, ['1.5', '2'], '1.5'],
    [true, ['true', 'false'], 'true'],
  ])('takes %p for the label that it is written as', (value, labels, expected) => {
    expect(checkLabels({ label: value }, [{ ...label, labels }])).toEqual({
      type: 'labels',
      labels: { label: expected },
    });
  });

  it('lets an annotation leave a question out, but not all of them', () => {
    expect(checkLabels({ fluency: 3 }, [label, fluency])).toEqual({ type: 'labels', labels: { fluency: '3' } });
    expect(checkLabels({}, [label, fluency])).toMatchObject({
      errors: [{ path: 'labels', expected: 'a label for one of label, fluency' }],
    });
  });

  it('says which labels there are', () => {
    const checked = checkLabels({ label: '5' }, [label]);
    expect(checked).toEqual({
      type: 'refused',
      errors: [{ path: 'labels.label', value: '5', expected: 'one of 0, 1' }],
    });
    if (checked.type === 'refused') {
      expect(describeLabelError(checked.errors[0]!)).toBe('label "5" is not one of 0, 1 (question "label")');
    }
  });

  it('says which questions there are', () => {
    expect(checkLabels({ lable: '1' }, [label])).toMatchObject({
      errors: [{ path: 'labels.lable', value: '1', expected: 'one of the questions label (did you mean label?)' }],
    });
  });

  it('shows twenty of many labels', () => {
    const labels = Array.from({ length: 1000 }, (_, index) => `l${index}`);
    const checked = checkLabels({ label: 'x' }, [{ ...label, labels }]);
    expect(checked).toMatchObject({ errors: [{ expected: expect.stringMatching(/, l19, … \(1000 labels\)$/) }] });
  });

  it.each([null, NaN, Infinity, [], ['1'], {}, '', ' 1', '1 ', 'TRUE', '__proto__', 'constructor'])(
    'refuses %p',
    (value) => {
      expect(checkLabels({ label: value }, [{ ...label, labels: ['1', 'true', 'NaN', 'Infinity'] }]).type).toBe(
        'refused',
      );
    },
  );

  it('never throws, and labels only with labels of the question', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.constant('label'), fc.string()), fc.anything()), (values) => {
        const checked = checkLabels(values, [label]);
        if (checked.type === 'labels') expect(label.labels).toContain(checked.labels['label']);
      }),
    );
  });
});
