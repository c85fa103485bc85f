import { type ItemImported } from '@assay/contracts/item/item-imported';
import { type Transaction } from '@assay/platform/transport/transaction';
import { publishItem, publishWithdrawal, toItemRow } from './item.event';
import { highestItemRevisions, insertItems, insertWithdrawals, itemKeyOf, type ItemRow } from './item.queries';
import { type Outcome, outcomes } from './outcome.domain';

/**
 * Records and publishes items.
 * @returns the outcome of each, in order.
 */
export async function recordItems(tx: Transaction, items: readonly ItemImported[], at: string): Promise<Outcome[]> {
  if (items.length === 0) return [];
  const rows = items.map((item) => toItemRow(item, at));
  const first = new Map<string, ItemRow>();
  for (const row of rows) if (!first.has(row.event)) first.set(row.event, row);

  const revisions = await highestItemRevisions(tx, rows);
  const added = await insertItems(tx, [...first.values()]);
  // An event's id is made of its content, so that one on record says the same.
  const hashes = new Map(
    [...first.values()].filter((row) => !added.has(row.event)).map((row) => [row.event, row.hash]),
  );
  for (const row of first.values()) if (added.has(row.event)) publishItem(tx, row);
  return outcomes(
    rows.map((row) => ({ ...row, subject: itemKeyOf(row), sourceId: row.event })),
    { hashes, revisions },
  );
}

/**
 * Records and publishes the end of items, whether they were ever imported or not.
 * @returns the outcome of each, in order.
 */
export async function recordWithdrawals(
  tx: Transaction,
  items: readonly { project: string; item: string }[],
  at: string,
): Promise<Outcome[]> {
  const distinct = new Map(
    items.map(({ project, item }) => [itemKeyOf({ project, item }), { project, item, recorded_at: at }]),
  );
  const added = await insertWithdrawals(tx, [...distinct.values()]);
  for (const row of added) publishWithdrawal(tx, row);
  const ended = new Set(added.map(itemKeyOf));
  return items.map((item) => (ended.delete(itemKeyOf(item)) ? { status: 'accepted' } : { status: 'duplicate' }));
}
