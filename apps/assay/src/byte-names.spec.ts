import fc from 'fast-check';
import { ByteNames } from './byte-names';

describe('ByteNames', () => {
  it('numbers texts in the order in which they first come, however many there are', () => {
    const text = fc.oneof(fc.string({ maxLength: 3 }), fc.string({ unit: 'grapheme', maxLength: 40 }));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 2000, size: 'max' }), (texts) => {
        const names = new ByteNames();
        const numbers = new Map<string, number>();
        for (const one of texts) {
          // Among other bytes, as in a file.
          const source = Buffer.from(`,${one},`);
          const known = numbers.get(one) ?? numbers.size;
          numbers.set(one, known);
          expect(names.indexOf(source, 1, source.length - 1)).toBe(known);
        }
        expect(names.count).toBe(numbers.size);
      }),
      { numRuns: 10 },
    );
  });
});
