import { type WorkerRole } from '@assay/contracts/project/label-schema';
import { LOST_VERSIONS, nextVersionOf } from '@assay/platform/postgres/lost-versions';
import { type Transaction } from '@assay/platform/transport/transaction';

/** A worker as the record holds it. */
export interface WorkerRow {
  id: string;
  source: string;
  external_id: string;
  role: WorkerRole;
  tracks: string[];
  skills: string[];
  languages: string[];
  revision: number;
  recorded_at: Date;
}

/** What a worker may do and can do. */
export type Abilities = Pick<WorkerRow, 'tracks' | 'skills' | 'languages'>;

/** A worker as somebody names it. */
export type NewWorker = Pick<WorkerRow, 'id' | 'source' | 'external_id' | 'role'>;

/**
 * Puts workers on record that are not, and makes models of those that are first called so now: once a model, always a model, so
 * that the order of events does not matter.
 * @param workers one entry a worker, sorted by id, so that two transactions never wait for each other in a circle.
 * @returns the workers that are new or changed.
 */
export async function registerWorkers(
  tx: Transaction,
  workers: readonly NewWorker[],
  at: string,
): Promise<WorkerRow[]> {
  const ids = workers.map((worker) => worker.id);
  const known = await tx.sql<{ id: string; role: WorkerRole }>(
    'select id, role from worker where id = any($1::uuid[])',
    [ids],
  );
  const roles = new Map(known.map((row) => [row.id, row.role]));
  // Looked up first: an upsert would lock every worker of every request.
  const others = workers.filter((worker) => roles.get(worker.id) !== worker.role && roles.get(worker.id) !== 'model');
  if (others.length === 0) return [];
  const added = await tx.sql<WorkerRow>(
    `insert into worker (id, source, external_id, role, revision, recorded_at)
     select id, source, external_id, role, ${nextVersionOf('0')}, $5 from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
       as w (id, source, external_id, role)
     on conflict do nothing returning *`,
    [column(others, 'id'), column(others, 'source'), column(others, 'external_id'), column(others, 'role'), at],
  );
  const changed = await tx.sql<WorkerRow>(
    `update worker set role = 'model', revision = ${nextVersionOf('revision')} where id = any($1::uuid[]) and role = 'human' returning *`,
    [others.filter((worker) => worker.role === 'model').map((worker) => worker.id)],
  );
  return [...added, ...changed];
}

/** Keeps what is said of a worker's abilities; what is not said stays. @returns the worker, where that changed it, or others may know a revision that is lost here. */
export async function keepAbilities(
  tx: Transaction,
  id: string,
  { tracks, skills, languages }: Partial<Abilities>,
): Promise<WorkerRow[]> {
  return tx.sql<WorkerRow>(
    `update worker set tracks = coalesce($2::text[], tracks), skills = coalesce($3::text[], skills),
       languages = coalesce($4::text[], languages), revision = ${nextVersionOf('revision')}
     where id = $1 and (revision <= ${LOST_VERSIONS} or (tracks, skills, languages)
       is distinct from (coalesce($2::text[], tracks), coalesce($3::text[], skills), coalesce($4::text[], languages)))
     returning *`,
    [id, tracks ?? null, skills ?? null, languages ?? null],
  );
}

function column<Name extends keyof NewWorker>(workers: readonly NewWorker[], name: Name): NewWorker[Name][] {
  return workers.map((worker) => worker[name]);
}

/** Workers after an id, in the order of ids. */
export async function workersAfter(tx: Transaction, after: string, limit: number): Promise<WorkerRow[]> {
  return tx.sql<WorkerRow>('select * from worker where id > $1::uuid order by id limit $2', [after, limit]);
}

/** The workers of these ids that are on record. */
export async function workersById(tx: Transaction, ids: readonly string[]): Promise<WorkerRow[]> {
  return tx.sql<WorkerRow>('select * from worker where id = any($1::uuid[])', [ids]);
}
