import { type EntityManager } from 'typeorm';
import { rowsOf } from '../postgres/rows-of';

/** What waits in a service's tables; ages in seconds, 0 where nothing waits. */
export interface Backlog {
  outboxRows: number;
  outboxAge: number;
  deadLetters: number;
  deadLetterAge: number;
}

export async function backlogOf(manager: EntityManager): Promise<Backlog> {
  const [backlog] = rowsOf<Backlog>(
    await manager.query(
      `select o.rows::float8 as "outboxRows", coalesce(o.age, 0)::float8 as "outboxAge",
              d.rows::float8 as "deadLetters", coalesce(d.age, 0)::float8 as "deadLetterAge"
       from (select count(*) as rows, extract(epoch from now() - min(recorded_at)) as age from outbox) o,
            (select count(*) as rows, extract(epoch from now() - min(recorded_at)) as age
             from dead_letter where status = 'open') d`,
    ),
  );
  return backlog!;
}

/**
 * Events that do not add up, over all partitions, at one moment: of the accounting, received against what became of them; of the cuts, records
 * against the numbers that the producer gave, and numbers that never came.
 */
export async function imbalanceOf(manager: EntityManager): Promise<number> {
  const [row] = rowsOf<{ events: number }>(
    await manager.query(
      `select ((select coalesce(sum(abs(received - duplicate - applied - superseded - dead_lettered - pending)), 0) from accounting)
             + (select coalesce(sum(lost + abs(records - sequence + lost + skipped - resent - unnumbered)), 0) from cut))::float8 as events`,
    ),
  );
  return row!.events;
}
