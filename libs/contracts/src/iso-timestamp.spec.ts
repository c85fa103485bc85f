import fc from 'fast-check';
import { isUtcTimestamp } from './fields';
import { utcTimestamp } from './iso-timestamp';

describe('utcTimestamp', () => {
  it.each([
    ['2026-02-28T09:30:00.000Z', '2026-02-28T09:30:00.000Z'],
    ['2026-02-28T09:30Z', '2026-02-28T09:30:00.000Z'],
    ['2026-02-28 09:30:00+02:00', '2026-02-28T07:30:00.000Z'],
    ['2026-02-28T23:30:00-0130', '2026-03-01T01:00:00.000Z'],
    ['2026-02-28t09:30:00.1239z', '2026-02-28T09:30:00.123Z'],
    ['2026-02-28T09:30:00,5Z', '2026-02-28T09:30:00.500Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(utcTimestamp(text)).toBe(expected);
    expect(isUtcTimestamp(utcTimestamp(text))).toBe(true);
  });

  it.each([
    '2026-02-30T09:30:00Z',
    '2025-02-29T09:30:00Z',
    '1900-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-02-28T24:00:00Z',
    '2026-02-28T09:30:60Z',
    '2026-02-28T09:30:00',
    '2026-02-28',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '2026-02-28T09:30:00+24:00',
    '1772271000',
    'yesterday',
    '',
  ])('does not read %p', (text) => {
    expect(utcTimestamp(text)).toBeUndefined();
  });

  it('reads what Date.toISOString prints', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
        (date) => {
          expect(utcTimestamp(date.toISOString())).toBe(date.toISOString());
        },
      ),
    );
  });
});
