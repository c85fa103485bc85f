import { createHash } from 'node:crypto';
import { type ItemImported, itemImported } from '@assay/contracts/item/item-imported';
import { itemWithdrawn } from '@assay/contracts/item/item-withdrawn';
import { eventId } from '@assay/platform/transport/event-id';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type ItemRow, type WithdrawalRow } from './item.queries';

/** An item as it is recorded: one event for each content of each revision, whoever says it and however often. */
export function toItemRow({ project, item, revision, slice, data }: ItemImported, at: string): ItemRow {
  const hash = createHash('sha256')
    .update(JSON.stringify([slice ?? null, inOneOrder(data ?? null)]))
    .digest('hex');
  const event = eventId('item-imported', project, item, revision, hash);
  return { event, project, item, revision, slice: slice ?? null, data: data ?? null, hash, recorded_at: at };
}

/** The order of fields says nothing. */
function inOneOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOneOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // As pairs: an object would put names that are numbers first, and swallow `__proto__`.
  return { object: entries.map(([name, inner]) => [name, inOneOrder(inner)]) };
}

/** Publishes an item as the record holds it; the same again whenever it is published again. */
export function publishItem(tx: Transaction, row: ItemRow): void {
  const { project, item, revision, slice, data } = row;
  const said = { project, item, revision, ...(slice !== null && { slice }), ...(data !== null && { data }) };
  tx.publish(itemImported, row.event, said, { time: row.recorded_at });
}

/** Publishes the end of an item; the same again whenever it is published again. */
export function publishWithdrawal(tx: Transaction, { project, item, recorded_at: time }: WithdrawalRow): void {
  tx.publish(itemWithdrawn, eventId('item-withdrawn', project, item), { project, item }, { time });
}
