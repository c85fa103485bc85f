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

/** Workers by tier, over all projects: those of whom a fit or a gold check tells something. */
export async function countTiers(tx: Pick<Transaction, 'sql'>): Promise<Map<string, number>> {
  const rows = await tx.sql<{ tier: string; workers: number }>(
    `select coalesce(t.tier, 'standard') as tier, count(*)::int as workers
     from (select distinct project, worker from reliability) r full join tier t using (project, worker) group by 1`,
  );
  return new Map(rows.map(({ tier, workers }) => [tier, workers]));
}

/** The newest epoch of the first projects by name; 0 of those that have none. */
export async function newestEpochs(
  tx: Pick<Transaction, 'sql'>,
  limit: number,
): Promise<{ project: string; epoch: number }[]> {
  return tx.sql(
    `select p.project, coalesce((select max(epoch) from epoch e where e.project = p.project), 0) as epoch
     from project p order by p.project limit $1`,
    [limit],
  );
}
