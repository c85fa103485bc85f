import { Flag, Integer, Numeric, OneOf, Text } from '@assay/contracts/fields';
import { Problem } from './problem';
import { readQuery } from './query';

class Question {
  @Text({ optional: true })
  name?: string;

  @Integer({ min: 1, max: 10, optional: true })
  limit?: number;

  @Numeric({ min: 0, max: 1, optional: true })
  share?: number;

  @Flag({ optional: true })
  settle?: boolean;

  @OneOf(['open', 'closed'], { optional: true })
  state?: string;
}

function errorsOf(query: Record<string, string | string[]>) {
  try {
    readQuery(Question, query);
    return [];
  } catch (error) {
    expect((error as Problem).code).toBe('invalid');
    return (error as Problem).errors;
  }
}

describe('readQuery', () => {
  it('reads text, numbers and truth values by the fields of the class', () => {
    expect(readQuery(Question, { name: '7', limit: '7', share: '0.5', settle: 'true' })).toEqual({
      name: '7',
      limit: 7,
      share: 0.5,
      settle: true,
    });
  });

  it('takes an empty parameter for none', () => {
    expect(readQuery(Question, { limit: '', state: '' })).toEqual({});
  });

  it('names what is wrong', () => {
    expect(errorsOf({ limit: '11' })).toEqual([{ path: 'limit', value: 11, expected: 'an integer, 1 to 10' }]);
    expect(errorsOf({ limit: '1e1' })).toMatchObject([{ path: 'limit', value: '1e1' }]);
    expect(errorsOf({ limit: ['1', '2'] })).toMatchObject([{ path: 'limit', value: 'an array of 2' }]);
    expect(errorsOf({ stat: 'open' })).toMatchObject([
      { path: 'stat', expected: 'no such field (did you mean state?)' },
    ]);
    expect(errorsOf({ __proto__x: '1' })).toHaveLength(1);
  });
});
