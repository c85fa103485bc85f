import { messageOf } from './message-of';
import { type Lane } from './lane.queries';

/** One kind of work on a lane: runs a slice, and says whether more is left. */
export interface Work {
  everyMs: number;
  run(): Promise<boolean>;
}

/** Gives batches and lane work of one lane their turns, one after the other. */
export class LaneWorker {
  private turn: Promise<unknown> = Promise.resolve();
  private timers: NodeJS.Timeout[] = [];
  private readonly waiting = new Set<Work>();
  private isStopped = false;

  constructor(
    readonly lane: Lane,
    private readonly work: readonly Work[],
    private readonly logger: { warn(message: string): void },
  ) {}

  /** The lane is this instance's: its work begins. */
  start(): void {
    if (this.timers.length > 0 || this.isStopped) return;
    this.timers = this.work.map((one) => setInterval(() => this.schedule(one), one.everyMs).unref());
    this.wake();
  }

  /** Something was handled: there may be work. */
  wake(): void {
    if (this.timers.length > 0) for (const one of this.work) this.schedule(one);
  }

  /** Does `task` when what goes on in this lane is done. */
  exclusively<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(task);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Ends the work after the slice in hand. */
  async stop(): Promise<void> {
    this.isStopped = true;
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
    await this.turn;
  }

  private schedule(work: Work): void {
    if (this.waiting.has(work) || this.isStopped) return;
    this.waiting.add(work);
    void this.exclusively(async () => {
      this.waiting.delete(work);
      if (this.isStopped) return;
      try {
        if (await work.run()) this.schedule(work);
      } catch (error) {
        // It is tried again with the next batch or after `everyMs`.
        this.logger.warn(`lane work on ${this.lane.kind}/${this.lane.partition}: ${messageOf(error)}`);
      }
    });
  }
}
