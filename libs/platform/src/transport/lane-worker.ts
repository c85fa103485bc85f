import { type Semaphore } from 'async-mutex';
import { messageOf } from './message-of';
import { type Lane } from './lane.queries';

/** Runs one slice of work on a lane, and says whether more is left. */
export type Work = (lane: Lane) => Promise<boolean>;

/** Gives batches and lane work of one lane their turns, one after the other. */
export class LaneWorker {
  private turn: Promise<unknown> = Promise.resolve();
  private readonly waiting = new Set<Work>();
  private isStopped = false;

  /** @param working lane work of all lanes at once: batches are not to wait for the processor behind it. */
  constructor(
    readonly lane: Lane,
    private readonly working: Semaphore,
    private readonly logger: { warn(message: string): void },
  ) {}

  /** Does `task` when what goes on in this lane is done. */
  exclusively<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(task);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Gives work its turns until nothing is left of it; while it waits for one it is not put in again. */
  take(work: Work): void {
    if (this.waiting.has(work) || this.isStopped) return;
    this.waiting.add(work);
    void this.working.runExclusive(() => this.exclusively(() => this.work(work)));
  }

  private async work(work: Work): Promise<void> {
    this.waiting.delete(work);
    if (this.isStopped) return;
    try {
      if (await work(this.lane)) this.take(work);
    } catch (error) {
      // It is still due: the next look finds it.
      this.logger.warn(`lane work on ${this.lane.kind}/${this.lane.partition}: ${messageOf(error)}`);
    }
  }

  /** Ends the work after the slice in hand. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.turn;
  }
}
