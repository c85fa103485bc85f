import { isSameCheck } from './check.domain';

describe('isSameCheck', () => {
  it('sees another verdict, and another place in the order by which a worker is tested', () => {
    const check = { isRight: true, at: 1000, order: 1 };
    expect(isSameCheck(check, { ...check })).toBe(true);
    for (const change of [{ isRight: false }, { at: 2000 }, { at: undefined }, { order: 2 }])
      expect(isSameCheck(check, { ...check, ...change })).toBe(false);
  });
});
