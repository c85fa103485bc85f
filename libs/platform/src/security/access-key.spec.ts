import { isSecretOf, keptKey, newKey, parseKey, writeKey } from './access-key';

describe('an access key', () => {
  it('is read as it is written', () => {
    const key = newKey();
    expect(writeKey(key)).toMatch(/^assay_[0-9a-f]{16}_[0-9A-Za-z_-]{43}$/);
    expect(parseKey(writeKey(key))).toEqual(key);
  });

  it('is another each time', () => {
    const keys = Array.from({ length: 100 }, newKey);
    expect(new Set(keys.map(({ id }) => id)).size).toBe(100);
    expect(new Set(keys.map(({ secret }) => secret)).size).toBe(100);
  });

  it('is kept by the SHA-256 of its secret', () => {
    // printf abc | sha256sum (FIPS 180-4, example B.1)
    const hash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(keptKey({ id: '1', secret: 'abc' })).toEqual({ id: '1', hash });
    expect(isSecretOf('abc', hash)).toBe(true);
    expect(isSecretOf('abd', hash)).toBe(false);
    expect(isSecretOf('abc', hash.slice(2))).toBe(false);
    expect(isSecretOf('abc', '')).toBe(false);
  });

  it.each([
    '',
    'assay',
    'assay_1',
    `assay_1_${'x'.repeat(31)}`,
    `assay_1_${'x'.repeat(129)}`,
    `Assay_1_${'x'.repeat(43)}`,
  ])('is not %j', (text) => expect(parseKey(text)).toBeUndefined());
});
