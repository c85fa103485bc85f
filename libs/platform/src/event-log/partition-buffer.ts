import { type Batch } from 'kafkajs';
import { type LogBatch, type LogRecord } from './event-log';

/** Records of one batch, at most: no more than a handler takes in a second. */
const MOST_RECORDS = 2_000;
/** A partition is full at so many records or bytes, and has room again below half of them. */
const FULL = { records: 4_000, bytes: 2_097_152 };

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
  private records = 0;
  private bytes = 0;

  /**
   * @param expected offset of the next record to be fetched.
   * @param first offset of the first record that the partition holds.
   */
  constructor(
    public expected: number,
    public first: number,
  ) {}

  get isEmpty(): boolean {
    return this.records === 0;
  }

  get isFull(): boolean {
    return this.records >= FULL.records || this.bytes >= FULL.bytes;
  }

  get hasRoom(): boolean {
    return this.records <= FULL.records / 2 && this.bytes <= FULL.bytes / 2;
  }

  /** Forgets what it holds; the next record to be fetched is another. */
  clear(expected: number): void {
    [this.chunks, this.records, this.bytes] = [[], 0, 0];
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
    this.records += records.length;
    for (const { value } of records) this.bytes += value?.length ?? 0;
  }

  /** Takes the next records from a position on; undefined where it holds none. */
  take(position: number): Pick<LogBatch, 'records' | 'firstOffset' | 'highWatermark'> | undefined {
    const [chunk] = this.chunks;
    if (!chunk) return undefined;
    const { highWatermark } = chunk;
    const taken = chunk.records.slice(chunk.taken, chunk.taken + MOST_RECORDS);
    chunk.taken += taken.length;
    if (chunk.taken >= chunk.records.length) this.chunks.shift();
    this.records -= taken.length;
    for (const { value } of taken) this.bytes -= value?.length ?? 0;
    const records = highWatermark < position ? taken : taken.filter(({ offset }) => offset >= position);
    return records.length > 0 ? { records, firstOffset: this.first, highWatermark } : undefined;
  }
}

function recordOf({ offset, key, headers, value, timestamp }: Batch['messages'][number]): LogRecord {
  const texts: Record<string, string> = {};
  for (const name in headers) texts[name] = String(headers[name]);
  return { offset: Number(offset), key: key?.toString() ?? null, headers: texts, value, timestamp: Number(timestamp) };
}
