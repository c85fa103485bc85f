import { type EntityManager } from 'typeorm';
import { type OutboxEvent } from './wire';

/** Channel on which a commit wakes the relay of its schema. */
export const OUTBOX_CHANNEL = 'assay_outbox';

/** Writes what a transaction publishes: a row (a parcel) for each partition, in the order of publishing. */
export async function insertOutbox(manager: EntityManager, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  const parcels = new Map<string, OutboxEvent[]>();
  for (const event of events) {
    const name = `${event.partition} ${event.topic}`;
    const parcel = parcels.get(name);
    if (parcel) parcel.push(event);
    else parcels.set(name, [event]);
  }
  const rows = [...parcels.values()];
  await manager.query(
    `insert into outbox (topic, partition, events, count)
     select * from unnest($1::text[], $2::integer[], $3::json[], $4::integer[])`,
    [
      rows.map(([first]) => first!.topic),
      rows.map(([first]) => first!.partition),
      rows.map((parcel) => JSON.stringify(parcel.map(({ key, event }) => ({ key, event })))),
      rows.map((parcel) => parcel.length),
    ],
  );
}
