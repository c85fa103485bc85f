import { type CloudEvent } from '@assay/contracts/cloud-event';

/** Events of one topic, each valid by its contract: those of one lane, or of several; those of a lane in the order of their offsets. */
export interface Batch<T extends object = object> {
  topic: string;
  events: readonly ReceivedEvent<T>[];
}

/** A valid event and where it stood in the log. */
export interface ReceivedEvent<T extends object = object> extends Omit<CloudEvent<T>, 'time'> {
  /** As its sender wrote it, where it says one: of a tool, any text. */
  time?: string;
  /** Partition number: the lane in which everything with this key meets. */
  lane: number;
  offset: number;
}
