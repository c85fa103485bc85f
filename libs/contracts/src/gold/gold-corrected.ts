import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { GOLD_ITEMS } from '../topics';
import { GoldItem } from './gold-item';

/** A gold item whose accepted labels were wrong: what was checked by them is checked anew. */
export class GoldCorrected extends GoldItem {}

export const goldCorrected = contract({
  type: 'assay.gold.corrected.v1',
  summary: 'The accepted labels of a gold item changed.',
  topic: GOLD_ITEMS,
  key: itemKey,
  data: GoldCorrected,
  producers: ['gold'],
  consumers: ['scoring'],
});
