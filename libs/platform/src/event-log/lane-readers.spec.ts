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
    const source = new Source([25_000, 10_000, 1_000, 999]);
    const failed = jest.fn();
    const readers = new LaneReaders(source, {}, failed);
    for (const lane of [0, 1, 2, 3]) readers.start(lane, new Map([[TOPIC, 0]]));
    const seen = () => source.inHand.map(({ lane, records }) => [lane, records]);
    await eventually(() => source.inHand.length === 3, 'two large batches, and a small one beside them');
    source.inHand[0]!.end();
    await eventually(() => source.inHand.length === 4, 'the one that waited for room');
    source.inHand[1]!.end();
    await eventually(() => source.inHand.length === 5, 'a second batch of the first lane');
    source.inHand[4]!.end();
    source.inHand[3]!.end();
    await eventually(() => source.inHand.length === 6, 'the rest of it');
    for (const { end } of source.inHand) end();
    await readers.drop([0, 1, 2, 3]);
    expect(seen()).toEqual([[0, 10_000], [1, 10_000], [3, 999], [2, 1_000], [0, 10_000], [0, 5_000]]); // prettier-ignore
    expect(failed).not.toHaveBeenCalled();
  });

  it('reads small batches of many lanes at once', async () => {
    const source = new Source(Array.from({ length: 12 }, () => 5));
    const readers = new LaneReaders(source, {}, jest.fn());
    const lanes = Array.from({ length: 12 }, (_none, lane) => lane);
    for (const lane of lanes) readers.start(lane, new Map([[TOPIC, 0]]));
    await eventually(() => source.inHand.length === 12, 'all lanes');
    for (const { end } of source.inHand) end();
    await readers.drop(lanes);
  });

  it('lets small batches go before large ones, which yet get their turns', async () => {
    const source = new Source([10_000, 10_000, 10_000, 10_000, ...Array.from({ length: 8 }, () => 5)]);
    const readers = new LaneReaders(source, {}, jest.fn());
    const lanes = Array.from({ length: 12 }, (_none, lane) => lane);
    for (const lane of lanes) readers.start(lane, new Map([[TOPIC, 0]]));
    await eventually(() => source.inHand.length === 4, 'two large ones and what fits beside them');
    expect(source.inHand.map(({ lane }) => lane)).toEqual([0, 1, 4, 5]);
    source.inHand[0]!.end();
    await eventually(() => source.inHand.length === 10, 'the other small ones');
    expect(source.inHand.slice(4).map(({ lane }) => lane)).toEqual([6, 7, 8, 9, 10, 11]);
    source.inHand[1]!.end();
    await eventually(() => source.inHand.length === 11, 'a large one, though none of the small ones is done');
    for (const { end } of source.inHand) end();
    await eventually(() => source.inHand.length === 12, 'the last');
    source.inHand[11]!.end();
    await readers.drop(lanes);
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
