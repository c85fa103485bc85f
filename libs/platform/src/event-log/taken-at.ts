/** As near as a time is looked for: a second, or a twentieth of its age. */
const NEAR_MS = 1000;
const NEAR_SHARE = 20;
/** Nothing is looked for that is older than this, in ms: a hundred years. */
const OLDEST_MS = 3.2e12;

/**
 * When the record at an offset was taken, in ms since 1970, of a log that only says where a time begins: at most a second, or a twentieth of its
 * age, too early. Where the offset is in a gap, it is the time of the record before.
 * @param beginOf first offset whose record was taken at or after a time, or the offset after the last.
 */
export async function takenAtOf(
  offset: number,
  now: number,
  beginOf: (time: number) => Promise<number>,
): Promise<number> {
  const isBefore = async (time: number) => (await beginOf(time)) <= offset;
  if (await isBefore(now)) return now;
  // Not younger than `young`, and at least as young as `old`, as ages.
  let young = 0;
  let old = NEAR_MS;
  while (old < OLDEST_MS && !(await isBefore(now - old))) [young, old] = [old, 2 * old];
  while (old - young > Math.max(NEAR_MS, old / NEAR_SHARE)) {
    const middle = (young + old) / 2;
    if (await isBefore(Math.round(now - middle))) old = middle;
    else young = middle;
  }
  return Math.round(now - old);
}
