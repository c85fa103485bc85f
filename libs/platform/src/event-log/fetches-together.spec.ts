import { type Fetched, type Place } from './event-log.queries';
import { FetchesTogether } from './fetches-together';

const place = (partition: number): Place => ({ topic: 1, partition, position: 0 });

/** Fetches that end when the test says so. */
function fetching() {
  const asked: { partitions: number[]; answer(): void; fail(error: Error): void }[] = [];
  const together = new FetchesTogether((places) => {
    const partitions = places.map(({ partition }) => partition);
    return new Promise((resolve, reject) => {
      const each = partitions.map((end): Fetched => ({ records: [], firstOffset: 0, highWatermark: end }));
      asked.push({ partitions, answer: () => resolve(each), fail: reject });
    });
  });
  return { asked, together, partitions: () => asked.map((one) => one.partitions) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('FetchesTogether', () => {
  it('asks in one statement for what was asked for while another is under way', async () => {
    const { asked, together, partitions } = fetching();
    const first = [3, 4].map((one) => together.add(place(one)));
    await settled();
    const others = [1, 2].map((one) => together.add(place(one)));
    await settled();
    expect(partitions()).toEqual([[3, 4]]);
    asked[0]!.answer();
    await settled();
    expect(partitions()).toEqual([
      [3, 4],
      [1, 2],
    ]);
    asked[1]!.answer();
    expect((await Promise.all([...first, ...others])).map(({ highWatermark }) => highWatermark)).toEqual([3, 4, 1, 2]);
  });

  it('asks for nothing where all that was asked for is under way', async () => {
    const { asked, together, partitions } = fetching();
    const all = [1, 2].map((one) => together.add(place(one)));
    await settled();
    asked[0]!.answer();
    await Promise.all(all);
    await settled();
    expect(partitions()).toEqual([[1, 2]]);
  });

  it('tells those of a statement that failed, and goes on', async () => {
    const { asked, together, partitions } = fetching();
    const failed = together.add(place(1));
    await settled();
    const later = together.add(place(2));
    asked[0]!.fail(new Error('connection lost'));
    await expect(failed).rejects.toThrow('connection lost');
    await settled();
    expect(partitions()).toEqual([[1], [2]]);
    asked[1]!.answer();
    expect((await later).highWatermark).toBe(2);
  });
});
