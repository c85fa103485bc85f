import { type AcceptedLabels } from '@assay/contracts/gold/gold-item';
import { itemLane, rowKey } from '@assay/platform/copies/annotated-item';
import { type Transaction } from '@assay/platform/transport/transaction';

/** A gold item as it is kept. */
export interface KeptGold {
  key: string;
  project: string;
  item: string;
  revision: number;
  isActive: boolean;
  accepted: AcceptedLabels[];
  /** Grows each time that the item is to be checked anew. */
  asks: number;
}

/** A gold item as it is to be kept. */
export type ToldState = Omit<KeptGold, 'key' | 'asks'>;

interface GoldRow {
  key: string;
  project: string;
  item: string;
  revision: string;
  is_active: boolean;
  accepted: AcceptedLabels[];
  asks: string;
}

const COLUMNS = 'key, project, item, revision, is_active, accepted, asks';

function goldOf({ key, project, item, revision, is_active, accepted, asks }: GoldRow): KeptGold {
  return { key, project, item, revision: Number(revision), isActive: is_active, accepted, asks: Number(asks) };
}

/** Has imports of a project wait for each other until the end of the transaction: an item that is not there yet has no row to lock. */
export async function lockImports(tx: Pick<Transaction, 'sql'>, project: string): Promise<void> {
  await tx.sql('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`gold ${project}`]);
}

/** Gold items by row key. */
export async function goldByKey(tx: Pick<Transaction, 'sql'>, keys: readonly string[]): Promise<Map<string, KeptGold>> {
  const rows = await tx.sql<GoldRow>(`select ${COLUMNS} from gold_item where key = any($1::bigint[])`, [keys]);
  return new Map(rows.map((row) => [row.key, goldOf(row)]));
}

/** The same, locked until the end of the transaction in the order of their keys. */
export async function lockGold(tx: Pick<Transaction, 'sql'>, keys: readonly string[]): Promise<Map<string, KeptGold>> {
  const rows = await tx.sql<GoldRow>(
    `select ${COLUMNS} from gold_item where key = any($1::bigint[]) order by key for update`,
    [keys],
  );
  return new Map(rows.map((row) => [row.key, goldOf(row)]));
}

/** Writes gold items, to be checked by the owner of their lane. */
export async function saveGold(tx: Pick<Transaction, 'sql'>, items: readonly ToldState[]): Promise<void> {
  if (items.length === 0) return;
  const rows = items.map((one) => ({
    ...{ key: rowKey(one), project: one.project, item: one.item, revision: one.revision },
    ...{ lane: itemLane(one), is_active: one.isActive, accepted: one.accepted },
  }));
  await tx.sql(
    `insert into gold_item (key, project, item, lane, revision, is_active, accepted, to_check)
     select key, project, item, lane, revision, is_active, accepted, true
     from json_to_recordset($1::json) as g (key bigint, project text, item text, lane smallint, revision bigint, is_active boolean,
       accepted jsonb)
     order by key
     on conflict (key) do update set revision = excluded.revision, is_active = excluded.is_active, accepted = excluded.accepted,
       to_check = true, asks = gold_item.asks + 1, changed_at = now()`,
    [JSON.stringify(rows)],
  );
}

/** Has every gold item of these projects checked anew: their policy has changed. */
export async function markToCheck(tx: Pick<Transaction, 'sql'>, projects: readonly string[]): Promise<void> {
  await tx.sql('update gold_item set to_check = true, asks = asks + 1 where project = any($1::text[])', [projects]);
}

/** Lanes with gold items that are to be checked. */
export async function lanesToCheck(store: Pick<Transaction, 'sql'>): Promise<number[]> {
  const rows = await store.sql<{ lane: number }>(`select distinct lane from gold_item where to_check`);
  return rows.map(({ lane }) => lane);
}

/** At most `limit` gold items of a lane that are to be checked. */
export async function goldToCheck(tx: Pick<Transaction, 'sql'>, lane: number, limit: number): Promise<KeptGold[]> {
  const rows = await tx.sql<GoldRow>(`select ${COLUMNS} from gold_item where lane = $1 and to_check limit $2`, [
    lane,
    limit,
  ]);
  return rows.map(goldOf);
}

/** Gold items were checked as they were asked for when they were read; one whose labels or policy changed meanwhile is to be checked again. */
export async function markChecked(tx: Pick<Transaction, 'sql'>, items: readonly KeptGold[]): Promise<void> {
  await tx.sql(
    `update gold_item g set to_check = false
     from unnest($1::bigint[], $2::bigint[]) as c (key, asks) where g.key = c.key and g.asks = c.asks and g.key = any($1)`,
    [items.map((one) => one.key), items.map((one) => one.asks)],
  );
}

/** A gold item in a list. */
export interface ListedGold {
  item: string;
  state: 'active' | 'retired';
  revision: number;
  accepted: AcceptedLabels[];
  /** Assignments by which it was shown. */
  exposures: number;
  checks: number;
  right: number;
}

/** At most `limit` gold items of a project in the order of their names, from behind `after` on. */
export async function goldPage(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  page: { after: string; limit: number },
): Promise<ListedGold[]> {
  const rows = await tx.sql<GoldRow & { exposures: number; checks: number; right_checks: number }>(
    `select ${COLUMNS}, (select count(*)::int from exposure e where e.key = g.key) as exposures,
       (select count(is_right)::int from gold_check c where c.key = g.key) as checks,
       (select count(*)::int from gold_check c where c.key = g.key and c.is_right) as right_checks
     from gold_item g where project = $1 and item > $2 order by item limit $3`,
    [project, page.after, page.limit],
  );
  return rows.map(({ item, revision, is_active, accepted, exposures, checks, right_checks }) => ({
    ...{ item, state: is_active ? 'active' : 'retired', revision: Number(revision), accepted, exposures, checks },
    right: right_checks,
  }));
}

/** Checks of a project that count, and how many of them are right: the pool that an item is compared with. */
export async function poolOf(
  tx: Pick<Transaction, 'sql'>,
  project: string,
): Promise<{ checks: number; right: number }> {
  const [row] = await tx.sql<{ checks: number; right: number }>(
    `select count(is_right)::int as checks, (count(*) filter (where is_right))::int as "right" from gold_check where project = $1`,
    [project],
  );
  return row ?? { checks: 0, right: 0 };
}

/** Keeps who was shown which gold item; an assignment counts once. */
export async function keepExposures(
  tx: Pick<Transaction, 'sql'>,
  assignments: readonly { project: string; item: string; assignment: string; worker: string }[],
): Promise<void> {
  await tx.sql(
    `insert into exposure (assignment, key, worker)
     select assignment, key, worker from unnest($1::uuid[], $2::bigint[], $3::uuid[]) as e (assignment, key, worker)
     where exists (select 1 from gold_item g where g.key = e.key) on conflict do nothing`,
    [assignments.map((one) => one.assignment), assignments.map(rowKey), assignments.map((one) => one.worker)],
  );
}

/** Numbers for the gauges. */
export async function goldCounts(
  tx: Pick<Transaction, 'sql'>,
): Promise<{ active: number; retired: number; exposures: number }> {
  const [row] = await tx.sql<{ active: number; retired: number; exposures: number }>(
    `select (count(*) filter (where is_active))::int as active, (count(*) filter (where not is_active))::int as retired,
       (select count(*)::int from exposure) as exposures from gold_item`,
  );
  return row ?? { active: 0, retired: 0, exposures: 0 };
}

/** What is not at rest of a project: items to be checked, parked events. */
export async function restOf(
  tx: Pick<Transaction, 'sql'>,
  project: string,
): Promise<{ behind: number; parked: number }> {
  const [row] = await tx.sql<{ behind: number; parked: number }>(
    `select (select count(*)::int from gold_item where project = $1 and to_check) as behind,
            (select count(*)::int from parked where project = $1) as parked`,
    [project],
  );
  return row ?? { behind: 0, parked: 0 };
}
