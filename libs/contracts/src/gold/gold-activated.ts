import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { GOLD_ITEMS } from '../topics';
import { GoldItem } from './gold-item';

/** An item whose label is known from now on. */
export class GoldActivated extends GoldItem {}

export const goldActivated = contract({
  type: 'assay.gold.activated.v1',
  summary: 'An item became gold: its accepted labels are known.',
  topic: GOLD_ITEMS,
  key: itemKey,
  data: GoldActivated,
  producers: ['gold'],
  consumers: ['scoring'],
});
