import { contract } from '../contract';
import { itemKey, ItemRef } from '../item/item-imported';
import { INBOUND } from '../topics';

/** The end of an item, as a tool says it. It may arrive before the item. */
export class InboundItemWithdrawal extends ItemRef {}

export const inboundItemWithdrawal = contract({
  type: 'assay.inbound.item-withdrawal.v1',
  summary: 'A tool takes an item back for good.',
  topic: INBOUND,
  key: itemKey,
  data: InboundItemWithdrawal,
  producers: ['tools'],
  consumers: ['ingestion'],
});
