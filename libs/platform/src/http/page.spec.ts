import { array, assert, maxSafeInteger, oneof, property, string } from 'fast-check';
import { type HttpRequest, type HttpResponse } from './http-request';
import { cursorOf, isCursorInteger, isCursorText, isCursorUuid, keyOfCursor, pageOf } from './page';

function page(url: string, rows: readonly number[], limit: number) {
  const headers = new Map<string, string>();
  const response = { setHeader: (name: string, value: string) => headers.set(name, value) } as unknown as HttpResponse;
  const entries = pageOf({ originalUrl: url } as HttpRequest, response, rows, limit, (row) => [row]);
  return { entries, link: headers.get('link') };
}

describe('pageOf', () => {
  it('links to the page behind the last entry, and keeps the rest of the query', () => {
    expect(page('/v1/items/rte?state=open&limit=2', [1, 2, 3], 2)).toEqual({
      entries: [1, 2],
      link: `</v1/items/rte?state=open&limit=2&cursor=${cursorOf([2])}>; rel="next"`,
    });
  });

  it('links nowhere from the last page', () => {
    expect(page(`/v1/items/rte?cursor=${cursorOf([2])}`, [3, 4], 2)).toEqual({ entries: [3, 4], link: undefined });
    expect(page('/v1/items/rte', [], 2)).toEqual({ entries: [], link: undefined });
  });
});

describe('keyOfCursor', () => {
  it('gives back the key of any cursor', () => {
    assert(
      property(array(oneof(string(), maxSafeInteger()), { minLength: 1, maxLength: 4 }), (key) => {
        const storable = key.map((part) => (typeof part === 'string' ? part.replaceAll('\0', '') : part));
        const parts = storable.map((part) => (typeof part === 'string' ? isCursorText : isCursorInteger));
        expect(keyOfCursor(cursorOf(storable), parts)).toEqual(storable.map((part) => (part === 0 ? 0 : part)));
      }),
    );
    expect(keyOfCursor(undefined, [isCursorText])).toBeUndefined();
  });

  it.each(['', 'x', cursorOf(['a', 'b']), cursorOf(['nul\0']), Buffer.from('[{}]').toString('base64url')])(
    'refuses %j, which is none of its own',
    (cursor) => {
      expect(() => keyOfCursor(cursor, [isCursorText])).toThrow('invalid: the query has errors');
    },
  );

  it.each([
    ['text', isCursorText, 5],
    ['a uuid', isCursorUuid, 'x'],
    ['an integer', isCursorInteger, '5'],
  ])('refuses a part that is not %s, where it stands in such a column', (_what, part, value) => {
    expect(() => keyOfCursor(cursorOf([value]), [part])).toThrow('invalid: the query has errors');
  });
});
