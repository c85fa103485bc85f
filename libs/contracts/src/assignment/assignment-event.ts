import { Integer, Text, Timestamp } from '../fields';
import { ItemRef } from '../item/item-imported';

/** Which assignment an event speaks of: leave for one worker to annotate one item. The highest version counts. */
export class AssignmentEvent extends ItemRef {
  /** Random uuid: it tells nothing of when it was made, or of what. */
  @Text({ max: 36 })
  assignment!: string;

  /** uuid of the worker. */
  @Text({ max: 36 })
  worker!: string;

  @Integer({ max: 1_000_000 })
  occasion!: number;

  /** Until when the worker may hand in. */
  @Timestamp()
  deadline!: string;

  @Integer({ min: 1 })
  version!: number;
}
