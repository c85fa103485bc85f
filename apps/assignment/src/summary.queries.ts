import { type Transaction } from '@assay/platform/transport/transaction';

/**
 * Where an item stands as work.
 *   offered    wants more workers than have it
 *   in-hand    as many as it wants have it; somebody still works on it
 *   deciding   everybody has handed in; consensus has not spoken yet, or what is wanted was labelled
 *   expert     disputed
 *   settled    reached, adjudicated or unresolvable
 *   withdrawn  taken back for good
 */
export const WORK_STATES = ['offered', 'in-hand', 'deciding', 'expert', 'settled', 'withdrawn'] as const;

const STATE = `case when is_withdrawn then 'withdrawn' when state in ('reached', 'adjudicated', 'unresolvable') then 'settled'
  when state = 'disputed' then 'expert' when is_offered then 'offered' when live > 0 then 'in-hand' else 'deciding' end`;

type Sql = Pick<Transaction, 'sql'>;

/** Numbers by name: of a project, or of all. */
export type Counts = Record<string, number>;

export async function countWork(tx: Sql, project?: string): Promise<Counts> {
  return counted(tx, `select ${STATE} as name, count(*)::int as count from work where ${OF} group by 1`, project);
}

export async function countAssignments(tx: Sql, project?: string): Promise<Counts> {
  return counted(tx, `select status as name, count(*)::int as count from assignment where ${OF} group by 1`, project);
}

export async function countDisputes(tx: Sql, project?: string): Promise<Counts> {
  return counted(tx, `select status as name, count(*)::int as count from dispute where ${OF} group by 1`, project);
}

const OF = '($1::text is null or project = $1)';

async function counted(tx: Sql, statement: string, project: string | undefined): Promise<Counts> {
  const rows = await tx.sql<{ name: string; count: number }>(statement, [project ?? null]);
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

/** Ages in seconds of what waits longest: an offered item that nobody has begun, a dispute that is open or claimed; 0 where there is none. */
export async function oldestWaiting(tx: Sql): Promise<{ unassigned: number; dispute: number }> {
  const [row] = await tx.sql<{ unassigned: number; dispute: number }>(
    `select coalesce(extract(epoch from now() - (
         select min(created_at) from work where is_offered and live + overlap = 0)), 0)::float8 as unassigned,
       coalesce(extract(epoch from now() - (
         select min(raised_at) from dispute where status in ('open', 'claimed'))), 0)::float8 as dispute`,
  );
  return row ?? { unassigned: 0, dispute: 0 };
}
