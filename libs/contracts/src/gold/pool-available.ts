import { contract } from '../contract';
import { Integer } from '../fields';
import { itemKey, ItemRef } from '../item/item-imported';
import { GOLD_POOL } from '../topics';

/** A reference to a gold item, without its labels: it may be mixed into the work. The highest revision counts. */
export class PoolAvailable extends ItemRef {
  /** That of the gold item. */
  @Integer({ min: 1 })
  revision!: number;
}

export const poolAvailable = contract({
  type: 'assay.gold.pool-available.v1',
  summary: 'An item may be mixed into the work as gold; says nothing of its label.',
  topic: GOLD_POOL,
  key: itemKey,
  data: PoolAvailable,
  producers: ['gold'],
  consumers: ['assignment', 'consensus'],
});
