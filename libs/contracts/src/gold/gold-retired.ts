import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { GOLD_ITEMS } from '../topics';
import { GoldItem } from './gold-item';

/** A gold item that audits nobody any more: its label is not taken to be known, and its checks are void. */
export class GoldRetired extends GoldItem {}

export const goldRetired = contract({
  type: 'assay.gold.retired.v1',
  summary: 'An item is gold no more.',
  topic: GOLD_ITEMS,
  key: itemKey,
  data: GoldRetired,
  producers: ['gold'],
  consumers: ['scoring'],
});
