import { type CloudEvent } from '@assay/contracts/cloud-event';

/** Events of one partition, in the order of their offsets, each valid by its contract. */
export interface Batch<T extends object = object> {
  topic: string;
  /** Partition number: the lane in which everything with these keys meets. */
  lane: number;
  events: readonly ReceivedEvent<T>[];
}

/** A valid event and where it stood in the log. */
export interface ReceivedEvent<T extends object = object> extends CloudEvent<T> {
  offset: number;
}
