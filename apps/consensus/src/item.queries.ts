import { rowKey } from '@assay/platform/copies/annotated-item';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type Item, stateOf } from './item.domain';

interface ItemRow {
  key: string;
  project: string;
  item: string;
  imported: Item['imported'] | null;
  is_withdrawn: boolean;
  entries: Item['entries'];
  decisions: Item['decisions'];
  contribution: Item['contribution'];
  version: number;
  policy_revision: string;
  epoch: number;
}

const COLUMNS =
  'key, project, item, imported, is_withdrawn, entries, decisions, contribution, version, policy_revision, epoch';

/** Items by row key. */
export async function itemsByKey(tx: Pick<Transaction, 'sql'>, keys: readonly string[]): Promise<Map<string, Item>> {
  const rows = await tx.sql<ItemRow>(`select ${COLUMNS} from item where key = any($1::bigint[])`, [keys]);
  return new Map(rows.map((row) => [row.key, itemOf(row)]));
}

/** At most `limit` items of a lane that were decided by a lower policy revision, or by the same and a lower epoch. */
export async function itemsBehind(
  tx: Pick<Transaction, 'sql'>,
  place: { project: string; lane: number; revision: number; epoch: number },
  limit: number,
): Promise<Item[]> {
  const rows = await tx.sql<ItemRow>(
    `select ${COLUMNS} from item
     where project = $1 and lane = $2 and (policy_revision, epoch) < ($3::bigint, $4::integer) limit $5`,
    [place.project, place.lane, place.revision, place.epoch, limit],
  );
  return rows.map(itemOf);
}

/** Writes items, new or known. */
export async function saveItems(tx: Pick<Transaction, 'sql'>, lane: number, items: readonly Item[]): Promise<void> {
  if (items.length === 0) return;
  await tx.sql(
    `insert into item (key, project, item, lane, imported, is_withdrawn, entries, decisions, contribution, state, version, policy_revision, epoch)
     select key, project, item, $1, imported, is_withdrawn, entries, decisions, contribution, state, version, policy_revision, epoch
     from unnest($2::bigint[], $3::text[], $4::text[], $5::jsonb[], $6::boolean[], $7::jsonb[], $8::jsonb[], $9::jsonb[],
                 $10::text[], $11::integer[], $12::bigint[], $13::integer[])
       as i (key, project, item, imported, is_withdrawn, entries, decisions, contribution, state, version, policy_revision, epoch)
     on conflict (key) do update set imported = excluded.imported, is_withdrawn = excluded.is_withdrawn,
       entries = excluded.entries, decisions = excluded.decisions, contribution = excluded.contribution, state = excluded.state, version = excluded.version,
       policy_revision = excluded.policy_revision, epoch = excluded.epoch`,
    [
      lane,
      items.map(rowKey),
      items.map((item) => item.project),
      items.map((item) => item.item),
      items.map((item) => (item.imported ? JSON.stringify(item.imported) : null)),
      items.map((item) => item.isWithdrawn),
      items.map((item) => JSON.stringify(item.entries)),
      items.map((item) => JSON.stringify(item.decisions)),
      items.map((item) => JSON.stringify(item.contribution)),
      items.map(stateOf),
      items.map((item) => item.version),
      items.map((item) => item.policyRevision),
      items.map((item) => item.epoch),
    ],
  );
}

function itemOf(row: ItemRow): Item {
  return {
    project: row.project,
    item: row.item,
    ...(row.imported && { imported: row.imported }),
    isWithdrawn: row.is_withdrawn,
    entries: row.entries,
    decisions: row.decisions,
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
  const rows = await tx.sql<ItemRow>(
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
