import fc from 'fast-check';
import { takenAtOf } from './taken-at';

const NOW = Date.UTC(2026, 0, 1);

/** Times of records as a log keeps them, and what it says of a time. */
function logOf(times: readonly number[]) {
  let asked = 0;
  return {
    beginOf: async (time: number) => {
      asked++;
      const found = times.findIndex((taken) => taken >= time);
      return found === -1 ? times.length : found;
    },
    asked: () => asked,
  };
}

describe('the time at which a record was taken', () => {
  it('is at most a second, or a twentieth of its age, too early', async () => {
    const ages = fc.array(fc.integer({ min: 0, max: 3e9 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(ages, fc.nat(), async (unsorted, place) => {
        const times = unsorted.map((age) => NOW - age).sort((a, b) => a - b);
        const offset = place % times.length;
        const found = await takenAtOf(offset, NOW, logOf(times).beginOf);
        const real = times[offset]!;
        expect(found).toBeLessThanOrEqual(real);
        expect(found).toBeGreaterThanOrEqual(real - Math.max(1001, (NOW - found) / 20 + 1));
      }),
    );
  });

  it('is now where the log is ahead of this clock', async () => {
    expect(await takenAtOf(0, NOW, logOf([NOW + 5000]).beginOf)).toBe(NOW);
  });

  it('takes few questions', async () => {
    const log = logOf([NOW - 3 * 86_400_000]);
    await takenAtOf(0, NOW, log.beginOf);
    expect(log.asked()).toBeLessThan(30);
  });
});
