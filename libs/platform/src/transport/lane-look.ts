import { coalesced } from '../event-log/coalesced';
import { type Lane } from './lane.queries';
import { type Work } from './lane-worker';
import { messageOf } from './message-of';

/** One kind of work on lanes. */
export interface LaneLookOptions {
  /** What it looks for, for the log. */
  name: string;
  everyMs: number;
  work: Work;
  /** The lanes where there is something to do, whoever has them. */
  due(): Promise<readonly Lane[]>;
  /** Lanes where there is something to do: gives those that this instance has their turns. */
  take(lanes: readonly Lane[], work: Work): void;
  logger: { warn(message: string): void };
}

/**
 * Looks now and then where work of one kind is due: one statement for all lanes. A transaction for each lane, which held it to find
 * nothing, cost an idle service 1 % of a core, and PostgreSQL more.
 */
export class LaneLook {
  /** Looks now; while a look is going on, once more after it. */
  readonly look = coalesced(() => this.lookOnce());
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly options: LaneLookOptions) {}

  start(): void {
    this.timer ??= setInterval(() => void this.look(), this.options.everyMs).unref();
  }

  /** Ends the looks after the one in hand. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.looking;
  }

  private async lookOnce(): Promise<void> {
    if (this.isStopped) return;
    this.looking = this.find();
    await this.looking;
  }

  private async find(): Promise<void> {
    const { name, due, work, take, logger } = this.options;
    try {
      const lanes = await due();
      if (!this.isStopped && lanes.length > 0) take(lanes, work);
    } catch (error) {
      logger.warn(`look for ${name}: ${messageOf(error)}`);
    }
  }
}
