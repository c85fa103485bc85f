import { type Transaction } from '@assay/platform/transport/transaction';

/** Workers of a project by id, with the names that their sources give them; those of whom nothing is known there are left out. */
export async function workersNamed(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  workers: readonly string[],
): Promise<{ worker: string; source: string | null; externalId: string | null }[]> {
  return tx.sql(
    `select n.worker, w.source, w.external_id as "externalId" from unnest($2::uuid[]) as n (worker) left join worker w using (worker)
     where exists (select 1 from reliability r where r.project = $1 and r.worker = n.worker)
       or exists (select 1 from tier t where t.project = $1 and t.worker = n.worker)`,
    [project, workers],
  );
}

/** Names of the projects in which something is known of a worker. */
export async function projectsOfWorker(tx: Pick<Transaction, 'sql'>, worker: string): Promise<string[]> {
  const rows = await tx.sql<{ project: string }>(
    `select project from reliability where worker = $1 union select project from tier where worker = $1 order by project`,
    [worker],
  );
  return rows.map((row) => row.project);
}

/** Parked events of a project. */
export async function restOf(tx: Pick<Transaction, 'sql'>, project: string): Promise<number> {
  const [row] = await tx.sql<{ parked: number }>('select count(*)::int as parked from parked where project = $1', [
    project,
  ]);
  return row?.parked ?? 0;
}
