import { type WorkerRole } from '@assay/contracts/project/label-schema';
import { type Tier, type TierChanged } from '@assay/contracts/standing/tier-changed';
import { type WorkerRegistered } from '@assay/contracts/worker/worker-registered';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type KnownWorker } from './gate.domain';

type Sql = Pick<Transaction, 'sql'>;

/** Keeps workers, of each the highest revision. */
export async function keepWorkers(tx: Sql, workers: readonly WorkerRegistered[]): Promise<void> {
  const newest = new Map<string, WorkerRegistered>();
  for (const worker of workers) {
    if (worker.revision > (newest.get(worker.worker)?.revision ?? 0)) newest.set(worker.worker, worker);
  }
  const rows = [...newest.values()].sort((a, b) => (a.worker < b.worker ? -1 : 1));
  await tx.sql(
    `insert into worker as w (worker, revision, role, tracks)
     select worker, revision, role, array(select jsonb_array_elements_text(tracks))
     from unnest($1::uuid[], $2::bigint[], $3::text[], $4::jsonb[]) as n (worker, revision, role, tracks)
     on conflict (worker) do update set revision = excluded.revision, role = excluded.role, tracks = excluded.tracks
     where w.revision < excluded.revision`,
    [
      rows.map((row) => row.worker),
      rows.map((row) => row.revision),
      rows.map((row) => row.role),
      rows.map((row) => JSON.stringify(row.tracks)),
    ],
  );
}

/** Keeps tiers, of each worker and project the highest version. */
export async function keepTiers(tx: Sql, tiers: readonly TierChanged[]): Promise<void> {
  const newest = new Map<string, TierChanged>();
  for (const tier of tiers) {
    const name = `${tier.project} ${tier.worker}`;
    if (tier.version > (newest.get(name)?.version ?? 0)) newest.set(name, tier);
  }
  const rows = [...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await tx.sql(
    `insert into standing as s (project, worker, version, tier)
     select * from unnest($1::text[], $2::uuid[], $3::bigint[], $4::text[])
     on conflict (project, worker) do update set version = excluded.version, tier = excluded.tier
     where s.version < excluded.version`,
    [
      rows.map((row) => row.project),
      rows.map((row) => row.worker),
      rows.map((row) => row.version),
      rows.map((row) => row.tier),
    ],
  );
}

/** A worker that is known. */
export async function workerById(tx: Sql, id: string): Promise<KnownWorker | undefined> {
  const [row] = await tx.sql<{ role: WorkerRole; tracks: string[] }>(
    'select role, tracks from worker where worker = $1',
    [id],
  );
  return row;
}

/** A worker's tier in a project; standard before anything was said. */
export async function tierOf(tx: Sql, project: string, worker: string): Promise<Tier> {
  const [row] = await tx.sql<{ tier: Tier }>('select tier from standing where project = $1 and worker = $2', [
    project,
    worker,
  ]);
  return row?.tier ?? 'standard';
}

/**
 * A worker's tier, and how many assignments the worker holds. Until the transaction ends the worker's other requests wait: two at once cannot
 * be given the same item, or more than one may hold.
 */
export async function holdStanding(tx: Sql, project: string, worker: string): Promise<{ tier: Tier; held: number }> {
  const lock = 'select tier from standing where project = $1 and worker = $2 for update';
  let [row] = await tx.sql<{ tier: Tier }>(lock, [project, worker]);
  if (!row) {
    await tx.sql('insert into standing (project, worker) values ($1, $2) on conflict do nothing', [project, worker]);
    [row] = await tx.sql<{ tier: Tier }>(lock, [project, worker]);
  }
  const [count] = await tx.sql<{ held: number }>(
    `select count(*)::int as held from assignment where project = $1 and worker = $2 and status = 'live'`,
    [project, worker],
  );
  return { tier: row!.tier, held: count!.held };
}
