import { type EntityManager } from 'typeorm';
import { rowsOf } from '../postgres/rows-of';

/** An answer as it is kept, to be given again. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

interface Kept extends KeptAnswer {
  request_hash: Buffer;
}

/**
 * Claims a key for a request until the transaction ends; one that is claimed by another transaction is waited for.
 * @returns undefined where it is claimed now, otherwise what was kept under it.
 */
export async function claimKey(
  manager: EntityManager,
  caller: string,
  key: string,
  requestHash: Buffer,
): Promise<Kept | undefined> {
  const claimed = rowsOf<unknown>(
    await manager.query(
      `insert into idempotent_request as r (caller, key, request_hash) values ($1, $2, $3)
       on conflict (caller, key) do update set request_hash = excluded.request_hash, recorded_at = now()
       where r.recorded_at < now() - interval '24 hours'
       returning 1`,
      [caller, key, requestHash],
    ),
  );
  if (claimed.length > 0) return undefined;
  const [kept] = rowsOf<Kept>(
    await manager.query(
      'select request_hash, status, headers, body from idempotent_request where caller = $1 and key = $2',
      [caller, key],
    ),
  );
  return kept;
}

/** Keeps the answer to the request that claimed a key, and forgets a few that are older than a day. */
export async function keepAnswer(
  manager: EntityManager,
  caller: string,
  key: string,
  answer: KeptAnswer,
): Promise<void> {
  await manager.query(
    'update idempotent_request set status = $3, headers = $4, body = $5 where caller = $1 and key = $2',
    [caller, key, answer.status, JSON.stringify(answer.headers), JSON.stringify(answer.body ?? null)],
  );
  // More than one row a request, so that the table ends; those that another request is at are left to it.
  await manager.query(
    `delete from idempotent_request where (caller, key) in (
       select caller, key from idempotent_request where recorded_at < now() - interval '24 hours'
       limit 10 for update skip locked)`,
  );
}
