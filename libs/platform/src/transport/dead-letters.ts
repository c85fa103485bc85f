import { type EntityManager } from 'typeorm';
import { type LogRecord } from '../event-log/event-log';
import { type Failure } from './failure';
import { rowsOf } from '../postgres/rows-of';
import { type Transaction } from './transaction';

/** An event that was put aside, without its bytes. */
export interface DeadLetter {
  id: string;
  topic: string;
  partition: number;
  offset: number;
  reason: string;
  detail: string;
  eventType: string | null;
  eventId: string | null;
  project: string | null;
  recordedAt: string;
  status: 'open' | 'redriving' | 'redriven' | 'discarded';
}

const COLUMNS = `id, topic, partition, record_offset::float8 as offset, reason, detail, event_type as "eventType",
  event_id as "eventId", project, recorded_at as "recordedAt", status`;

/** Dead letters, oldest first, after the one named `after`. */
export async function deadLetters(
  manager: EntityManager,
  page: { after?: string; limit: number; status?: DeadLetter['status']; project?: string },
): Promise<DeadLetter[]> {
  return rowsOf(
    await manager.query(
      `select ${COLUMNS} from dead_letter where ($1::uuid is null or id > $1) and ($2::text is null or status = $2)
         and ($3::text is null or project = $3) order by id limit $4`,
      [page.after ?? null, page.status ?? null, page.project ?? null, page.limit],
    ),
  );
}

/** A dead letter with what was sent, and the SHA-256 (hex) of its value. */
export interface DeadLetterWithBytes extends DeadLetter {
  hash: string;
  key: string | null;
  headers: Record<string, string>;
  value: Buffer | null;
}

/** One dead letter with what was sent, or undefined. */
export async function deadLetterWithBytes(
  manager: EntityManager,
  id: string,
): Promise<DeadLetterWithBytes | undefined> {
  const rows = await manager.query(
    `select ${COLUMNS}, encode(sha256(coalesce(value, '')), 'hex') as hash, record_key as key, headers, value
     from dead_letter where id = $1`,
    [id],
  );
  return rowsOf<DeadLetterWithBytes>(rows)[0];
}

/** Asks that an open dead letter be handled again, by the owner of its lane. False where it is not open (any more). */
export async function redrive(manager: EntityManager, id: string): Promise<boolean> {
  return changeStatus(manager, id, 'redriving');
}

/** Gives an open dead letter up for good; it stays dead-lettered in the accounting. False where it is not open (any more). */
export async function discard(manager: EntityManager, id: string): Promise<boolean> {
  return changeStatus(manager, id, 'discarded');
}

/** The partitions with dead letters that are to be handled again. */
export async function partitionsToRedrive(
  store: Pick<Transaction, 'sql'>,
): Promise<{ topic: string; partition: number }[]> {
  return store.sql(`select distinct topic, partition from dead_letter where status = 'redriving'`);
}

/**
 * The oldest dead letter of a lane that is to be handled again, as the record that it was.
 * @param isHeld takes its row until the end of the transaction: nobody else says meanwhile how it went.
 */
export async function nextToRedrive(
  manager: EntityManager,
  topics: readonly string[],
  partition: number,
  isHeld = false,
): Promise<{ id: string; topic: string; project: string; record: LogRecord } | undefined> {
  const [row] = rowsOf<{
    id: string;
    topic: string;
    project: string | null;
    offset: number;
    key: string | null;
    headers: Record<string, string>;
    value: Buffer | null;
  }>(
    await manager.query(
      `select id, topic, project, record_offset::float8 as offset, record_key as key, headers, value from dead_letter
       where status = 'redriving' and topic = any($1::text[]) and partition = $2 order by id limit 1 ${isHeld ? 'for update' : ''}`,
      [topics, partition],
    ),
  );
  if (!row) return undefined;
  const { id, topic, project, ...record } = row;
  return { id, topic, project: project ?? '', record: { ...record, timestamp: 0 } };
}

/** Says how handling it again went: done, or still not to be borne, with the new reason. */
export async function settleRedriven(manager: EntityManager, id: string, failure?: Failure): Promise<void> {
  await manager.query(
    `update dead_letter set status = case when $2::text is null then 'redriven' else 'open' end,
       reason = coalesce($2, reason), detail = coalesce($3, detail), settled_at = case when $2::text is null then now() end
     where id = $1 and status = 'redriving'`,
    [id, failure?.reason ?? null, failure?.detail ?? null],
  );
}

async function changeStatus(manager: EntityManager, id: string, status: DeadLetter['status']): Promise<boolean> {
  const changed = rowsOf<unknown>(
    await manager.query(
      `update dead_letter set status = $2, settled_at = now() where id = $1 and status = 'open' returning id`,
      [id, status],
    ),
  );
  return changed.length === 1;
}
