import { unstorable } from './storable.domain';

describe('unstorable', () => {
  it.each([[{ text: 'a', n: [1, null, true] }], ['😀'], [undefined]])('lets %j be kept', (value) => {
    expect(unstorable(value)).toBeUndefined();
  });

  it.each([
    [{ text: 'a\u0000' }, 'text without NUL and without halves of surrogate pairs'],
    [{ 'a\u0000': 1 }, 'text without NUL and without halves of surrogate pairs'],
    [['\ud800'], 'text without NUL and without halves of surrogate pairs'],
    ['a'.repeat(262_145), 'at most 262144 characters'],
    [new Array(40_000).fill(1), 'at most 262144 characters'],
  ])('says why a value cannot be kept', (value, expected) => {
    expect(unstorable(value)).toBe(expected);
  });

  it('survives any depth', () => {
    let deep: unknown = 'a';
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(unstorable(deep)).toBe('at most 100 levels');
  });
});
