import { PARTITIONS } from '@assay/contracts/topics';
import { type Project } from '@assay/platform/copies/project-copy';
import { type LaneTransaction, type Transaction } from '@assay/platform/transport/transaction';

/** A sweep of a lane's items of a project, towards its newest revision. */
export interface Sweep {
  project: Project;
  /** Key of the last item that was looked at; null at the beginning. */
  after: string | null;
}

/** Lanes that were not swept by the newest revision of some project yet. */
export async function lanesToSweep(store: Pick<Transaction, 'sql'>): Promise<number[]> {
  const rows = await store.sql<{ lane: number }>(
    `select distinct n.lane from project p cross join generate_series(0, $1::int - 1) as n (lane)
       left join work_progress l on l.project = p.project and l.lane = n.lane
     where coalesce(l.swept_revision, 0) < p.revision`,
    [PARTITIONS],
  );
  return rows.map(({ lane }) => lane);
}

/** What is to be swept next in a lane. A sweep begins anew when the project has moved on. */
export async function nextSweep(tx: LaneTransaction): Promise<Sweep | undefined> {
  const [row] = await tx.sql<{ state: Project; after: string | null }>(
    `select p.state, case when l.sweep_revision = p.revision then l.sweep_after end as after
     from project p left join work_progress l on l.project = p.project and l.lane = $1
     where coalesce(l.swept_revision, 0) < p.revision limit 1`,
    [tx.lane],
  );
  return row && { project: row.state, after: row.after };
}

/** Keeps how far a sweep has come. @param last key of the last item; undefined where there was none any more: the sweep is done. */
export async function keepSweep(tx: LaneTransaction, { project }: Sweep, last: string | undefined): Promise<void> {
  await tx.sql(
    last === undefined
      ? `insert into work_progress (project, lane, swept_revision) values ($1, $2, $3)
         on conflict (project, lane) do update set swept_revision = excluded.swept_revision, sweep_after = null`
      : `insert into work_progress (project, lane, sweep_revision, sweep_after) values ($1, $2, $3, $4)
         on conflict (project, lane) do update set sweep_revision = excluded.sweep_revision, sweep_after = excluded.sweep_after`,
    [project.project, tx.lane, project.revision, ...(last === undefined ? [] : [last])],
  );
}

/** Lanes that were not swept by a project's newest revision yet, and parked events: both 0 at rest. */
export async function restOf(
  tx: Pick<Transaction, 'sql'>,
  project: string,
): Promise<{ behind: number; parked: number }> {
  const [row] = await tx.sql<{ behind: number; parked: number }>(
    `select (select count(*)::int from project p cross join generate_series(0, $2::int - 1) as n (lane)
               left join work_progress l on l.project = p.project and l.lane = n.lane
             where p.project = $1 and coalesce(l.swept_revision, 0) < p.revision) as behind,
            (select count(*)::int from parked where project = $1) as parked`,
    [project, PARTITIONS],
  );
  return row ?? { behind: 0, parked: 0 };
}
