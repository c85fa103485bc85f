import { eventually } from '../../../../test/support/eventually';
import { type LogBatch, type LogRecord } from './event-log';
import { LaneReaders } from './lane-readers';

const TOPIC = 'topic';

/** A log whose lanes hold so many records each, and whose batches end when they are told to. */
class Source {
  readonly inHand: { lane: number; records: number; end: () => void }[] = [];

  constructor(private readonly ends: readonly number[]) {}

  waiting(_topic: string, lane: number, position: number): number {
    return this.ends[lane]! - position;
  }

  fetch(_topic: string, lane: number, position: number, most: number) {
    const end = Math.min(this.ends[lane]!, position + most);
    const records = Array.from({ length: end - position }, (_none, at) => ({ offset: position + at }) as LogRecord);
    return Promise.resolve({ records, firstOffset: 0, highWatermark: this.ends[lane]! });
  }

  async eachBatch({ partition, records }: LogBatch): Promise<void> {
    await new Promise<void>((end) => this.inHand.push({ lane: partition, records: records.length, end }));
  }
}

describe('LaneReaders', () => {
  it('has batches of 10,000 records at the most, and two such at once', async () => {
    const source = new Source([25_000, 10_000, 1_000]);
    const failed = jest.fn();
    const readers = new LaneReaders(source, {}, failed);
    for (const lane of [0, 1, 2]) readers.start(lane, new Map([[TOPIC, 0]]));
    const seen = () => source.inHand.map(({ lane, records }) => [lane, records]);
    await eventually(() => source.inHand.length === 2, 'two batches');
    source.inHand[0]!.end();
    await eventually(() => source.inHand.length === 3, 'the one that waited for room');
    source.inHand[1]!.end();
    await eventually(() => source.inHand.length === 4, 'a second batch of the first lane');
    source.inHand[3]!.end();
    await eventually(() => source.inHand.length === 5, 'the rest of it');
    for (const { end } of source.inHand) end();
    await readers.drop([0, 1, 2]);
    expect(seen()).toEqual([[0, 10_000], [1, 10_000], [2, 1_000], [0, 10_000], [0, 5_000]]); // prettier-ignore
    expect(failed).not.toHaveBeenCalled();
  });

  it('keeps no small batch waiting behind large ones', async () => {
    const source = new Source([10_000, 10_000, 10_000, 999, 5]);
    const readers = new LaneReaders(source, {}, jest.fn());
    const lanes = [0, 1, 2, 3, 4];
    for (const lane of lanes) readers.start(lane, new Map([[TOPIC, 0]]));
    const seen = () => source.inHand.map(({ lane }) => lane);
    await eventually(() => source.inHand.length === 4, 'two large batches and both small ones');
    expect(seen().sort()).toEqual([0, 1, 3, 4]);
    source.inHand.find(({ lane }) => lane === 0)!.end();
    await eventually(() => source.inHand.length === 5, 'the third large one');
    expect(seen().at(-1)).toBe(2);
    for (const { end } of source.inHand) end();
    await readers.drop(lanes);
  });

  it('tells a batch that its lane is to be read from elsewhere', async () => {
    const batches: LogBatch[] = [];
    let end: () => void = () => undefined;
    const source = new Source([10]);
    source.eachBatch = async (batch) => {
      batches.push(batch);
      await new Promise<void>((resolve) => (end = resolve));
    };
    const readers = new LaneReaders(source, {}, jest.fn());
    readers.start(0, new Map([[TOPIC, 0]]));
    await eventually(() => batches.length === 1, 'a batch');
    expect(batches[0]!.isCurrent()).toBe(true);
    readers.seek(TOPIC, 0, 4);
    expect(batches[0]!.isCurrent()).toBe(false);
    end();
    await eventually(() => batches.length === 2, 'the batch from there');
    expect(batches[1]!.fetchedOffset).toBe(4);
    expect(batches.map((batch) => batch.isCurrent())).toEqual([false, true]);
    end();
    await readers.drop([0]);
  });

  it('lets a lane go that waits for room', async () => {
    const source = new Source([10_000, 10_000, 10_000, 10_000]);
    const readers = new LaneReaders(source, {}, jest.fn());
    for (const lane of [0, 1, 2, 3]) readers.start(lane, new Map([[TOPIC, 0]]));
    await eventually(() => source.inHand.length === 2, 'two batches');
    await readers.drop([2]);
    source.inHand[0]!.end();
    await eventually(() => source.inHand.length === 3, 'the one that waited behind it');
    expect(source.inHand.map(({ lane }) => lane)).toEqual([0, 1, 3]);
    source.inHand.forEach(({ end }) => end());
    await readers.drop([0, 1, 3]);
  });
});
