import { type DisputeReason } from '@assay/contracts/dispute/dispute-event';
import { type ItemRef } from '@assay/contracts/item/item-imported';
import { itemLane } from '@assay/platform/copies/annotated-item';
import { eventId } from '@assay/platform/transport/event-id';
import { type LaneTransaction, type Transaction } from '@assay/platform/transport/transaction';

/** Where a dispute stands. */
export type DisputeStatus = 'open' | 'claimed' | 'decided' | 'unresolvable' | 'withdrawn';

/** A question of an item that is for an expert. */
export interface Dispute extends ItemRef {
  id: string;
  key: string;
  question: string;
  status: DisputeStatus;
  /** Consensus is sure again: a claim that ends without a decision withdraws it. */
  isSettled: boolean;
  confidence: number;
  raisedAt: Date;
  deadline: Date;
  /** Who has it in hand, or decided it. */
  expert: string | null;
  claimedUntil: Date | null;
  /** Random, new with each claim. */
  claimSeed: string | null;
  /** The database's clock when this was read. */
  now: Date;
}

const COLUMNS = `id, key, project, item, question, status, is_settled as "isSettled", confidence, raised_at as "raisedAt",
  deadline, expert, claimed_until as "claimedUntil", claim_seed as "claimSeed", now() as now`;

type Sql = Pick<Transaction, 'sql'>;

/** A question that is disputed, by the decision of a version. */
export interface Raised extends ItemRef {
  key: string;
  question: string;
  version: number;
  believed: string | undefined;
  confidence: number;
  hours: number;
}

/**
 * Raises disputes, but where the question has one that is open or claimed, or was decided by an expert: that is final. @returns how many are
 * new.
 */
export async function raiseDisputes(tx: Pick<Transaction, 'sql'>, raised: readonly Raised[]): Promise<number> {
  if (raised.length === 0) return 0;
  const rows = await tx.sql<{ is_new: boolean }>(
    `insert into dispute as d (id, key, project, item, lane, question, status, believed, confidence, raised_at, deadline)
     select distinct on (key, question) id, key, project, item, lane, question, 'open', believed, confidence, now(), now() + make_interval(secs => hours * 3600)
     from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::double precision[], $9::double precision[])
       as r (id, key, project, item, lane, question, believed, confidence, hours)
     where not exists (
       select 1 from dispute k where k.key = r.key and k.question = r.question and k.status in ('decided', 'unresolvable'))
     on conflict (key, question) where status in ('open', 'claimed')
       do update set believed = excluded.believed, confidence = excluded.confidence, is_settled = false
     returning id = any($1) as is_new`,
    [
      raised.map(({ project, item, question, version }) => eventId('dispute', project, item, question, version)),
      raised.map(({ key }) => key),
      raised.map(({ project }) => project),
      raised.map(({ item }) => item),
      raised.map(itemLane),
      raised.map(({ question }) => question),
      raised.map(({ believed }) => believed ?? null),
      raised.map(({ confidence }) => confidence),
      raised.map(({ hours }) => hours),
    ],
  );
  return rows.filter((row) => row.is_new).length;
}

/** Withdraws open disputes; claimed ones are marked, and withdrawn when their claims end. @returns how many were withdrawn. */
export async function settleDisputes(tx: Sql, settled: readonly { key: string; question: string }[]): Promise<number> {
  if (settled.length === 0) return 0;
  const rows = await tx.sql<{ status: DisputeStatus }>(
    `update dispute d set is_settled = true,
       status = case status when 'open' then 'withdrawn' else status end,
       ended_at = case status when 'open' then now() end
     from unnest($1::bigint[], $2::text[]) as s (key, question)
     where d.key = any($1) and d.key = s.key and d.question = s.question and d.status in ('open', 'claimed')
     returning status`,
    [settled.map(({ key }) => key), settled.map(({ question }) => question)],
  );
  return rows.filter(({ status }) => status === 'withdrawn').length;
}

/** Ends every open and claimed dispute of items. @returns them, with the experts of those that were claimed. */
export async function endDisputesOfItems(tx: Sql, keys: readonly string[]): Promise<Dispute[]> {
  if (keys.length === 0) return [];
  return tx.sql<Dispute>(
    `update dispute set status = 'withdrawn', ended_at = now()
     where key = any($1::bigint[]) and status in ('open', 'claimed') returning ${COLUMNS}`,
    [keys],
  );
}

/** A dispute of a project, held until the transaction ends. */
export async function holdDispute(tx: Sql, project: string, id: string): Promise<Dispute | undefined> {
  const [row] = await tx.sql<Dispute>(`select ${COLUMNS} from dispute where id = $1 and project = $2 for update`, [
    id,
    project,
  ]);
  return row;
}

/** Gives a held dispute to an expert for so long. */
export async function claim(
  tx: Sql,
  id: string,
  claimed: { expert: string; seed: string; seconds: number },
): Promise<Dispute> {
  const [row] = await tx.sql<Dispute>(
    `update dispute set status = 'claimed', expert = $2, claim_seed = $3, claimed_until = now() + make_interval(secs => $4)
     where id = $1 returning ${COLUMNS}`,
    [id, claimed.expert, claimed.seed, claimed.seconds],
  );
  return row!;
}

/** Ends the claim on a held dispute without a decision: it is open again, or withdrawn where consensus has settled it. */
export async function endClaim(tx: Sql, id: string): Promise<DisputeStatus> {
  const [row] = await tx.sql<{ status: DisputeStatus }>(
    `update dispute set status = case when is_settled then 'withdrawn' else 'open' end,
       ended_at = case when is_settled then now() end, expert = null, claimed_until = null, claim_seed = null
     where id = $1 returning status`,
    [id],
  );
  return row!.status;
}

/** Ends a held dispute by what its expert said. */
export async function decideDispute(
  tx: Sql,
  id: string,
  { label, reason, note }: { label?: string; reason: DisputeReason; note?: string },
): Promise<void> {
  await tx.sql(`update dispute set status = $2, label = $3, reason = $4, note = $5, ended_at = now() where id = $1`, [
    id,
    label === undefined ? 'unresolvable' : 'decided',
    label ?? null,
    reason,
    note ?? null,
  ]);
}

/** Lanes with claims whose clock has run out. */
export async function lanesToExpireClaims(store: Pick<Transaction, 'sql'>): Promise<number[]> {
  const rows = await store.sql<{ lane: number }>(
    `select distinct lane from dispute where status = 'claimed' and claimed_until <= now()`,
  );
  return rows.map(({ lane }) => lane);
}

/** At most `limit` claims of the lane whose clock has run out, held until the transaction ends. */
export async function holdExpiredClaims(tx: LaneTransaction, limit: number): Promise<Dispute[]> {
  return tx.sql<Dispute>(
    `select ${COLUMNS} from dispute where lane = $1 and status = 'claimed' and claimed_until <= now()
     order by claimed_until limit $2 for update skip locked`,
    [tx.lane, limit],
  );
}

/** Whether a worker has labelled an item, also where that was taken back. */
export async function hasAnnotated(tx: Sql, worker: string, key: string): Promise<boolean> {
  const rows = await tx.sql('select 1 from participation where worker = $1 and key = $2 and has_annotated', [
    worker,
    key,
  ]);
  return rows.length > 0;
}

/** Where a dispute stands in the queue: by the hour of its deadline, within it by value. */
export type QueuePlace = readonly [hour: number, confidence: number, id: string];

/** A dispute as the queue shows it. */
export interface QueuedDispute {
  dispute: string;
  question: string;
  raisedAt: Date;
  deadline: Date;
  status: 'open' | 'claimed' | 'yours';
  place: { hour: number; confidence: number };
}

/**
 * The disputes of a project that an expert may claim or has claimed: none on items that the expert labelled, none that another holds. Without
 * an expert all that have not ended. By
 * the hour of the deadline, within it the least sure first: there a decision is worth most. Behind a place, at most `limit`.
 */
export async function queueFor(
  tx: Sql,
  place: { project: string; expert: string | null; after: QueuePlace | undefined; limit: number },
): Promise<QueuedDispute[]> {
  const rows = await tx.sql<Omit<QueuedDispute, 'place'> & { hour: string; confidence: number }>(
    `select id as dispute, question, raised_at as "raisedAt", deadline, status, hour, confidence
     from (
       select d.id, d.question, d.raised_at, d.deadline, d.confidence, floor(extract(epoch from d.deadline) / 3600)::bigint as hour,
         case when d.status = 'open' or d.claimed_until <= now() then 'open' when d.expert = $2 then 'yours' else 'claimed' end as status
       from dispute d
       where d.project = $1 and d.status in ('open', 'claimed')
         and ($2::uuid is null or d.status = 'open' or d.expert = $2 or d.claimed_until <= now())
         and not exists (select 1 from participation p where p.worker = $2 and p.key = d.key and p.has_annotated)) q
     where $3::bigint is null or (hour, confidence, id) > ($3, $4::float8, $5::uuid)
     order by hour, confidence, id limit $6`,
    [place.project, place.expert, ...(place.after ?? [null, null, null]), place.limit],
  );
  return rows.map(({ hour, confidence, ...row }) => ({
    ...row,
    place: { hour: Number(hour), confidence },
  }));
}

/** A dispute that has ended, for leads: what workers and model believed, and what the expert said. */
export interface EndedDispute {
  dispute: string;
  item: string;
  question: string;
  status: 'decided' | 'unresolvable' | 'withdrawn';
  /** Label that consensus believed while it was disputed; null where there was none. */
  believed: string | null;
  /** Label of the expert; null where there is none. */
  label: string | null;
  reason: string | null;
  note: string | null;
  raisedAt: Date;
  endedAt: Date;
  /** `endedAt` in UTC with all of PostgreSQL's digits. */
  place: string;
}

/** The disputes of a project that have ended, in the order of their ends, behind a place, at most `limit`. */
export async function endedDisputes(
  tx: Sql,
  { project, after, limit }: { project: string; after: readonly [string, string] | undefined; limit: number },
): Promise<EndedDispute[]> {
  return tx.sql<EndedDispute>(
    `select id as dispute, item, question, status, believed, label, reason, note, raised_at as "raisedAt", ended_at as "endedAt",
       to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place
     from dispute where project = $1 and ended_at is not null
       and ($2::timestamptz is null or (ended_at, id) > ($2, $3::uuid))
     order by ended_at, id limit $4`,
    [project, ...(after ?? [null, null]), limit],
  );
}
