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
  it('has batches of 10,000 records at the most, and 20,000 records of all lanes at once', async () => {
    const source = new Source([25_000, 10_000, 7_000, 1]);
    const failed = jest.fn();
    const readers = new LaneReaders(source, {}, failed);
    for (const lane of [0, 1, 2, 3]) readers.start(lane, new Map([[TOPIC, 0]]));
    const seen = () => source.inHand.map(({ lane, records }) => [lane, records]);
    await eventually(() => source.inHand.length === 2, 'two batches');
    expect(seen()).toEqual([[0, 10_000], [1, 10_000]]); // prettier-ignore
    source.inHand[0]!.end();
    await eventually(() => source.inHand.length === 4, 'those that there is room for');
    expect(seen().slice(2)).toEqual([[2, 7_000], [3, 1]]); // prettier-ignore
    source.inHand[1]!.end();
    await eventually(() => source.inHand.length === 5, 'the rest of a lane');
    expect(seen().slice(4)).toEqual([[0, 10_000]]);
    for (const { end } of source.inHand) end();
    await eventually(() => source.inHand.length === 6, 'the last batch');
    expect(seen().slice(5)).toEqual([[0, 5_000]]);
    source.inHand[5]!.end();
    await readers.drop([0, 1, 2, 3]);
    expect(failed).not.toHaveBeenCalled();
  });

  it('lets a lane go that waits for room', async () => {
    const source = new Source([10_000, 10_000, 10_000]);
    const readers = new LaneReaders(source, {}, jest.fn());
    for (const lane of [0, 1, 2]) readers.start(lane, new Map([[TOPIC, 0]]));
    await eventually(() => source.inHand.length === 2, 'two batches');
    const dropped = readers.drop([2]);
    source.inHand[0]!.end();
    await dropped;
    expect(source.inHand.map(({ lane }) => lane)).toEqual([0, 1]);
    source.inHand[1]!.end();
    await readers.drop([0, 1]);
  });
});
