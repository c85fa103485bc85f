import { QueryFailedError } from 'typeorm';
import { failureOf } from './failure';

describe('the reason of a dead letter', () => {
  it('is what the handler threw, with its causes', () => {
    const error = new Error('item 7 has no question', { cause: new Error('no project') });
    expect(failureOf(error)).toEqual({ reason: 'handler_failed', detail: 'item 7 has no question: no project' });
  });

  it('repeats nothing that PostgreSQL quotes', () => {
    const refused = Object.assign(new Error('invalid input syntax for type uuid: "Ada"'), { code: '22P02' });
    expect(failureOf(new QueryFailedError('select $1', ['Ada'], refused)).detail).toBe(
      'PostgreSQL refused it with 22P02',
    );
    const conflict = Object.assign(new Error('duplicate key'), {
      code: '23505',
      table: 'item',
      constraint: 'item_pkey',
    });
    const wrapped = new Error('the batch failed', { cause: conflict });
    expect(failureOf(wrapped).detail).toBe('the batch failed: PostgreSQL refused it with 23505 (item, item_pkey)');
  });

  it('repeats nothing that JSON.parse quotes', () => {
    let thrown: unknown;
    try {
      JSON.parse('Ada Lovelace');
    } catch (error) {
      thrown = error;
    }
    expect(failureOf(thrown).detail).toBe('SyntaxError');
  });

  it('is the type of what is thrown and is no error', () => {
    expect(failureOf('Ada').detail).toBe('string');
    expect(failureOf(undefined).detail).toBe('undefined');
  });
});
