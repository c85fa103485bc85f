import { LOST_VERSIONS, nextVersionOf } from '@assay/platform/postgres/lost-versions';
import { type Transaction } from '@assay/platform/transport/transaction';

/** What has become of an assignment. */
export type AssignmentStatus = 'live' | 'completed' | 'expired' | 'released';

/** An assignment: leave for one worker to annotate one item until a deadline. */
export interface Assignment {
  id: string;
  key: string;
  project: string;
  item: string;
  worker: string;
  occasion: number;
  status: AssignmentStatus;
  version: number;
  issuedAt: Date;
  deadline: Date;
  endedAt: Date | null;
}

const COLUMNS =
  'id, key, project, item, worker, occasion, status, version, issued_at as "issuedAt", deadline, ended_at as "endedAt"';

type Sql = Pick<Transaction, 'sql'>;

/** The assignments of items that an annotation can end or bring back. */
export async function assignmentsOfItems(tx: Sql, keys: readonly string[]): Promise<Assignment[]> {
  if (keys.length === 0) return [];
  return tx.sql<Assignment>(
    `select ${COLUMNS} from assignment where key = any($1::bigint[]) and status in ('live', 'completed')`,
    [keys],
  );
}

/** Ends assignments that have not ended so yet. @returns them as they are then. */
export async function endRows(
  tx: Sql,
  ids: readonly string[],
  status: Exclude<AssignmentStatus, 'live'>,
): Promise<Assignment[]> {
  if (ids.length === 0) return [];
  return tx.sql<Assignment>(
    `update assignment set status = $2, version = ${nextVersionOf('version')}, ended_at = now() where id = any($1::uuid[]) returning ${COLUMNS}`,
    [ids, status],
  );
}

/** A worker's assignment; undefined where it is not that worker's, or of another project. */
export async function assignmentOfWorker(
  tx: Sql,
  place: { project: string; id: string; worker: string },
): Promise<Assignment | undefined> {
  const [row] = await tx.sql<Assignment>(
    `select ${COLUMNS} from assignment where id = $1 and project = $2 and worker = $3`,
    [place.id, place.project, place.worker],
  );
  return row;
}

/** What a worker has in hand, in the order in which it was given, with what the items show. */
export async function heldBy(
  tx: Sql,
  project: string,
  worker: string,
): Promise<(Assignment & { data: Record<string, unknown> | null })[]> {
  return tx.sql(
    `select ${COLUMNS.split(', ')
      .map((name) => `a.${name}`)
      .join(', ')}, w.data from assignment a join work w on w.key = a.key
     where a.project = $1 and a.worker = $2 and a.status = 'live' order by a.issued_at, a.id`,
    [project, worker],
  );
}

/** Puts off the deadline of an assignment whose time is not over. Undefined where it is, or after so many times (counted anew after a failover). */
export async function putOff(
  tx: Sql,
  id: string,
  seconds: number,
  mostVersions: number,
): Promise<Assignment | undefined> {
  const [row] = await tx.sql<Assignment>(
    `update assignment set deadline = now() + make_interval(secs => $2), version = ${nextVersionOf('version')}
     where id = $1 and status = 'live' and deadline > now() and version - ${LOST_VERSIONS} < $3 returning ${COLUMNS}`,
    [id, seconds, mostVersions],
  );
  return row;
}

/** Whether the time of an assignment is over, by the clock that its deadline was set by. */
export async function isOver(tx: Sql, id: string): Promise<boolean> {
  const [row] = await tx.sql<{ over: boolean }>('select deadline <= now() as over from assignment where id = $1', [id]);
  return row?.over ?? true;
}

/** Holds an item's row, then ends a live assignment of it. Undefined where it has ended before. */
export async function giveBack(tx: Sql, { id, key, occasion }: Assignment): Promise<Assignment | undefined> {
  // Item first, then assignment: the order in which lanes take them.
  await tx.sql('select 1 from work where key = $1 for update', [key]);
  const [row] = await tx.sql<Assignment>(
    `update assignment set status = 'released', version = ${nextVersionOf('version')}, ended_at = now()
     where id = $1 and status = 'live' returning ${COLUMNS}`,
    [id],
  );
  if (row && occasion === 0) await tx.sql('update work set live = live - 1 where key = $1', [key]);
  return row;
}
