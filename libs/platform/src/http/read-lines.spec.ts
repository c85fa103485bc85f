import { assert, property, string, uint8Array } from 'fast-check';
import { parseJson } from './parse-json';
import { Problem } from './problem';
import { readLines } from './read-lines';

const MOST = 10;

function ndjson(text: string) {
  return readLines(Buffer.from(text), true, MOST);
}

function json(text: string) {
  return readLines(Buffer.from(text), false, MOST);
}

describe('readLines', () => {
  it('reads lines of NDJSON with their numbers, however they end', () => {
    expect(ndjson('{"a":1}\r\n\n \t\n"b"')).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 4, value: 'b' },
    ]);
    expect(ndjson('')).toEqual([]);
  });

  it('reads a JSON array as its entries and anything else as one', () => {
    expect(json('[1, [2]]')).toEqual([
      { line: 1, value: 1 },
      { line: 2, value: [2] },
    ]);
    expect(json('{"a":1}')).toEqual([{ line: 1, value: { a: 1 } }]);
  });

  it('says of a line that cannot be read what was expected, and reads the others', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":\n'), Buffer.from([0x22, 0xff, 0x22, 0x0a]), Buffer.from('{}')]);
    expect(readLines(bytes, true, MOST)).toEqual([
      { line: 1, errors: [{ path: '', value: undefined, expected: expect.stringContaining('JSON') }] },
      { line: 2, errors: [{ path: '', value: undefined, expected: 'UTF-8' }] },
      { line: 3, value: {} },
    ]);
  });

  it('refuses a JSON body that cannot be read as a whole', () => {
    expect(() => json('[1, 2')).toThrow(Problem);
    expect(() => json('')).toThrow(new Problem('malformed', 'body: expected JSON'));
  });

  it('takes ten of ten and refuses eleven', () => {
    const tooMany = new Problem('too_large', 'body: expected at most 10 lines');
    expect(ndjson('1\n'.repeat(10))).toHaveLength(10);
    expect(() => ndjson('1\n'.repeat(11))).toThrow(tooMany);
    expect(() => json(`[${'1,'.repeat(10)}1]`)).toThrow(tooMany);
  });
});

describe('parseJson', () => {
  it('takes nesting of 32 and refuses 33, and a thousand, and a million', () => {
    const nested = (depth: number) => parseJson(Buffer.from('['.repeat(depth) + ']'.repeat(depth)));
    expect(nested(32).type).toBe('value');
    for (const depth of [33, 1000, 1_000_000]) {
      expect(nested(depth)).toEqual({ type: 'unreadable', expected: 'nesting of at most 32' });
    }
  });

  it.each(['{"__proto__":{"admin":true}}', '[{"a":{"\\u005f_proto__":1}}]'])('refuses %s', (text) => {
    expect(parseJson(Buffer.from(text))).toEqual({ type: 'unreadable', expected: 'no key __proto__' });
  });

  it('never throws, and leaves the prototype of all objects alone', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    assert(
      property(uint8Array({ maxLength: 200 }), (bytes) => {
        parseJson(Buffer.from(bytes));
      }),
    );
    assert(
      property(string({ unit: 'binary', maxLength: 50 }), (text) => {
        const parsed = parseJson(Buffer.from(JSON.stringify({ [text]: text })));
        expect(parsed.type === 'value' || text === '__proto__').toBe(true);
      }),
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });

  it('repeats nothing of what was sent', () => {
    const parsed = parseJson(Buffer.from('{"worker":"Ada Lovelace", }'));
    expect(JSON.stringify(parsed)).not.toContain('Ada');
  });
});
