import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { type AnnotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import { type ItemWithdrawn, itemWithdrawn } from '@assay/contracts/item/item-withdrawn';
import { type Batch } from '@assay/platform/transport/batch';
import { eventId } from '@assay/platform/transport/event-id';
import { type LanesTransaction } from '@assay/platform/transport/transaction';

/** No handler can bear an annotation with this order. */
export const UNBEARABLE = 666;

/**
 * The smallest service with everything at stake: it adds up annotations by item, says of each that it did, and keeps what it hears itself
 * say. No unique constraint guards it: what comes twice is to be seen. Triggers keep what was committed: moves of lanes, and the outbox.
 */
export class CreateCounting1 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table contribution (
        event uuid not null, item text not null, record_offset bigint not null, lane integer not null,
        tx xid8 not null default pg_current_xact_id()
      )`);
    // `chain` depends on the order in which an item's events were applied.
    await runner.query('create table total (item text primary key, events integer not null, chain text not null)');
    await runner.query('create table heard (event uuid not null, lane integer not null)');
    await runner.query(`
      create table lane_move (
        id bigint generated always as identity, kind text not null, partition integer not null,
        before jsonb not null, after jsonb not null, tx xid8 not null default pg_current_xact_id()
      )`);
    await runner.query(
      'create table said (id bigint not null, topic text not null, partition integer not null, events json not null)',
    );
    await runner.query(`
      create function keep_move() returns trigger language plpgsql as $$ begin
        if new.positions is distinct from old.positions then
          insert into lane_move (kind, partition, before, after) values (new.kind, new.partition, old.positions, new.positions);
        end if;
        return new;
      end $$`);
    await runner.query('create trigger keep_move after update on lane for each row execute function keep_move()');
    await runner.query(`
      create function keep_said() returns trigger language plpgsql as $$ begin
        insert into said values (new.id, new.topic, new.partition, new.events);
        return new;
      end $$`);
    await runner.query('create trigger keep_said after insert on outbox for each row execute function keep_said()');
  }
  async down(): Promise<void> {}
}

/** Everything that a seed leaves behind. */
export const TABLES = [
  ...['contribution', 'total', 'heard', 'lane_move', 'said'],
  ...['lane', 'outbox', 'relay_sequence', 'parked', 'dead_letter', 'accounting', 'cut'],
];

/** Id of what the service says of an annotation. */
export function derivedId(event: string): string {
  return eventId('counted', event);
}

/** Adds what is new of a batch to the totals, and says so. */
export async function countAnnotations(batch: Batch<AnnotationSubmitted>, tx: LanesTransaction): Promise<void> {
  if (batch.events.some(({ data }) => data.order === UNBEARABLE)) throw new Error('not to be borne');
  const rows = await tx.sql<{ event: string }>('select event from contribution where event = any($1::uuid[])', [
    batch.events.map(({ id }) => id),
  ]);
  const known = new Set(rows.map(({ event }) => event));
  const fresh = batch.events.filter(({ id }) => !known.has(id) && known.add(id));
  const isFresh = new Set(fresh);
  for (const event of batch.events)
    tx.account(event.lane, event.data.project, isFresh.has(event) ? { applied: 1 } : { duplicate: 1 });
  if (fresh.length === 0) return;
  await tx.sql(
    `insert into contribution (event, item, record_offset, lane)
     select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::integer[])`,
    [
      fresh.map(({ id }) => id),
      fresh.map(({ data }) => data.item),
      fresh.map(({ offset }) => offset),
      fresh.map(({ lane }) => lane),
    ],
  );
  for (const [item, events] of byItem(fresh)) {
    await tx.sql(
      `insert into total as t values ($1, $2, $3) on conflict (item) do update
         set events = t.events + excluded.events, chain = t.chain || excluded.chain`,
      [item, events.length, events.map(({ id }) => id.slice(0, 8)).join('')],
    );
  }
  for (const { id, data } of fresh)
    tx.publish<ItemWithdrawn>(itemWithdrawn, derivedId(id), { project: data.project, item: data.item });
}

/** Keeps what was said, once. */
export async function hear(batch: Batch, tx: LanesTransaction): Promise<void> {
  await tx.sql(
    `insert into heard select distinct on (id) id, lane from unnest($1::uuid[], $2::integer[]) as e (id, lane)
     where not exists (select 1 from heard where event = id)`,
    [batch.events.map(({ id }) => id), batch.events.map(({ lane }) => lane)],
  );
}

function byItem<T extends { data: AnnotationSubmitted }>(events: readonly T[]): Map<string, T[]> {
  const items = new Map<string, T[]>();
  for (const event of events) items.set(event.data.item, [...(items.get(event.data.item) ?? []), event]);
  return items;
}
