import fc from 'fast-check';
import { v5 } from 'uuid';
import { eventId } from './event-id';

const NAMESPACE = '5d1a6f3e-4f0b-5c37-9d1c-2c8f6a7b9e10';

it('is the uuid v5 of what is said, however long that is', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.nat({ max: 5000 }).map((length) => '標'.repeat(length)),
  );
  const parts = fc.array(fc.oneof(text, fc.integer()), { maxLength: 8 });
  fc.assert(
    fc.property(parts, (said) => {
      expect(eventId(...said)).toBe(v5(JSON.stringify(said), NAMESPACE));
    }),
    { numRuns: 500 },
  );
});

it('tells parts apart', () => {
  expect(eventId('a', 'b')).not.toBe(eventId('ab'));
});
