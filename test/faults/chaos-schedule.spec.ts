import { scheduleOf } from './chaos-schedule';

const MINUTE = 60_000;

describe('a schedule of chaos', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(scheduleOf(1, 20 * MINUTE)).toEqual(scheduleOf(1, 20 * MINUTE));
    expect(scheduleOf(2, 20 * MINUTE)).not.toEqual(scheduleOf(1, 20 * MINUTE));
  });

  it('is mended within its time, and has breakages of each source one after the other', () => {
    for (const breaks of scheduleOf(3, 20 * MINUTE)) {
      let end = 0;
      for (const { at, lasts } of breaks) {
        expect(at).toBeGreaterThanOrEqual(end);
        end = at + lasts;
      }
      expect(end).toBeLessThanOrEqual(20 * MINUTE);
    }
  });

  it('breaks several things at once, and within twenty minutes everything that it knows', () => {
    const all = scheduleOf(4, 20 * MINUTE).flat();
    const together = all.filter((one) =>
      all.some((other) => other !== one && other.at < one.at && one.at < other.at + other.lasts),
    );
    expect(together.length).toBeGreaterThan(all.length / 2);
    const kinds = new Set(
      all.map(({ breakage }) => {
        const { type } = breakage;
        return 'state' in breakage ? `${type} ${breakage.state}` : type;
      }),
    );
    expect([...kinds].sort()).toEqual([
      'broker killed',
      'broker stopped',
      'database',
      'ended',
      'joined',
      'line cut',
      'line hung',
      'line slow',
      'stopped',
    ]);
  });
});
