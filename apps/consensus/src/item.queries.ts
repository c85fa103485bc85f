import { type ItemRef } from '@assay/contracts/item/item-imported';
import { itemLane, rowKey } from '@assay/platform/copies/annotated-item';
import { inIndexOrder } from '@assay/platform/postgres/index-order';
import { joinedJson, jsonTexts } from '@assay/platform/postgres/joined-json';
import { plainArray } from '@assay/platform/postgres/plain-array';
import { type LanesTransaction, type Transaction } from '@assay/platform/transport/transaction';
import { type Item, stateOf } from './item.domain';

interface ItemRow {
  key: string;
  project: string;
  item: string;
  imported: Item['imported'] | null;
  is_withdrawn: boolean;
  entries: Item['entries'];
  decisions: Item['decisions'];
  adjudications: Item['adjudications'];
  contribution: Item['contribution'];
  version: number;
  policy_revision: string;
  epoch: number;
}

const COLUMNS =
  'key, project, item, imported, is_withdrawn, entries, decisions, adjudications, contribution, version, policy_revision, epoch';

/** Items by row key. */
export async function itemsByKey(tx: Pick<Transaction, 'sql'>, keys: readonly string[]): Promise<Map<string, Item>> {
  const rows = await tx.sql<ItemRow>(`select ${COLUMNS} from item where key = any($1::bigint[])`, [plainArray(keys)]);
  return new Map(rows.map((row) => [row.key, itemOf(row)]));
}

/** At most `limit` items of a project in a lane in the order of their keys, from behind `after` on. */
export async function itemsOfLane(
  tx: Pick<Transaction, 'sql'>,
  place: { project: string; lane: number; after: string | null },
  limit: number,
): Promise<Item[]> {
  const rows = await inIndexOrder<ItemRow>(
    tx,
    `select ${COLUMNS} from item
     where project = $1 and lane = $2 and key > coalesce($3::bigint, '-9223372036854775808') order by key limit $4`,
    [place.project, place.lane, place.after, limit],
  );
  return rows.map(itemOf);
}

/** What is known of an item in the gold pool: whether it is in it, by the revision that said so. */
export interface GoldReference {
  revision: number;
  isAvailable: boolean;
}

/** What is known of items in the gold pool, by row key; most items were never in it. */
export async function goldAmong(
  tx: Pick<Transaction, 'sql'>,
  keys: readonly string[],
): Promise<Map<string, GoldReference>> {
  const rows = await tx.sql<{ key: string; revision: string; is_available: boolean }>(
    'select key, revision, is_available from gold_reference where key = any($1::bigint[])',
    [plainArray(keys)],
  );
  return new Map(rows.map((row) => [row.key, { revision: Number(row.revision), isAvailable: row.is_available }]));
}

/** Keeps which items are in the gold pool, of each the highest revision; of one revision the withdrawal. */
export async function keepGoldReferences(
  tx: Pick<Transaction, 'sql'>,
  references: readonly (ItemRef & GoldReference)[],
): Promise<void> {
  await tx.sql(
    `insert into gold_reference as g (key, revision, is_available)
     select distinct on (key) key, revision, is_available
     from unnest($1::bigint[], $2::bigint[], $3::boolean[]) as r (key, revision, is_available)
     order by key, revision desc, is_available
     on conflict (key) do update set revision = excluded.revision, is_available = excluded.is_available
       where (g.revision, not g.is_available) < (excluded.revision, not excluded.is_available)`,
    [
      references.map(rowKey),
      references.map(({ revision }) => revision),
      references.map(({ isAvailable }) => isAvailable),
    ],
  );
}

/** Writes items, new or known. */
export function saveItems(tx: Pick<LanesTransaction, 'later'>, items: readonly Item[]): void {
  if (items.length === 0) return;
  tx.later(
    `insert into item (key, project, item, lane, imported, is_withdrawn, entries, decisions, adjudications, contribution, state, version, policy_revision, epoch)
     select key, project, item, lane, imported::jsonb, is_withdrawn, entries::json, decisions::jsonb, adjudications::json, contribution::json, state, version,
            policy_revision, epoch
     from unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[], ${jsonTexts(5)}, $6::boolean[], ${[7, 8, 9, 10].map(jsonTexts).join(', ')},
                 $11::text[], $12::integer[], $13::bigint[], $14::integer[])
       as i (key, project, item, lane, imported, is_withdrawn, entries, decisions, adjudications, contribution, state, version, policy_revision, epoch)
     on conflict (key) do update set imported = excluded.imported, is_withdrawn = excluded.is_withdrawn,
       entries = excluded.entries, decisions = excluded.decisions, adjudications = excluded.adjudications, contribution = excluded.contribution, state = excluded.state, version = excluded.version,
       policy_revision = excluded.policy_revision, epoch = excluded.epoch`,
    [
      plainArray(items.map((item) => item.key)),
      items.map((item) => item.project),
      items.map((item) => item.item),
      plainArray(items.map(itemLane)),
      joinedJson(items.map((item) => item.imported)),
      plainArray(items.map((item) => item.isWithdrawn)),
      joinedJson(items.map((item) => item.entries)),
      joinedJson(items.map((item) => item.decisions)),
      joinedJson(items.map((item) => item.adjudications)),
      joinedJson(items.map((item) => item.contribution)),
      plainArray(items.map(stateOf)),
      plainArray(items.map((item) => item.version)),
      plainArray(items.map((item) => item.policyRevision)),
      plainArray(items.map((item) => item.epoch)),
    ],
  );
}

function itemOf(row: ItemRow): Item {
  return {
    key: row.key,
    project: row.project,
    item: row.item,
    ...(row.imported && { imported: row.imported }),
    isWithdrawn: row.is_withdrawn,
    entries: row.entries,
    decisions: row.decisions,
    adjudications: row.adjudications,
    contribution: row.contribution,
    version: row.version,
    policyRevision: Number(row.policy_revision),
    epoch: row.epoch,
  };
}

/**
 * One page of a project's items in the order of their names; a withdrawn item is not among them.
 * @param page.state of the item, or of its `question` where one is named.
 */
export async function itemPage(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  page: { after: string; limit: number; state?: string; question?: string },
): Promise<Item[]> {
  const rows = await inIndexOrder<ItemRow>(
    tx,
    `select ${COLUMNS} from item
     where project = $1 and item > $2 and not is_withdrawn
       and ($4::text is null or case when $5::text is null then state = $4
            else decisions @> jsonb_build_array(jsonb_build_object('question', $5::text, 'state', $4::text)) end)
     order by item limit $3`,
    [project, page.after, page.limit, page.state ?? null, page.question ?? null],
  );
  return rows.map(itemOf);
}

/** One item, withdrawn or not. */
export async function itemNamed(
  tx: Pick<Transaction, 'sql'>,
  ref: { project: string; item: string },
): Promise<Item | undefined> {
  const item = (await itemsByKey(tx, [rowKey(ref)])).get(rowKey(ref));
  return item?.project === ref.project && item.item === ref.item ? item : undefined;
}
