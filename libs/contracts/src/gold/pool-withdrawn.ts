import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { GOLD_POOL } from '../topics';
import { PoolAvailable } from './pool-available';

/** An item that is no more to be mixed into the work as gold. */
export class PoolWithdrawn extends PoolAvailable {}

export const poolWithdrawn = contract({
  type: 'assay.gold.pool-withdrawn.v1',
  summary: 'An item is no more to be mixed into the work as gold.',
  topic: GOLD_POOL,
  key: itemKey,
  data: PoolWithdrawn,
  producers: ['gold'],
  consumers: ['assignment', 'consensus'],
});
