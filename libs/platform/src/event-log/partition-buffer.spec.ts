import { type Batch } from 'kafkajs';
import { PartitionBuffer } from './partition-buffer';

/** What kafkajs hands over: records at these offsets of a partition that ends at `end`. */
function fetched(offsets: readonly number[], end: number, value = Buffer.from('v')): Batch {
  const messages = offsets.map((offset) => ({ offset: String(offset), key: null, value, timestamp: '0', headers: {} }));
  const lastOffset = () => String(offsets.at(-1));
  return { messages, highWatermark: String(end), lastOffset } as unknown as Batch;
}

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_none, at) => from + at);

describe('PartitionBuffer', () => {
  it('gives what it was given in batches of as many as are asked for at the most', () => {
    const buffer = new PartitionBuffer(0, 0);
    buffer.put(fetched(upTo(2_500), 3_000));
    const [first, second] = [buffer.take(0, 2_000), buffer.take(2_000, 2_000)];
    expect(first!.records.map(({ offset }) => offset)).toEqual(upTo(2_000));
    expect(second!.records.map(({ offset }) => offset)).toEqual(upTo(500, 2_000));
    expect(first).toMatchObject({ firstOffset: 0, highWatermark: 3_000 });
    expect(buffer.records).toBe(0);
    expect(buffer.take(2_500, 2_000)).toBeUndefined();
  });

  it('gives all that came meanwhile as one batch, but never what lies beyond the end of a topic that was made anew', () => {
    const buffer = new PartitionBuffer(0, 0);
    for (let at = 0; at < 3_000; at += 3) buffer.put(fetched(upTo(3, at), at + 3));
    const [first, second] = [buffer.take(0, 2_000), buffer.take(2_000, 2_000)];
    expect(first!.records.map(({ offset }) => offset)).toEqual(upTo(2_000));
    expect(first!.highWatermark).toBe(2_001);
    expect(second!.records.map(({ offset }) => offset)).toEqual(upTo(1_000, 2_000));
    buffer.put(fetched([3_000], 3_001));
    buffer.put(fetched([0, 1], 2));
    expect(buffer.take(3_000, 2_000)).toMatchObject({ highWatermark: 3_001, records: [{ offset: 3_000 }] });
    buffer.put(fetched([2, 3_001], 3_002));
    expect(buffer.take(3_001, 2_000)).toMatchObject({ highWatermark: 2, records: [{ offset: 0 }, { offset: 1 }] });
    expect(buffer.take(3_001, 2_000)).toMatchObject({ highWatermark: 3_002, records: [{ offset: 3_001 }] });
    expect(buffer.records).toBe(0);
  });

  it('keeps no record that it has had', () => {
    const buffer = new PartitionBuffer(5, 0);
    buffer.put(fetched([3, 4, 5, 6], 10));
    buffer.put(fetched([5, 6], 10));
    expect(buffer.take(5, 2_000)!.records.map(({ offset }) => offset)).toEqual([5, 6]);
    expect(buffer.records).toBe(0);
    expect(buffer.expected).toBe(7);
  });

  it('gives no record from below the position that is asked for', () => {
    const buffer = new PartitionBuffer(0, 0);
    buffer.put(fetched([0, 1, 2], 3));
    expect(buffer.take(2, 2_000)!.records.map(({ offset }) => offset)).toEqual([2]);
  });

  it('keeps all of a topic that was made anew and ends below what was read', () => {
    const buffer = new PartitionBuffer(100, 0);
    buffer.put(fetched([0, 1], 2));
    expect(buffer.take(100, 2_000)).toMatchObject({ highWatermark: 2, records: [{ offset: 0 }, { offset: 1 }] });
  });

  it('is full at 5,000 records and has room again at half of them', () => {
    const buffer = new PartitionBuffer(0, 0);
    buffer.put(fetched(upTo(4_999), 20_000));
    expect(buffer.isFull).toBe(false);
    buffer.put(fetched([4_999], 20_000));
    expect([buffer.isFull, buffer.hasRoom]).toEqual([true, false]);
    buffer.take(0, 2_500);
    expect([buffer.isFull, buffer.hasRoom]).toEqual([false, true]);
  });

  it('is full at 4 MiB, however few records they are', () => {
    const buffer = new PartitionBuffer(0, 0);
    buffer.put(fetched([0, 1, 2], 3, Buffer.alloc(1_400_000)));
    expect(buffer.isFull).toBe(true);
  });

  it('forgets everything when it is cleared, and begins elsewhere', () => {
    const buffer = new PartitionBuffer(0, 0);
    buffer.put(fetched([0, 1], 9));
    buffer.clear(7);
    expect(buffer.records).toBe(0);
    buffer.put(fetched([6, 7], 9));
    expect(buffer.take(7, 2_000)!.records.map(({ offset }) => offset)).toEqual([7]);
  });
});
