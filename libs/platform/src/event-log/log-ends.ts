import { type Topic } from '@assay/contracts/contract';
import { type EventLog } from './event-log';

/** Tells how far the log reaches: for who must know that it has read everything up to a moment. */
export class LogEnds {
  constructor(private readonly log: Pick<EventLog, 'offsets'>) {}

  /** Offset after the last record of a partition. */
  async of(topic: Topic, partition: number): Promise<number> {
    return (await this.log.offsets(topic.name))[partition]?.end ?? 0;
  }
}
