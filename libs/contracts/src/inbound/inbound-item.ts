import { contract } from '../contract';
import { Integer, JsonObject, Text } from '../fields';
import { itemKey, ItemRef } from '../item/item-imported';
import { INBOUND } from '../topics';

/** An item to be labelled, as a tool says it. */
export class InboundItem extends ItemRef {
  /** The highest counts, ties by content hash; 0 unless said. */
  @Integer({ optional: true })
  revision?: number;

  /** Group of items that agreement is also shown for. */
  @Text({ optional: true })
  slice?: string;

  /** What a worker is shown. */
  @JsonObject({ optional: true })
  data?: Record<string, unknown>;
}

export const inboundItem = contract({
  type: 'assay.inbound.item.v1',
  summary: 'A tool brings an item to be labelled.',
  topic: INBOUND,
  key: itemKey,
  data: InboundItem,
  producers: ['tools'],
  consumers: ['ingestion'],
});
