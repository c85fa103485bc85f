import { coalesced } from './coalesced';

describe('coalesced work', () => {
  it('runs one at a time, and once more for all who ask while it runs', async () => {
    let [runs, most, now] = [0, 0, 0];
    const work = coalesced(async () => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      runs++;
      now--;
    });
    await Promise.all([work(), work(), work()]);
    expect([runs, most]).toEqual([2, 1]);
  });

  it('runs again after a run that failed, for those who asked meanwhile and for those who ask later', async () => {
    let runs = 0;
    const work = coalesced(async () => {
      await Promise.resolve();
      if (++runs === 1) throw new Error('the first');
    });
    const [first, meanwhile] = await Promise.allSettled([work(), work()]);
    expect([first.status, meanwhile.status]).toEqual(['rejected', 'fulfilled']);
    await work();
    expect(runs).toBe(3);
  });
});
