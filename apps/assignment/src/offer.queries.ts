import { type Transaction } from '@assay/platform/transport/transaction';
import { type Assignment } from './assignment.queries';

type Sql = Pick<Transaction, 'sql'>;

/** The next item for a worker of each sort, held until the transaction ends. */
export interface Offer {
  gold?: string;
  ordinary?: string;
}

/** Items looked at from the front, before the rest of the queue is. */
const FRONT = 200;

// A subquery in an expression is asked row by row, in the order of the index, until one row is left: a join would be planned by what the
// tables hold on average, and can read all of them.
const UNSEEN = 'coalesce((select false from participation p where p.worker = $2 and p.key = w.key), true)';

// What others hold at this moment is skipped: they give it out themselves.
const FIRST = 'order by w.rank, w.place limit 1 for update of w skip locked';

/** The front of the queue alone: nearly always somebody finds something there. */
function fromTheFront(isGold: boolean, leastRank: number): string {
  return `select w.key from work w where w.is_offered and ${UNSEEN} and w.key = any(array(
    select f.key from work f where f.project = $1 and f.is_gold = ${isGold} and f.is_offered and f.rank >= ${leastRank}
    order by f.rank, f.place limit ${FRONT})) ${FIRST}`;
}

/** All of the queue: what is passed over is what the worker has seen, so that it costs no more than the worker has done. */
function fromAll(isGold: boolean): string {
  return `select w.key from work w where w.project = $1 and w.is_gold = ${isGold} and w.is_offered and ${UNSEEN} ${FIRST}`;
}

/** Both sorts in one statement and always: how long it takes does not tell which was given. */
function both(sql: (isGold: boolean) => string): string {
  return `with gold as (${sql(true)}), ordinary as (${sql(false)})
    select (select key from gold) as gold, (select key from ordinary) as ordinary`;
}

/** Begun items, then those of rank 1 and above (new ones, in the steady order), then everything. */
const PASSES = [both((isGold) => fromTheFront(isGold, 0)), both((isGold) => fromTheFront(isGold, 1)), both(fromAll)];

/** The next ordinary item that a worker has not seen, and the next gold item, as the policy orders them. */
export async function nextOffer(tx: Sql, project: string, worker: string): Promise<Offer> {
  let found: Offer = {};
  for (const pass of PASSES) {
    const [row] = await tx.sql<{ gold: string | null; ordinary: string | null }>(pass, [project, worker]);
    found = {
      ...(row?.gold != null && { gold: row.gold }),
      ...(row?.ordinary != null && { ordinary: row.ordinary }),
      ...found,
    };
    if (found.ordinary !== undefined) break;
  }
  return found;
}

/** An assignment that was just made, with what the item shows. */
export type Given = Assignment & { data: Record<string, unknown> | null };

const GIVEN = `g.id, g.key, g.project, g.item, g.worker, g.occasion, g.status, g.version, g.issued_at as "issuedAt", g.deadline,
  g.ended_at as "endedAt", w.data`;

/**
 * Gives an item that this transaction holds to a worker; `seconds` is how long the worker has.
 * @returns undefined where the worker has seen it meanwhile.
 */
export async function giveOut(
  tx: Sql,
  offer: { id: string; key: string; worker: string; seconds: number },
): Promise<Given | undefined> {
  const [row] = await tx.sql<Given>(
    `with seen as (
       insert into participation (worker, key) values ($3, $2) on conflict do nothing returning key),
     counted as (
       update work set live = live + 1 where key in (select key from seen)),
     g as (
       insert into assignment (id, key, project, item, lane, worker, occasion, status, version, issued_at, deadline)
       select $1, w.key, w.project, w.item, w.lane, $3, 0, 'live', 1, now(), now() + make_interval(secs => $4)
       from work w join seen on seen.key = w.key returning *)
     select ${GIVEN} from g join work w on w.key = g.key`,
    [offer.id, offer.key, offer.worker, offer.seconds],
  );
  return row;
}

/** Assignments that a worker must have completed before one of them comes again. */
const LEAST_DONE = 5;

/**
 * Gives a worker an item again that the worker completed longest ago, on the next occasion. It takes nobody's place: an item counts a worker once.
 * @returns undefined where the worker has too few to be asked again.
 */
export async function giveAgain(
  tx: Sql,
  offer: { id: string; project: string; worker: string; seconds: number },
): Promise<Given | undefined> {
  const [row] = await tx.sql<Given>(
    `with done as (
       select a.key from assignment a join work w on w.key = a.key and not w.is_withdrawn
       where a.project = $2 and a.worker = $3 and a.status = 'completed' and a.occasion = 0
         and not exists (select 1 from assignment o where o.key = a.key and o.worker = $3 and o.occasion = 1)
       order by a.ended_at limit 1),
     g as (
       insert into assignment (id, key, project, item, lane, worker, occasion, status, version, issued_at, deadline)
       select $1, w.key, w.project, w.item, w.lane, $3, 1, 'live', 1, now(), now() + make_interval(secs => $4)
       from work w join done on done.key = w.key
       where (select count(*) from (
         select 1 from assignment where project = $2 and worker = $3 and status = 'completed' limit ${LEAST_DONE}) c) = ${LEAST_DONE}
       on conflict do nothing returning *)
     select ${GIVEN} from g join work w on w.key = g.key`,
    [offer.id, offer.project, offer.worker, offer.seconds],
  );
  return row;
}

/** What an item shows. */
export async function itemShown(tx: Sql, key: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await tx.sql<{ data: Record<string, unknown> | null }>('select data from work where key = $1', [key]);
  return row?.data ?? undefined;
}
