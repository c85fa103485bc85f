import { PARTITIONS } from '@assay/contracts/topics';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type Project } from '@assay/platform/copies/project-copy';

/** A sweep of a lane's items of a project, towards the newest policy and the newest epoch. */
export interface Sweep {
  project: Project;
  epoch: number;
  /** What every item of the lane was looked at by before. */
  swept: { revision: number; epoch: number };
  /** Key of the last item that was looked at; null at the beginning. */
  after: string | null;
}

/** Lanes that were not swept by the newest policy and epoch of some project yet. */
export async function lanesToSweep(store: Pick<Transaction, 'sql'>): Promise<number[]> {
  const rows = await store.sql<{ lane: number }>(
    `select distinct n.lane from project p left join epoch_pointer e using (project)
       cross join generate_series(0, $1::int - 1) as n (lane)
       left join lane_progress l on l.project = p.project and l.lane = n.lane
     where (coalesce(l.swept_revision, 0), coalesce(l.swept_epoch, 0)) <> (p.revision, coalesce(e.epoch, 0))`,
    [PARTITIONS],
  );
  return rows.map(({ lane }) => lane);
}

/** What is to be swept next in a lane. A sweep begins anew when policy or epoch have moved on. */
export async function nextSweep(tx: Pick<Transaction, 'sql'>, lane: number): Promise<Sweep | undefined> {
  const [row] = await tx.sql<{
    state: Project;
    epoch: number;
    swept_revision: string;
    swept_epoch: number;
    after: string | null;
  }>(
    `select p.state, coalesce(e.epoch, 0) as epoch,
       coalesce(l.swept_revision, 0) as swept_revision, coalesce(l.swept_epoch, 0) as swept_epoch,
       case when (l.sweep_revision, l.sweep_epoch) = (p.revision, coalesce(e.epoch, 0)) then l.sweep_after end as after
     from project p left join epoch_pointer e using (project)
       left join lane_progress l on l.project = p.project and l.lane = $1
     where (coalesce(l.swept_revision, 0), coalesce(l.swept_epoch, 0)) <> (p.revision, coalesce(e.epoch, 0)) limit 1`,
    [lane],
  );
  if (!row) return undefined;
  const swept = { revision: Number(row.swept_revision), epoch: row.swept_epoch };
  return { project: row.state, epoch: row.epoch, swept, after: row.after };
}

/** Keeps how far a sweep has come. @param last key of the last item; undefined where there was none any more: the sweep is done. */
export async function keepSweep(
  tx: Pick<Transaction, 'sql'>,
  lane: number,
  { project, epoch }: Sweep,
  last: string | undefined,
): Promise<void> {
  await tx.sql(
    last === undefined
      ? `insert into lane_progress (project, lane, swept_revision, swept_epoch) values ($1, $2, $3, $4)
         on conflict (project, lane) do update set swept_revision = excluded.swept_revision, swept_epoch = excluded.swept_epoch,
           sweep_after = null`
      : `insert into lane_progress (project, lane, sweep_revision, sweep_epoch, sweep_after) values ($1, $2, $3, $4, $5)
         on conflict (project, lane) do update set sweep_revision = excluded.sweep_revision, sweep_epoch = excluded.sweep_epoch,
           sweep_after = excluded.sweep_after`,
    [project.project, lane, project.revision, epoch, ...(last === undefined ? [] : [last])],
  );
}

/** Lanes that were not swept by a project's newest policy and epoch yet, and parked events: both 0 at rest. */
export async function restOf(
  tx: Pick<Transaction, 'sql'>,
  project: string,
): Promise<{ behind: number; parked: number }> {
  const [row] = await tx.sql<{ behind: number; parked: number }>(
    `select (select count(*)::int from project p left join epoch_pointer e using (project)
               cross join generate_series(0, $2::int - 1) as n (lane)
               left join lane_progress l on l.project = p.project and l.lane = n.lane
             where p.project = $1
               and (coalesce(l.swept_revision, 0), coalesce(l.swept_epoch, 0)) <> (p.revision, coalesce(e.epoch, 0))) as behind,
            (select count(*)::int from parked where project = $1) as parked`,
    [project, PARTITIONS],
  );
  return row ?? { behind: 0, parked: 0 };
}
