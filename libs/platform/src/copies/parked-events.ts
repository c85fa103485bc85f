import { PARTITIONS } from '@assay/contracts/topics';
import { type LanesTransaction, type LaneTransaction, type Transaction } from '../transport/transaction';
import { type ItemEvent } from './item-events';
import { type Project } from './project-copy';

/** Events of one slice. */
const SLICE = 200;

/** Hands a slice of parked events to `apply` when their project has come or grown. @returns whether more is left. */
export async function drainParked(
  tx: LaneTransaction,
  apply: (events: readonly ItemEvent[], tx: LanesTransaction) => Promise<void>,
): Promise<boolean> {
  const project = await projectToDrain(tx, tx.lane);
  if (!project) return false;
  // Those of a schema that is still to come are parked again, behind the others.
  if (await hasParked(tx, tx.lane, project)) await apply((await tx.unpark(project.project, SLICE)) as ItemEvent[], tx);
  else await markDrained(tx, tx.lane, project);
  return true;
}

/** Lanes with parked events of a project that has come or grown since they were looked at. */
export async function lanesToDrain(store: Pick<Transaction, 'sql'>): Promise<number[]> {
  const rows = await store.sql<{ lane: number }>(
    `select distinct n.lane from project p cross join generate_series(0, $1::int - 1) as n (lane)
       left join lane_progress l on l.project = p.project and l.lane = n.lane
     where coalesce(l.drained_revision, 0) < p.revision
       and exists (select 1 from parked k where k.kind = 'item' and k.partition = n.lane and k.project = p.project)`,
    [PARTITIONS],
  );
  return rows.map(({ lane }) => lane);
}

/** A known project with parked events in a lane that were not looked at since its newest revision. */
async function projectToDrain(tx: Pick<Transaction, 'sql'>, lane: number): Promise<Project | undefined> {
  const [row] = await tx.sql<{ state: Project }>(
    `select p.state from project p left join lane_progress l on l.project = p.project and l.lane = $1
     where coalesce(l.drained_revision, 0) < p.revision
       and exists (select 1 from parked where kind = 'item' and partition = $1 and project = p.project) limit 1`,
    [lane],
  );
  return row?.state;
}

/** Whether a lane has parked events of a project that can be applied by its schema. */
async function hasParked(tx: Pick<Transaction, 'sql'>, lane: number, project: Project): Promise<boolean> {
  const rows = await tx.sql(
    `select 1 from parked where kind = 'item' and partition = $1 and project = $2
       and coalesce((event -> 'data' ->> 'schemaVersion')::bigint, 0) <= $3 limit 1`,
    [lane, project.project, project.schemaVersion],
  );
  return rows.length > 0;
}

/** Every parked event of the lane was looked at by this revision. */
async function markDrained(tx: Pick<Transaction, 'sql'>, lane: number, project: Project): Promise<void> {
  await tx.sql(
    `insert into lane_progress (project, lane, drained_revision) values ($1, $2, $3)
     on conflict (project, lane) do update set drained_revision = excluded.drained_revision`,
    [project.project, lane, project.revision],
  );
}
