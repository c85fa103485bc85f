import { type Batch } from 'kafkajs';
import { type LogBatch, type LogRecord } from './event-log';

/** A partition is full at so many records or bytes, and has room again below half of them. */
const FULL = { records: 5_000, bytes: 4_194_304 };

interface Chunk {
  records: LogRecord[];
  /** How many of them were taken. */
  taken: number;
  highWatermark: number;
}

/** What was fetched of one partition and not yet handled. */
export class PartitionBuffer {
  /** Position of the reader after what it has handled, and what Kafka was told of it. */
  handled: number | undefined;
  committed: number | undefined;
  /** Whether fetching was paused because it is full. */
  isWaiting = false;
  /** How often it was cleared: what was handled before says nothing of the position after. */
  clearings = 0;
  private chunks: Chunk[] = [];
  private held = 0;
  private bytes = 0;

  /**
   * @param expected offset of the next record to be fetched.
   * @param first offset of the first record that the partition holds.
   */
  constructor(
    public expected: number,
    public first: number,
  ) {}

  /** How many it holds. */
  get records(): number {
    return this.held;
  }

  get isFull(): boolean {
    return this.records >= FULL.records || this.bytes >= FULL.bytes;
  }

  get hasRoom(): boolean {
    return this.records <= FULL.records / 2 && this.bytes <= FULL.bytes / 2;
  }

  /** Forgets what it holds; the next record to be fetched is another. */
  clear(expected: number): void {
    [this.chunks, this.held, this.bytes] = [[], 0, 0];
    this.expected = this.handled = expected;
    this.clearings++;
  }

  /** Keeps what is new of a batch; of a topic that was made anew, and ends below what was read of it, all. */
  put(batch: Batch): void {
    const highWatermark = Number(batch.highWatermark);
    const from = highWatermark < this.expected ? 0 : this.expected;
    const records = batch.messages.filter(({ offset }) => Number(offset) >= from).map(recordOf);
    this.expected = Math.max(from, Number(batch.lastOffset()) + 1);
    if (records.length === 0) return;
    this.chunks.push({ records, taken: 0, highWatermark });
    this.held += records.length;
    for (const { value } of records) this.bytes += value?.length ?? 0;
  }

  /**
   * Takes the next records from a position on, at most so many; undefined where it holds none. All that came while the reader was busy is one batch: many
   * small ones would cost it a transaction each, and it would never catch up.
   */
  take(position: number, most: number): Pick<LogBatch, 'records' | 'firstOffset' | 'highWatermark'> | undefined {
    let [taken, highWatermark] = [this.takeOfChunk(most), 0];
    if (!taken) return undefined;
    const records: LogRecord[] = [];
    do {
      highWatermark = taken.highWatermark;
      // A topic that ends below the position was made anew: all of it is new.
      const isAnew = highWatermark < position;
      for (const record of taken.records) if (isAnew || record.offset >= position) records.push(record);
      const [next] = this.chunks;
      const isOfSame = next && next.highWatermark >= highWatermark && next.highWatermark < position === isAnew;
      taken = isOfSame ? this.takeOfChunk(most - records.length) : undefined;
    } while (taken);
    return records.length > 0 ? { records, firstOffset: this.first, highWatermark } : undefined;
  }

  private takeOfChunk(most: number): Pick<Chunk, 'records' | 'highWatermark'> | undefined {
    const [chunk] = this.chunks;
    if (!chunk || most === 0) return undefined;
    const records = chunk.records.slice(chunk.taken, chunk.taken + most);
    chunk.taken += records.length;
    if (chunk.taken >= chunk.records.length) this.chunks.shift();
    this.held -= records.length;
    for (const { value } of records) this.bytes -= value?.length ?? 0;
    return { records, highWatermark: chunk.highWatermark };
  }
}

function recordOf({ offset, key, headers, value, timestamp }: Batch['messages'][number]): LogRecord {
  const texts: Record<string, string> = {};
  for (const name in headers) texts[name] = String(headers[name]);
  return { offset: Number(offset), key: key?.toString() ?? null, headers: texts, value, timestamp: Number(timestamp) };
}
