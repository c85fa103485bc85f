import { type LogBatch } from './event-log';

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
  /** Offset after the last record that is known of. */
  end(topic: string, lane: number): number;
  /** Reads on from an offset; undefined when it could not, for now: the lane asks again. */
  fetch(topic: string, lane: number, position: number): Promise<Fetched | undefined>;
  eachBatch(batch: LogBatch): Promise<void>;
}

/** Reads one lane: one batch at a time, its topics in turn, from positions of its own, until it is told to stop. */
export class LaneReader {
  private readonly readings: Reading[];
  private isStopping = false;
  private wakeUp: () => void = () => undefined;
  private isAwake = false;

  constructor(
    private readonly lane: number,
    positions: ReadonlyMap<string, number>,
    private readonly source: LaneSource,
  ) {
    this.readings = [...positions].map(([topic, position]) => ({ topic, position, seeks: 0, pausedUntil: 0 }));
  }

  /** Delivers until `stop`; rejects with what `eachBatch` threw. */
  async run(): Promise<void> {
    while (!this.isStopping) {
      const reading = this.next();
      if (reading) await this.deliver(reading);
      else await this.sleep();
    }
  }

  /** No further batch begins; the one in hand is told by `isCurrent`. */
  stop(): void {
    this.isStopping = true;
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
    const at = this.readings.findIndex(
      ({ topic, position, pausedUntil }) => pausedUntil <= now && position < this.source.end(topic, this.lane),
    );
    if (at === -1) return undefined;
    const [reading] = this.readings.splice(at, 1);
    this.readings.push(reading!);
    return reading;
  }

  private async deliver(reading: Reading): Promise<void> {
    const { topic, position, seeks } = reading;
    const fetched = await this.source.fetch(topic, this.lane, position);
    if (!fetched || this.isStopping || reading.seeks !== seeks || reading.pausedUntil > performance.now()) return;
    if (fetched.records.length > 0)
      await this.source.eachBatch({
        ...fetched,
        topic,
        partition: this.lane,
        fetchedOffset: position,
        isCurrent: () => !this.isStopping,
        heartbeat: () => Promise.resolve(),
      });
    if (reading.seeks === seeks) reading.position = (fetched.records.at(-1)?.offset ?? fetched.highWatermark - 1) + 1;
  }

  private async sleep(): Promise<void> {
    if (!this.isAwake) await new Promise<void>((resolve) => (this.wakeUp = resolve));
    this.isAwake = false;
  }
}
