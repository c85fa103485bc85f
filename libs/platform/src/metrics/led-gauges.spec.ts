import { LedGauges } from './led-gauges';

const MINUTE_MS = 60_000;

describe('LedGauges', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** How often they are read in so long, where a reading takes so long. */
  async function readings(takesMs: number, forMs: number): Promise<number> {
    let count = 0;
    const read = async () => {
      count++;
      await new Promise((resolve) => setTimeout(resolve, takesMs));
    };
    const gauges = new LedGauges('gauges', { read, reset: () => undefined }, { isLeading: true });
    await jest.advanceTimersByTimeAsync(forMs);
    await Promise.all([gauges.stop(), jest.advanceTimersByTimeAsync(takesMs)]);
    return count;
  }

  it('are read four times a minute', async () => {
    expect(await readings(5, 10 * MINUTE_MS)).toBe(40);
  });

  it('take no more than a twentieth of the time, however much there is to be counted', async () => {
    expect(await readings(10_000, 10 * MINUTE_MS)).toBeLessThanOrEqual(3);
  });
});
