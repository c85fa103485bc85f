const iso = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:Z|([+-])(\d{2}):?(\d{2}))$/i;

/**
 * A moment in ISO 8601 with its offset from UTC, as `2026-02-28T09:30:00.000Z`; undefined where the text is none, says no
 * offset, or names a day that does not exist. What is finer than a millisecond is cut off.
 */
export function utcTimestamp(text: string): string | undefined {
  const parts = iso.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const exists =
    year > 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysIn(year, month) &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  const offset = Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0);
  if (!exists || offset >= 24 * 60) return undefined;
  const moment = new Date(0);
  // Date.UTC would take the years 1 to 99 for 1901 to 1999.
  moment.setUTCFullYear(year, month - 1, day);
  moment.setUTCHours(
    hour,
    minute + (parts[8] === '-' ? offset : -offset),
    second,
    Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3)),
  );
  const written = moment.toISOString();
  return /^(?!0000)\d{4}-/.test(written) ? written : undefined;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
