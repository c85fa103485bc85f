import { type ServiceName } from '../support/service-processes';
import { sql } from './fault';
import { type FaultSystem } from './fault-system';

/** Looks at every commit that moves a lane of a service. */
export interface LaneWatch {
  /** @throws Error (I7) where one moved back, as an older owner's does that commits after a newer one's; or where none moved at all. */
  end(): Promise<void>;
}

/** Writes down, in PostgreSQL itself, from where to where each commit moves the positions of a lane. */
export async function watchLanes(system: FaultSystem, services: readonly ServiceName[]): Promise<LaneWatch> {
  // A service may write nowhere but in its own schema: the trigger does it as who made it.
  await sql(
    system,
    `create schema watch;
     create table watch.move (id bigint generated always as identity, place text, before jsonb, after jsonb);
     create function watch.note() returns trigger language plpgsql security definer as $$
     begin
       insert into watch.move (place, before, after)
         values (format('%s %s/%s', tg_table_schema, new.kind, new.partition), old.positions, new.positions);
       return new;
     end $$`,
  );
  for (const service of services)
    await sql(
      system,
      `create trigger watch_moves after update on ${service}.lane for each row when (old.positions <> new.positions) execute function watch.note()`,
    );
  return { end: () => endWatch(system, services) };
}

async function endWatch(system: FaultSystem, services: readonly ServiceName[]): Promise<void> {
  const [counted] = await sql<{ moves: number }>(system, 'select count(*)::int as moves from watch.move');
  const back = await sql<{ place: string; topic: string; from: number; to: number }>(
    system,
    `select place, b.key as topic, b.value::bigint::int as from, (after ->> b.key)::bigint::int as to
     from watch.move, jsonb_each_text(before) b where b.value::bigint > coalesce((after ->> b.key)::bigint, 0) order by id`,
  );
  await sql(system, 'drop schema watch cascade');
  if (counted!.moves === 0) throw new Error(`nothing moved a lane of ${services.join()}`);
  const [first] = back;
  if (first)
    throw new Error(
      `I7: ${back.length} moves back, as ${first.place} of ${first.topic} from ${first.from} to ${first.to}`,
    );
}
