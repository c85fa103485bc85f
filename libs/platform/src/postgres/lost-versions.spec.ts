import { nextVersion } from './lost-versions';

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
