import { Semaphore } from 'async-mutex';
import { type SubscribeOptions } from './event-log';
import { LaneReader, type LaneSource } from './lane-reader';

/** Large batches of all lanes that are in hand at once: one is handled while PostgreSQL works on another, and each takes memory. */
const LARGE_AT_ONCE = 2;

/** The lanes that a member has, each read by a reader of its own. */
export class LaneReaders {
  private readonly running = new Map<number, { reader: LaneReader; done: Promise<void> }>();
  private readonly large = new Semaphore(LARGE_AT_ONCE);

  /** @param failed is called with what ended a reader: what `eachBatch` threw. */
  constructor(
    private readonly source: LaneSource,
    private readonly options: Pick<SubscribeOptions, 'onAssigned' | 'onRevoked'>,
    private readonly failed: (error: Error) => void,
  ) {}

  /** In the order of their numbers. */
  lanes(): number[] {
    return [...this.running.keys()].sort((a, b) => a - b);
  }

  has(lane: number): boolean {
    return this.running.has(lane);
  }

  /** Begins a lane at these positions, by topic. */
  start(lane: number, positions: ReadonlyMap<string, number>): void {
    const reader = new LaneReader(lane, positions, this.source, this.large);
    this.options.onAssigned?.(lane);
    this.running.set(lane, { reader, done: reader.run().catch(this.failed) });
  }

  /** Lets go of lanes when the batches in hand are done. */
  async drop(lanes: readonly number[]): Promise<void> {
    const readers = lanes.map((lane) => this.running.get(lane)!);
    for (const { reader } of readers) reader.stop();
    await Promise.all(readers.map(({ done }) => done));
    for (const lane of lanes) if (this.running.delete(lane)) this.options.onRevoked?.(lane);
  }

  /** There may be something to read in a lane. */
  wake(lane: number): void {
    this.running.get(lane)?.reader.wake();
  }

  seek(topic: string, lane: number, position: number): void {
    this.running.get(lane)?.reader.seek(topic, position);
  }

  pause(topic: string, lane: number, milliseconds: number): void {
    this.running.get(lane)?.reader.pause(topic, milliseconds);
  }

  resume(topic: string, lane: number): void {
    this.running.get(lane)?.reader.resume(topic);
  }
}
