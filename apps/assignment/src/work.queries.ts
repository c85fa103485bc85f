import { type Decision } from '@assay/contracts/consensus/decision';
import { type ItemRef } from '@assay/contracts/item/item-imported';
import { itemLane, rowKey } from '@assay/platform/copies/annotated-item';
import { inIndexOrder } from '@assay/platform/postgres/index-order';
import { joinedJson, jsonTexts } from '@assay/platform/postgres/joined-json';
import { plainArray } from '@assay/platform/postgres/plain-array';
import { type LaneTransaction, type Transaction } from '@assay/platform/transport/transaction';
import { type Work } from './work.domain';

/** An item as work, as its row says it besides what is counted. */
export interface WorkRow extends ItemRef {
  key: string;
  imported?: { revision: number; content: string; data?: Record<string, unknown> };
  isWithdrawn: boolean;
  isGold: boolean;
  goldRevision: number;
  decidedVersion: number;
  state: string;
  decisions: readonly Decision[];
}

interface StoredRow {
  key: string;
  project: string;
  item: string;
  data: Record<string, unknown> | null;
  imported_revision: string | null;
  imported_content: string | null;
  is_withdrawn: boolean;
  is_gold: boolean;
  gold_revision: string;
  decided_version: string;
  state: string;
  decisions: Decision[];
}

/**
 * The rows of items, made where there are none, and held until the transaction ends: whoever gives one of them out waits. In the order of
 * keys, so that two transactions never wait for each other in a circle.
 */
export async function holdWork(tx: Pick<Transaction, 'sql'>, refs: readonly ItemRef[]): Promise<Map<string, WorkRow>> {
  const byKey = new Map(refs.map((ref) => [rowKey(ref), ref]));
  const distinct = [...byKey.values()];
  if (distinct.length === 0) return new Map();
  const keys = plainArray([...byKey.keys()]);
  const [, rows] = await Promise.all([
    tx.sql(
      `insert into work (key, project, item, lane)
       select * from unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[]) as i (key, project, item, lane)
       on conflict do nothing`,
      [keys, distinct.map((ref) => ref.project), distinct.map((ref) => ref.item), distinct.map(itemLane)],
    ),
    tx.sql<StoredRow>(
      `select key, project, item, data, imported_revision, imported_content, is_withdrawn, is_gold, gold_revision,
         decided_version, state, decisions
       from work where key = any($1::bigint[]) order by key for update`,
      [keys],
    ),
  ]);
  return new Map(rows.map((row) => [row.key, workRow(row)]));
}

function workRow(row: StoredRow): WorkRow {
  const { key, project, item, data, state, decisions } = row;
  return {
    ...{ key, project, item, state, decisions },
    ...(row.imported_revision !== null && {
      imported: {
        revision: Number(row.imported_revision),
        content: row.imported_content ?? '',
        ...(data !== null && { data }),
      },
    }),
    isWithdrawn: row.is_withdrawn,
    isGold: row.is_gold,
    goldRevision: Number(row.gold_revision),
    decidedVersion: Number(row.decided_version),
  };
}

/** A row to be written: what is known of the item, how it is given out, and by how much those who have it in hand change. */
export interface ChangedWork {
  row: WorkRow;
  work: Work;
  liveChange: number;
}

/** Writes rows that `holdWork` has given. */
export async function saveWork(tx: Pick<Transaction, 'sql'>, changes: readonly ChangedWork[]): Promise<void> {
  if (changes.length === 0) return;
  const plain = (pick: (change: ChangedWork) => string | number | boolean | null) => plainArray(changes.map(pick));
  await tx.sql(
    `update work w set data = n.data::json, imported_revision = n.imported_revision, imported_content = n.imported_content,
       is_withdrawn = n.is_withdrawn, is_gold = n.is_gold, gold_revision = n.gold_revision,
       decided_version = n.decided_version, state = n.state, decisions = n.decisions::jsonb,
       overlap = n.overlap, wanted = n.wanted, confidence = n.confidence, is_sure = n.is_sure,
       by_uncertainty = n.by_uncertainty, live = w.live + n.live_change
     from unnest($1::bigint[], ${jsonTexts(2)}, $3::bigint[], $4::text[], $5::boolean[], $6::boolean[], $7::bigint[],
       $8::bigint[], $9::text[], ${jsonTexts(10)}, $11::integer[], $12::integer[], $13::real[], $14::boolean[], $15::boolean[],
       $16::integer[])
       as n (key, data, imported_revision, imported_content, is_withdrawn, is_gold, gold_revision,
         decided_version, state, decisions, overlap, wanted, confidence, is_sure, by_uncertainty, live_change)
     where w.key = n.key`,
    [
      plain(({ row }) => row.key),
      joinedJson(changes.map(({ row }) => row.imported?.data)),
      plain(({ row }) => row.imported?.revision ?? null),
      changes.map(({ row }) => row.imported?.content ?? null),
      plain(({ row }) => row.isWithdrawn),
      plain(({ row }) => row.isGold),
      plain(({ row }) => row.goldRevision),
      plain(({ row }) => row.decidedVersion),
      changes.map(({ row }) => row.state),
      joinedJson(changes.map(({ row }) => row.decisions)),
      plain(({ work }) => work.overlap),
      plain(({ work }) => work.wanted),
      plain(({ work }) => work.confidence),
      plain(({ work }) => work.isSure),
      plain(({ work }) => work.byUncertainty),
      plain(({ liveChange }) => liveChange),
    ],
  );
}

/** Keeps who has labelled which item. */
export async function keepAnnotators(
  tx: Pick<Transaction, 'sql'>,
  pairs: readonly { worker: string; key: string }[],
): Promise<void> {
  if (pairs.length === 0) return;
  await tx.sql(
    `insert into participation as p (worker, key, has_annotated)
     select distinct worker, key, true from unnest($1::uuid[], $2::bigint[]) as n (worker, key) order by worker, key
     on conflict (worker, key) do update set has_annotated = true where not p.has_annotated`,
    [pairs.map((pair) => pair.worker), pairs.map((pair) => pair.key)],
  );
}

/** At most `limit` items of a project in a lane in the order of their keys, from behind `after` on. */
export async function workOfLane(
  tx: LaneTransaction,
  place: { project: string; after: string | null },
  limit: number,
): Promise<ItemRef[]> {
  return inIndexOrder<ItemRef>(
    tx,
    `select project, item from work
     where project = $1 and lane = $2 and key > coalesce($3::bigint, '-9223372036854775808') order by key limit $4`,
    [place.project, tx.lane, place.after, limit],
  );
}
