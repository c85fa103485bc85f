import { PARTITIONS } from '@assay/contracts/topics';
import { type Transaction } from '@assay/platform/transport/transaction';

/** Events of a lane that wait for a project and are to be judged again, since it has a new revision. */
export interface Drain {
  project: string;
  remaining: number;
}

/** Lanes that have begun to judge events again, or hold events of a project that has changed since. */
export async function lanesToDrain(store: Pick<Transaction, 'sql'>): Promise<number[]> {
  const rows = await store.sql<{ lane: number }>(
    `select lane from drain where remaining > 0
     union
     select n.lane
     from (select project, max(revision) as revision from project_revision group by project) present
       cross join generate_series(0, $1::int - 1) as n (lane)
       left join drain d on d.lane = n.lane and d.project = present.project
     where present.revision > coalesce(d.revision, 0)
       and exists (select 1 from parked k where k.kind = 'tool' and k.partition = n.lane and k.project = present.project)`,
    [PARTITIONS],
  );
  return rows.map(({ lane }) => lane);
}

/**
 * What a lane is to judge again: what it began and did not finish, or all that waits for a project which changed since it looked
 * last. Undefined where there is nothing.
 */
export async function nextDrain(tx: Transaction, lane: number): Promise<Drain | undefined> {
  const [begun] = await tx.sql<{ project: string; remaining: string }>(
    'select project, remaining from drain where lane = $1 and remaining > 0 order by project limit 1',
    [lane],
  );
  if (begun) return { project: begun.project, remaining: Number(begun.remaining) };
  const [started] = await tx.sql<{ project: string; remaining: string }>(
    `insert into drain (lane, project, revision, remaining)
     select $1, present.project, present.revision,
       (select count(*) from parked where kind = 'tool' and partition = $1 and project = present.project)
     from (select project, max(revision) as revision from project_revision group by project) present
     left join drain on drain.lane = $1 and drain.project = present.project
     where present.revision > coalesce(drain.revision, 0)
       and exists (select from parked where kind = 'tool' and partition = $1 and project = present.project)
     order by present.project limit 1
     on conflict (lane, project) do update set revision = excluded.revision, remaining = excluded.remaining
     returning project, remaining`,
    [lane],
  );
  return started && { project: started.project, remaining: Number(started.remaining) };
}

/** Keeps how many are left. What waits again stands behind them, so that each is judged once a revision. */
export async function saveDrain(tx: Transaction, lane: number, { project, remaining }: Drain): Promise<void> {
  await tx.sql('update drain set remaining = $3 where lane = $1 and project = $2', [lane, project, remaining]);
}
