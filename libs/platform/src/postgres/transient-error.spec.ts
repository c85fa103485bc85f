import { connect } from 'node:net';
import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { isTransient } from './transient-error';

const withCode = (code: string) => Object.assign(new Error('message'), { code });

describe('isTransient', () => {
  // https://www.postgresql.org/docs/18/errcodes-appendix.html
  it.each(['08006', '40001', '40P01', '53300', '55P03', '57P01', '57P03'])('takes state %s for passing', (code) => {
    expect(isTransient(withCode(code))).toBe(true);
  });

  it.each(['23505', '22012', '42501', '57014', '28P01', 'ENOENT'])('takes %s for lasting', (code) => {
    expect(isTransient(withCode(code))).toBe(false);
  });

  it('takes a host that has no name while its container is started again for passing', () => {
    expect(isTransient(withCode('ENOTFOUND'))).toBe(true);
  });

  it('takes a connection that is refused for passing', async () => {
    const error = await new Promise((resolve) => connect(1, '127.0.0.1').once('error', resolve));
    expect(isTransient(error)).toBe(true);
    expect(isTransient(new AggregateError([error], 'both addresses'))).toBe(true);
  });

  it('takes what pg says of a lost connection for passing', () => {
    expect(isTransient(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isTransient(new Error('Client has encountered a connection error and is not queryable'))).toBe(true);
  });

  it.each([QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError])(
    'takes what TypeORM says of a connection that was lost between two statements for passing: %p',
    (Released) => {
      expect(isTransient(new Released())).toBe(true);
    },
  );

  it.each([undefined, null, 'ECONNREFUSED', 7, new TypeError('x is not a function')])(
    'takes %p for lasting',
    (error) => {
      expect(isTransient(error)).toBe(false);
    },
  );
});
