import { Client as Postgres } from 'pg';
import { eventually } from '../support/eventually';
import { type FaultSystem } from './fault-system';
import { EVENTS, type Load, type Pace } from './load';

/** Something that goes wrong while a load is sent. It is over when `happen` returns; what was broken may still be broken. */
export interface Fault {
  name: string;
  /** Invariants of the design that it is about. */
  holds: string;
  /** Part of `npm test`. */
  isSmoke?: boolean;
  /** Has a system of its own, whose sequence numbers are given twice. */
  isAlone?: boolean;
  /** What of this machine is missing for it. */
  needs?(): string | undefined;
  /** Sends the load; throws where the fault could not be brought about. What it gives back was measured. */
  happen(system: FaultSystem, load: Load): Promise<void | string>;
}

/** Sends a load, and does something when a part of it is through. @param pace of the sending. */
export async function during(load: Load, happen: () => Promise<unknown>, pace?: Pace): Promise<void> {
  await load.prepare();
  const sending = load.send(pace);
  await eventually(() => load.sent >= EVENTS.length / 4, 'a quarter of the load to be acknowledged', 60_000);
  await happen();
  await sending;
}

/** Runs a statement as the superuser. @param database another than that of the services. */
export async function sql<Row extends object>(
  system: FaultSystem,
  statement: string,
  database = 'assay',
): Promise<Row[]> {
  const url = new URL(system.services.postgres.adminUrl);
  url.pathname = `/${database}`;
  const client = new Postgres(url.href);
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}
