import { type Semaphore } from 'async-mutex';
import { type LogBatch } from './event-log';

/**
 * Records of one batch, at most, where fewer wait and where more do. The more there are, the fewer items are written once for each of their
 * labels.
 */
export const MOST_RECORDS = { small: 1_000, large: 10_000 };

/** What a lane reads of one topic. */
interface Reading {
  topic: string;
  position: number;
  /** Counts seeks: one that happens while a batch is handled outdoes the position after that batch. */
  seeks: number;
  pausedUntil: number;
}

type Fetched = Pick<LogBatch, 'records' | 'firstOffset' | 'highWatermark'>;

/** What a lane needs of its subscription. */
export interface LaneSource {
  /** How many records are known to wait from a position on; gaps between offsets may count. */
  waiting(topic: string, lane: number, position: number): number;
  /** Reads on from an offset, at most so many records; undefined when it could not, for now: the lane asks again. */
  fetch(topic: string, lane: number, position: number, most: number): Promise<Fetched | undefined>;
  eachBatch(batch: LogBatch): Promise<void>;
}

/** Reads one lane: one batch at a time, its topics in turn, from positions of its own, until it is told to stop. */
export class LaneReader {
  private readonly readings: Reading[];
  private isStopping = false;
  private giveUp: () => void = () => undefined;
  private wakeUp: () => void = () => undefined;
  private isAwake = false;

  /** @param large room for the large batches that all lanes have in hand. */
  constructor(
    private readonly lane: number,
    positions: ReadonlyMap<string, number>,
    private readonly source: LaneSource,
    private readonly large: Semaphore,
  ) {
    this.readings = [...positions].map(([topic, position]) => ({ topic, position, seeks: 0, pausedUntil: 0 }));
  }

  /** Delivers until `stop`; rejects with what `eachBatch` threw. */
  async run(): Promise<void> {
    while (!this.isStopping) {
      const reading = this.next();
      if (!reading) await this.sleep();
      else await this.deliverInTurn(reading);
    }
  }

  /** No further batch begins; the one in hand is told by `isCurrent`. */
  stop(): void {
    this.isStopping = true;
    this.giveUp();
    this.wake();
  }

  /** There may be something to read. */
  wake(): void {
    this.isAwake = true;
    this.wakeUp();
  }

  seek(topic: string, position: number): void {
    const reading = this.reading(topic);
    if (!reading) return;
    reading.position = position;
    reading.seeks++;
    this.wake();
  }

  pause(topic: string, milliseconds: number): void {
    const reading = this.reading(topic);
    if (!reading) return;
    reading.pausedUntil = performance.now() + milliseconds;
    if (Number.isFinite(milliseconds)) setTimeout(() => this.wake(), milliseconds + 1).unref();
  }

  resume(topic: string): void {
    const reading = this.reading(topic);
    if (reading) reading.pausedUntil = 0;
    this.wake();
  }

  private reading(topic: string): Reading | undefined {
    return this.readings.find((reading) => reading.topic === topic);
  }

  /** The topic that waited longest among those with something to read. */
  private next(): Reading | undefined {
    const now = performance.now();
    const at = this.readings.findIndex((reading) => reading.pausedUntil <= now && this.waiting(reading) > 0);
    if (at === -1) return undefined;
    const [reading] = this.readings.splice(at, 1);
    this.readings.push(reading!);
    return reading;
  }

  private async deliverInTurn(reading: Reading): Promise<void> {
    if (this.waiting(reading) < MOST_RECORDS.small) return this.deliver(reading, MOST_RECORDS.small);
    const release = await this.room();
    if (!release) return;
    try {
      await this.deliver(reading, MOST_RECORDS.large);
    } finally {
      release();
    }
  }

  /** Undefined where the lane is told to stop before there is room. */
  private room(): Promise<(() => void) | undefined> {
    return new Promise((resolve) => {
      this.giveUp = () => resolve(undefined);
      void this.large.acquire().then(([, release]) => (this.isStopping ? release() : resolve(release)));
    });
  }

  private waiting({ topic, position }: Reading): number {
    return this.source.waiting(topic, this.lane, position);
  }

  private async deliver(reading: Reading, most: number): Promise<void> {
    if (this.isStopping) return;
    const { topic, position, seeks } = reading;
    const fetched = await this.source.fetch(topic, this.lane, position, most);
    if (!fetched || this.isStopping || reading.seeks !== seeks || reading.pausedUntil > performance.now()) return;
    if (fetched.records.length > 0)
      await this.source.eachBatch({
        ...fetched,
        topic,
        partition: this.lane,
        fetchedOffset: position,
        isCurrent: () => !this.isStopping && reading.seeks === seeks,
        heartbeat: () => Promise.resolve(),
      });
    if (reading.seeks === seeks) reading.position = (fetched.records.at(-1)?.offset ?? fetched.highWatermark - 1) + 1;
  }

  private async sleep(): Promise<void> {
    if (!this.isAwake) await new Promise<void>((resolve) => (this.wakeUp = resolve));
    this.isAwake = false;
  }
}
