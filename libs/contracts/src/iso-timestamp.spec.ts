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

describe('isUtcTimestamp', () => {
  it('takes the days that exist, and no others', () => {
    for (const year of ['1900', '2000', '2024', '2025']) {
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const text = `${year}-${twoDigits(month)}-${twoDigits(day)}T09:30:00.000Z`;
          const moment = new Date(Date.UTC(Number(year), month - 1, day, 9, 30));
          expect([text, isUtcTimestamp(text)]).toEqual([text, moment.toISOString() === text]);
        }
      }
    }
  });

  it.each(['24:00:00.000', '23:60:00.000', '23:59:60.000', '23:59:59.99', '23:59:59.9999', '-1:00:00.000'])(
    'does not take %s for a time of day',
    (time) => {
      expect(isUtcTimestamp(`2026-02-28T${time}Z`)).toBe(false);
    },
  );
});

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
