import { takenAtOf } from '../event-log/taken-at';
import { type Offsets, withAges } from './offsets';

const HOUR_MS = 3_600_000;

/** A log that says where a time begins, as Kafka does, and holds the offsets from 40 to 49: taken an hour ago. */
const log = {
  takenAt: async (_topic: string, positions: ReadonlyMap<number, number>) => {
    const now = Date.now();
    const beginOf = async (time: number) => (time <= now - HOUR_MS ? 40 : 50);
    const taken = new Map<number, number>();
    for (const [partition, position] of positions) taken.set(partition, await takenAtOf(position, now, beginOf));
    return taken;
  },
};

const place = (partition: number, position: number): Offsets => ({
  ...{ topic: 't', partition, position, first: 40, end: 50, lag: 50 - position, state: 'reading' },
});

it('says since when the oldest record waits that is still there, also where others are gone', async () => {
  const places = [place(0, 40), { ...place(1, 10), state: 'lost' as const }, place(2, 50)];
  const ages = (await withAges(log, places)).map(({ oldestUnprocessedAge }) => oldestUnprocessedAge);
  const hour = expect.closeTo(3_600, -3);
  expect(ages).toEqual([hour, hour, null]);
  expect(Math.max(...ages.map(Number))).toBeLessThan(1.06 * 3_600);
});
