import { PARTITIONS } from '@assay/contracts/topics';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type Project } from '@assay/platform/copies/project-copy';

/** A project whose items in a lane may be behind its policy. */
export async function projectToSweep(tx: Pick<Transaction, 'sql'>, lane: number): Promise<Project | undefined> {
  const [row] = await tx.sql<{ state: Project }>(
    `select p.state from project p left join lane_progress l on l.project = p.project and l.lane = $1
     where coalesce(l.swept_revision, 0) < p.revision limit 1`,
    [lane],
  );
  return row?.state;
}

/** Every item of the lane is decided by this revision. */
export async function markSwept(tx: Pick<Transaction, 'sql'>, lane: number, project: Project): Promise<void> {
  await tx.sql(
    `insert into lane_progress (project, lane, swept_revision) values ($1, $2, $3)
     on conflict (project, lane) do update set swept_revision = excluded.swept_revision`,
    [project.project, lane, project.revision],
  );
}

/** Items of a project that its newest policy has not decided yet, and parked events: both 0 at rest. */
export async function restOf(
  tx: Pick<Transaction, 'sql'>,
  project: string,
): Promise<{ behind: number; parked: number }> {
  // Lane by lane, so that the index finds those that are behind without a look at the others: this is asked again and again.
  const [row] = await tx.sql<{ behind: number; parked: number }>(
    `select (select coalesce(sum(b.items), 0)::int from project p, generate_series(0, $2::int - 1) as lane,
               lateral (select count(*) as items from item i
                        where i.project = p.project and i.lane = lane and i.policy_revision < p.revision) b
             where p.project = $1) as behind,
            (select count(*)::int from parked where project = $1) as parked`,
    [project, PARTITIONS],
  );
  return row ?? { behind: 0, parked: 0 };
}
