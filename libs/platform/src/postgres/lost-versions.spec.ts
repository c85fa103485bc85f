import { mayBeOutdone, nextVersion } from './lost-versions';

describe('the next version', () => {
  it('is one more where no database was lost', () => {
    expect([nextVersion(0, 0), nextVersion(7, 0)]).toEqual([1, 8]);
  });

  it('is above all that a lost database can have given', () => {
    expect([nextVersion(7, 1_000_000), nextVersion(1_000_001, 1_000_000), nextVersion(0, 2_000_000)]).toEqual([
      1_000_001, 1_000_002, 2_000_001,
    ]);
  });
});

describe('a version', () => {
  it('may be outdone by one that a lost database has given, until it is given anew', () => {
    expect([mayBeOutdone(7, 0), mayBeOutdone(7, 1_000_000), mayBeOutdone(1_000_001, 1_000_000)]).toEqual([
      ...[false, true, false],
    ]);
  });
});
