import { type EntityManager } from 'typeorm';
import { JSON_SEPARATOR, jsonTexts } from '../postgres/joined-json';
import { prepared } from '../postgres/prepared';
import { rowsOf } from '../postgres/rows-of';
import { together, type Write } from '../postgres/together';
import { type OutboxEvent } from './wire';

const INSERT = `insert into outbox (topic, partition, events, count)
   select topic, partition, events::json, count from unnest($1::text[], $2::integer[], ${jsonTexts(3)}, $4::integer[])
     with ordinality as p (topic, partition, events, count, place) order by place
   returning id, topic, partition, recorded_at::text as at`;

/** What one transaction says in one partition, in the order of saying. */
export interface Parcel {
  id: string;
  /** When it was written, as PostgreSQL says it: a standby that takes the place of a lost database can give its ids again. */
  at: string;
  events: readonly OutboxEvent[];
}

/**
 * Writes what a transaction publishes, a row (a parcel) for each partition, and other things with it in one statement.
 * @returns the parcels, which are out when the transaction commits.
 */
export async function insertOutbox(
  manager: EntityManager,
  events: readonly OutboxEvent[],
  others: readonly Write[] = [],
): Promise<Parcel[]> {
  if (events.length === 0 && others.length === 0) return [];
  const parcels = new Map<string, OutboxEvent[]>();
  for (const event of events) {
    const name = `${event.partition} ${event.topic}`;
    const parcel = parcels.get(name);
    if (parcel) parcel.push(event);
    else parcels.set(name, [event]);
  }
  const rows = [...parcels.values()];
  const insert = {
    statement: INSERT,
    parameters: [
      rows.map(([first]) => first!.topic),
      rows.map(([first]) => first!.partition),
      rows.map(written).join(JSON_SEPARATOR),
      rows.map((parcel) => parcel.length),
    ],
  };
  const { text, parameters } = together(rows.length > 0 ? [...others, insert] : others);
  const inserted = rowsOf<{ id: string; topic: string; partition: number; at: string }>(
    await manager.query(prepared(text), parameters),
  );
  if (rows.length === 0) return [];
  return inserted.map(({ id, topic, partition, at }) => ({ id, at, events: parcels.get(`${partition} ${topic}`)! }));
}

/** The events of a parcel as JSON, around the data that is JSON already. */
function written(parcel: readonly OutboxEvent[]): string {
  const each = parcel.map(
    ({ key, event, json }) =>
      `{"key":${JSON.stringify(key)},"event":${JSON.stringify(event).slice(0, -1)},"data":${json}}}`,
  );
  return `[${each.join(',')}]`;
}

/** The events of a parcel that another process has written. */
export function eventsOf(topic: string, partition: number, events: readonly WrittenEvent[]): OutboxEvent[] {
  return events.map(({ key, event: { data, ...event } }) => ({
    topic,
    partition,
    key,
    event,
    json: JSON.stringify(data),
  }));
}

/** An event as a parcel's column holds it. */
export interface WrittenEvent {
  key: string;
  event: OutboxEvent['event'] & { data: object };
}
