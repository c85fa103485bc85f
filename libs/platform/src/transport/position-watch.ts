import { type DataSource } from 'typeorm';
import { type Topic } from '@assay/contracts/contract';
import { type Subscription } from '../event-log/event-log';
import { allPositions } from './lane.queries';
import { messageOf } from './message-of';
import { type SliceRunner } from './slice-runner';

/** How long a position that an operator moved may wait until its reader goes on from there. */
const LOOK_MS = 2000;

export interface PositionWatchOptions {
  dataSource: DataSource;
  runner: SliceRunner;
  subscription: Subscription;
  /** What the service reads. */
  topics: readonly Pick<Topic, 'name' | 'lane'>[];
  /** Does `task` when what goes on in a lane is done. */
  exclusively(lane: { kind: Topic['lane']; partition: number }, task: () => Promise<void>): Promise<void>;
  logger: { warn(message: string): void };
}

/**
 * Looks now and then, in one statement for all lanes, whether a position of this instance's stands elsewhere than where it left it: an
 * operator moved it, perhaps of a partition that is stopped, or PostgreSQL was replaced by one that had not heard of it yet, perhaps of a
 * topic in which nothing comes any more: no batch would tell.
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
    const lanes = await allPositions(dataSource.manager);
    for (const partition of subscription.lanes()) {
      for (const { name, lane: kind } of topics) {
        const lane = { kind, partition };
        const found = lanes.find((one) => one.kind === kind && one.partition === partition)?.positions[name];
        if (runner.isElsewhere(lane, name, found))
          await exclusively(lane, () => runner.follow(lane, name, subscription));
      }
    }
  }
}
