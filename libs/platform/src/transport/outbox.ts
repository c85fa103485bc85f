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
    // Parcels are few and long: in an array of documents every quotation mark would be escaped here and unescaped there.
    `insert into outbox (topic, partition, events, count) values ${rows
      .map((_parcel, at) => `($${4 * at + 1}, $${4 * at + 2}, $${4 * at + 3}, $${4 * at + 4})`)
      .join(', ')}`,
    rows.flatMap((parcel) => [
      parcel[0]!.topic,
      parcel[0]!.partition,
      JSON.stringify(parcel.map(({ key, event }) => ({ key, event }))),
      parcel.length,
    ]),
  );
}
