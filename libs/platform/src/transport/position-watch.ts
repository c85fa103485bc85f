import { type DataSource } from 'typeorm';
import { type Subscription } from '../event-log/event-log';
import { allPositions, type Lane } from './lane.queries';
import { messageOf } from './message-of';
import { type SliceRunner } from './slice-runner';

/** How long a position that an operator moved may wait until its reader goes on from there. */
const LOOK_MS = 2000;

export interface PositionWatchOptions {
  dataSource: DataSource;
  runner: SliceRunner;
  subscription: Subscription;
  /** Names of the topics that the service reads. */
  topics: readonly string[];
  /** Does `task` when what goes on in a lane is done. */
  exclusively(lane: Lane, task: () => Promise<void>): Promise<void>;
  logger: { warn(message: string): void };
}

/**
 * Looks now and then, in one statement for all lanes, whether a position of this instance's stands elsewhere than where it left it: an
 * operator moved it, perhaps of a partition that is stopped, which no batch would tell.
 */
export class PositionWatch {
  private readonly timer: NodeJS.Timeout;
  private looking: Promise<void> | undefined;

  constructor(private readonly options: PositionWatchOptions) {
    this.timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  /** Looks once; what cannot be read now is read the next time. */
  look(): Promise<void> {
    this.looking ??= this.follow()
      .catch((error: unknown) => this.options.logger.warn(`positions: ${messageOf(error)}`))
      .finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** Ends the looks after the one in hand. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async follow(): Promise<void> {
    const { dataSource, runner, subscription, topics, exclusively } = this.options;
    const mine = new Set(subscription.lanes());
    for (const { positions, ...lane } of await allPositions(dataSource.manager)) {
      if (!mine.has(lane.partition)) continue;
      for (const [topic, position] of Object.entries(positions)) {
        if (!topics.includes(topic) || !runner.isElsewhere(lane, topic, position)) continue;
        await exclusively(lane, () => runner.follow(lane, topic, subscription));
      }
    }
  }
}
