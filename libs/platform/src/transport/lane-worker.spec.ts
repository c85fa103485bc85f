import { Semaphore } from 'async-mutex';
import { eventually } from '../../../../test/support/eventually';
import { LaneWorker } from './lane-worker';

describe('LaneWorker', () => {
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  const work = async ({ partition }: { partition: number }) => {
    begun.push(partition);
    await new Promise<void>((resolve) => ends.push(resolve));
    return false;
  };

  it('holds up no batch of its lane while its work waits for that of other lanes', async () => {
    const working = new Semaphore(2);
    const lanes = [0, 1, 2].map(
      (partition) => new LaneWorker({ kind: 'item', partition }, working, { warn: jest.fn() }),
    );
    for (const lane of lanes) lane.take(work);
    await eventually(() => begun.length === 2, 'the work of two lanes');
    expect(await lanes[2]!.exclusively(async () => 'a batch')).toBe('a batch');
    expect(begun).toEqual([0, 1]);
    ends[0]!();
    await eventually(() => begun.length === 3, 'the work of the third');
    for (const end of ends) end();
    await Promise.all(lanes.map((lane) => lane.stop()));
  });

  it('begins no work after its end', async () => {
    const working = new Semaphore(0);
    const lane = new LaneWorker({ kind: 'item', partition: 7 }, working, { warn: jest.fn() });
    lane.take(work);
    await lane.stop();
    working.release();
    await working.runExclusive(() => undefined);
    expect(begun).not.toContain(7);
  });
});
