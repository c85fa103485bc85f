import { contract } from '../contract';
import { Integer, JsonObject, Text } from '../fields';
import { ITEM_EVENTS } from '../topics';

/** Where an item is: its project and its name there. */
export class ItemRef {
  @Text({ max: 63, pattern: /^[a-z0-9-]{1,63}$/ })
  project!: string;

  @Text()
  item!: string;
}

/** Key of every topic whose lane is the item. Project names hold no slash, so the key is unambiguous. */
export function itemKey(ref: { project: string; item: string }): string {
  return `${ref.project}/${ref.item}`;
}

/** The full state of an item. The highest revision counts, ties by content hash. */
export class ItemImported extends ItemRef {
  @Integer()
  revision!: number;

  /** Group of items that agreement is also shown for. */
  @Text({ optional: true })
  slice?: string;

  /** What a worker is shown. */
  @JsonObject({ optional: true })
  data?: Record<string, unknown>;
}

export const itemImported = contract({
  type: 'assay.item.imported.v1',
  summary: 'An item is to be labelled.',
  topic: ITEM_EVENTS,
  key: itemKey,
  data: ItemImported,
  producers: ['ingestion'],
  consumers: ['consensus', 'gold', 'scoring', 'assignment'],
});
