import { type EntityManager } from 'typeorm';
import { rowsOf } from '../postgres/rows-of';

/**
 * What became of the events of the accounted topic. accepted = received - duplicate, counted as events come; the rest is what the
 * handlers said of them: in balance accepted = applied + superseded + deadLettered + pending.
 */
export interface Accounting {
  accepted: number;
  applied: number;
  superseded: number;
  deadLettered: number;
  pending: number;
  duplicate: number;
}

/** The accounting of one project, or of all. */
export async function accountingOf(manager: EntityManager, project?: string): Promise<Accounting> {
  const [row] = rowsOf<Accounting>(
    await manager.query(
      `select coalesce(sum(received - duplicate), 0)::float8 as accepted, coalesce(sum(applied), 0)::float8 as applied,
              coalesce(sum(superseded), 0)::float8 as superseded, coalesce(sum(dead_lettered), 0)::float8 as "deadLettered",
              coalesce(sum(pending), 0)::float8 as pending, coalesce(sum(duplicate), 0)::float8 as duplicate
       from accounting where $1::text is null or project = $1`,
      [project ?? null],
    ),
  );
  return row!;
}

/**
 * Where a partition was cut, and what had come by then. The producer numbers its events without gaps: whoever has seen number n and
 * accounts for fewer than n events has lost one. In balance records = sequence - lost - skipped + resent + unnumbered = what was received, and lost is 0.
 */
export interface Cut {
  topic: string;
  partition: number;
  sequence: number;
  records: number;
  resent: number;
  lost: number;
  /** Numbers that an operator passed over by moving the position: to be published again. */
  skipped: number;
  /** Records without a number: of somebody who may not write here. */
  unnumbered: number;
  /** Events that the accounting of this partition received: that of an accounted topic, else equal to `records`. */
  received: number;
}

/** The cut of every partition that this service reads numbered events of. */
export async function cutsOf(manager: EntityManager): Promise<Cut[]> {
  return rowsOf<Cut>(
    await manager.query(
      `select c.topic, c.partition, c.sequence::float8 as sequence, c.records::float8 as records, c.resent::float8 as resent,
              c.lost::float8 as lost, c.skipped::float8 as skipped, c.unnumbered::float8 as unnumbered, coalesce(a.received, c.records)::float8 as received
       from cut c left join (
         select topic, partition, sum(received) as received from accounting group by topic, partition) a using (topic, partition)
       where c.sequence > 0
       order by c.topic, c.partition`,
    ),
  );
}

/** How many events this service has numbered for each partition, and how many wait in the outbox without a number. */
export async function publishedOf(
  manager: EntityManager,
): Promise<{ topic: string; partition: number; sequence: number }[]> {
  return rowsOf(
    await manager.query(
      'select topic, partition, last::float8 as sequence from relay_sequence order by topic, partition',
    ),
  );
}

/** Events in the outbox that the log has not acknowledged for certain. */
export async function outboxPending(manager: EntityManager): Promise<number> {
  const [row] = rowsOf<{ events: number }>(
    await manager.query('select coalesce(sum(count), 0)::float8 as events from outbox'),
  );
  return row?.events ?? 0;
}
