import { hash } from 'node:crypto';
import { countingEntries, type Entry, isStandingRetraction } from '@assay/contracts/annotation/entry';
import { itemKey, type ItemRef } from '@assay/contracts/item/item-imported';
import { itemWithdrawn } from '@assay/contracts/item/item-withdrawn';
import { PARTITIONS } from '@assay/contracts/topics';
import { partitionOf } from '../event-log/partitioner';
import { inIndexOrder } from '../postgres/index-order';
import { joinedJson, jsonTexts } from '../postgres/joined-json';
import { plainArray } from '../postgres/plain-array';
import { type LanesTransaction, type Transaction } from '../transport/transaction';
import { isAnnotation, type ItemEvent, readyEvents, withAnnotation } from './item-events';
import { type Project } from './project-copy';

/** An item with every annotation event about it, as a service copies it that decides nothing on items. */
export interface AnnotatedItem extends ItemRef {
  isWithdrawn: boolean;
  entries: readonly Entry[];
}

/** An item that events changed. */
export interface ItemChange {
  /** Absent for an item that was not known. */
  before?: AnnotatedItem;
  after: AnnotatedItem;
  project: Project;
}

/** Key of an item's row: the first 64 bits of SHA-1 of "project/item", as PostgreSQL writes a bigint. */
export function rowKey(ref: ItemRef): string {
  return placeOf(ref).key;
}

/** Lane of an item: the partition of every event about it. */
export function itemLane(ref: ItemRef): number {
  return placeOf(ref).lane;
}

function placeOf(ref: ItemRef): { key: string; lane: number } {
  const name = itemKey(ref);
  let place = places.get(name);
  if (place === undefined) {
    if (places.size === MOST_PLACES) places.clear();
    const key = hash('sha1', name, 'buffer').readBigInt64BE(0).toString();
    places.set(name, (place = { key, lane: partitionOf(name, PARTITIONS) }));
  }
  return place;
}

/** A batch asks for the places of its items some six times, and two of 10,000 may be in hand. */
const places = new Map<string, { key: string; lane: number }>();
const MOST_PLACES = 50_000;

/** The tables of copies: projects, how far parked events were looked at, items with their annotations. For a service's first migration. */
export const CREATE_COPIES: readonly string[] = [
  `create table project (
     project text primary key,
     revision bigint not null,
     schema_version bigint not null,
     is_archived boolean not null,
     state json not null
   )`,
  `create table lane_progress (
     project text not null,
     lane smallint not null,
     drained_revision bigint not null default 0,
     primary key (project, lane)
   )`,
  `create table annotated_item (
     key bigint primary key,
     project text not null,
     item text collate "C" not null,
     lane smallint not null,
     is_withdrawn boolean not null,
     entries jsonb not null
   ) with (fillfactor = 70)`,
  'create index annotated_item_by_project on annotated_item (project, item)',
];

/**
 * Applies events about items to the copies, accounts for them, and says what changed. Applied are the entries that no later revision and no
 * retraction outdoes, whatever the policy says of repeats; of a withdrawn item none.
 */
export async function applyItemEvents(events: readonly ItemEvent[], tx: LanesTransaction): Promise<ItemChange[]> {
  const [{ ready, projects }, before] = await Promise.all([
    readyEvents(events, tx),
    itemsByKey(tx, [...new Set(events.map((event) => rowKey(event.data)))]),
  ]);
  const after = new Map(before);
  for (const event of ready) {
    const { project: name, item: itemName } = event.data;
    const key = rowKey(event.data);
    const project = projects.get(name)!;
    const item = after.get(key) ?? { project: name, item: itemName, isWithdrawn: false, entries: [] };
    if (item.project !== name || item.item !== itemName)
      tx.deadLetter(event, name, 'key_conflict', `key ${key} is that of another item`);
    else if (isAnnotation(event)) after.set(key, withAnnotation(item, event, project, tx));
    else after.set(key, event.type === itemWithdrawn.type ? { ...item, isWithdrawn: true } : item);
  }
  const changes: ItemChange[] = [];
  for (const [key, item] of after) {
    const was = before.get(key);
    if (item === was) continue;
    changes.push({ ...(was && { before: was }), after: item, project: projects.get(item.project)! });
    const [then, now] = [outcomesOf(was), outcomesOf(item)];
    tx.account(itemLane(item), item.project, {
      applied: now.applied - then.applied,
      superseded: now.superseded - then.superseded,
    });
  }
  await saveItems(
    tx,
    changes.map((change) => change.after),
  );
  return changes;
}

/** Items by row key. */
export async function itemsByKey(
  tx: Pick<Transaction, 'sql'>,
  keys: readonly string[],
): Promise<Map<string, AnnotatedItem>> {
  const rows = await tx.sql<ItemRow>(
    'select key, project, item, is_withdrawn, entries from annotated_item where key = any($1::bigint[])',
    [plainArray(keys)],
  );
  return new Map(rows.map((row) => [row.key, itemOf(row)]));
}

/** At most `limit` items of a project in the order of their names (by bytes), from behind `after` on. */
export async function annotatedItemPage(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  after: string,
  limit: number,
): Promise<AnnotatedItem[]> {
  const rows = await inIndexOrder<ItemRow>(
    tx,
    `select key, project, item, is_withdrawn, entries from annotated_item
     where project = $1 and item > $2 order by item limit $3`,
    [project, after, limit],
  );
  return rows.map(itemOf);
}

interface ItemRow {
  key: string;
  project: string;
  item: string;
  is_withdrawn: boolean;
  entries: Entry[];
}

function itemOf({ project, item, is_withdrawn, entries }: ItemRow): AnnotatedItem {
  return { project, item, isWithdrawn: is_withdrawn, entries };
}

async function saveItems(tx: LanesTransaction, items: readonly AnnotatedItem[]): Promise<void> {
  if (items.length === 0) return;
  await tx.sql(
    `insert into annotated_item (key, project, item, lane, is_withdrawn, entries)
     select key, project, item, lane, is_withdrawn, entries::json
     from unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[], $5::boolean[], ${jsonTexts(6)}) as i (key, project, item, lane, is_withdrawn, entries)
     on conflict (key) do update set is_withdrawn = excluded.is_withdrawn, entries = excluded.entries`,
    [
      plainArray(items.map(rowKey)),
      items.map((item) => item.project),
      items.map((item) => item.item),
      plainArray(items.map(itemLane)),
      plainArray(items.map((item) => item.isWithdrawn)),
      joinedJson(items.map((item) => item.entries)),
    ],
  );
}

/** What became of an item's entries. */
function outcomesOf(item: AnnotatedItem | undefined): { applied: number; superseded: number } {
  if (!item) return { applied: 0, superseded: 0 };
  const { entries, isWithdrawn } = item;
  if (isWithdrawn) return { applied: 0, superseded: entries.length };
  const applied = new Set(entries.filter((entry) => isStandingRetraction(entry, entries)));
  const questions = new Set(entries.flatMap((entry) => Object.keys(entry.labels ?? {})));
  for (const question of questions)
    for (const entry of countingEntries(entries, question, 'keep-all')) applied.add(entry);
  return { applied: applied.size, superseded: entries.length - applied.size };
}
