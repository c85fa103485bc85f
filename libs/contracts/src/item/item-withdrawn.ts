import { contract } from '../contract';
import { ITEM_EVENTS } from '../topics';
import { itemKey, ItemRef } from './item-imported';

/** The end of an item: it is decided no more and counts nowhere. */
export class ItemWithdrawn extends ItemRef {}

export const itemWithdrawn = contract({
  type: 'assay.item.withdrawn.v1',
  summary: 'An item was taken back for good.',
  topic: ITEM_EVENTS,
  key: itemKey,
  data: ItemWithdrawn,
  producers: ['ingestion'],
  consumers: ['consensus', 'gold', 'scoring', 'assignment'],
});
