import { PARTITIONS } from '@assay/contracts/topics';
import { type LaneTransaction, type Transaction } from '@assay/platform/transport/transaction';

/** What was handed in before the deadline has reached the log after so long. */
const GRACE_SECONDS = 5;

/** Where the annotations of a lane ended at a moment. The moment is text: JavaScript's dates are coarser than PostgreSQL's. */
export interface Watermark {
  endOffset: number;
  notedAt: string;
}

/** A live assignment whose time is over. */
export interface Due {
  id: string;
  key: string;
}

/** Lanes with live assignments whose deadline and grace are over. */
export async function lanesToExpire(store: Pick<Transaction, 'sql'>): Promise<number[]> {
  const rows = await store.sql<{ lane: number }>(
    `select n.lane from generate_series(0, $1::int - 1) as n (lane)
     where exists (select 1 from assignment a where a.lane = n.lane and a.status = 'live'
                     and a.deadline < now() - make_interval(secs => $2))`,
    [PARTITIONS, GRACE_SECONDS],
  );
  return rows.map(({ lane }) => lane);
}

/**
 * At most `limit` live assignments of the lane whose deadline and grace were over at a moment; now unless said. One whose annotation was read, and
 * is parked until its project's schema comes, is not over: it was handed in.
 */
export async function dueAssignments(tx: LaneTransaction, at: string | null, limit: number): Promise<Due[]> {
  return tx.sql<Due>(
    `select id, key from assignment a where lane = $1 and status = 'live'
       and deadline < coalesce($2::timestamptz, now()) - make_interval(secs => $3)
       and not exists (select 1 from parked p where p.kind = 'item' and p.partition = $1 and p.project = a.project
                         and p.event #>> '{data,item}' = a.item and p.event #>> '{data,worker}' = a.worker::text)
     order by deadline limit $4`,
    [tx.lane, at, GRACE_SECONDS, limit],
  );
}

/** Holds the items of assignments, in the order of keys as everybody does. */
export async function holdDue(tx: LaneTransaction, due: readonly Due[]): Promise<void> {
  await tx.sql('select 1 from work where key = any($1::bigint[]) order by key for update', [due.map(({ key }) => key)]);
}

/** Takes those assignments that are still live out of their items' counts. @returns their ids. */
export async function leaveHand(tx: LaneTransaction, due: readonly Due[]): Promise<string[]> {
  const live = await tx.sql<Due & { occasion: number }>(
    `select id, key, occasion from assignment where id = any($1::uuid[]) and status = 'live' for update`,
    [due.map(({ id }) => id)],
  );
  const counted = live.filter(({ occasion }) => occasion === 0).map(({ key }) => key);
  await tx.sql(
    `update work w set live = w.live - n.live
     from (select key, count(*)::int as live from unnest($1::bigint[]) as k (key) group by key) n where w.key = n.key and w.key = any($1)`,
    [counted],
  );
  return live.map(({ id }) => id);
}

/** What was noted of a lane last. */
export async function watermarkOf(tx: LaneTransaction): Promise<Watermark | undefined> {
  const [row] = await tx.sql<{ end_offset: string; noted_at: string }>(
    'select end_offset, noted_at::text from lane_watermark where lane = $1',
    [tx.lane],
  );
  return row && { endOffset: Number(row.end_offset), notedAt: row.noted_at };
}

/** Notes where the annotations of the lane end at this moment. */
export async function keepWatermark(tx: LaneTransaction, endOffset: number): Promise<void> {
  await tx.sql(
    `insert into lane_watermark (lane, end_offset, noted_at) values ($1, $2, now())
     on conflict (lane) do update set end_offset = excluded.end_offset, noted_at = excluded.noted_at`,
    [tx.lane, endOffset],
  );
}

/** Offset up to which the lane's topic was read; the lane is this transaction's, so that it stays so. */
export async function lanePosition(tx: LaneTransaction, topic: string): Promise<number> {
  const [row] = await tx.sql<{ position: string | null }>(
    `select positions ->> $2 as position from lane where kind = 'item' and partition = $1`,
    [tx.lane, topic],
  );
  return Number(row?.position ?? 0);
}
