import { type ProjectConfigured } from '@assay/contracts/project/project-configured';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type Project } from './project.domain';

/** The present state of each project that exists, by name. */
export async function projectsNamed(tx: Transaction, names: readonly string[]): Promise<Map<string, Project>> {
  const rows = await tx.sql<{ status: Project['status']; state: ProjectConfigured }>(
    `select present.status, present.state
     from unnest($1::text[]) wanted (project),
       lateral (select status, state from project_revision r where r.project = wanted.project order by revision desc limit 1) present`,
    [[...new Set(names)]],
  );
  return new Map(rows.map(({ status, state }) => [state.project, { status, state }]));
}

/** Lets one transaction at a time change a project; held until it ends. */
export async function lockProject(tx: Transaction, name: string): Promise<void> {
  await tx.sql(`select pg_advisory_xact_lock(hashtextextended('project/' || $1::text, 0))`, [name]);
}

/** Adds a revision to the record. */
export async function insertProject(tx: Transaction, { status, state }: Project, at: string): Promise<void> {
  await tx.sql(
    'insert into project_revision (project, revision, status, state, recorded_at) values ($1, $2, $3, $4, $5)',
    [state.project, state.revision, status, JSON.stringify(state), at],
  );
}

/** Revisions of projects behind a place, by project and revision; `project` alone where it is given. */
export async function revisionsAfter(
  tx: Transaction,
  after: readonly [project: string, revision: number],
  limit: number,
  project?: string,
): Promise<(Project & { recordedAt: string })[]> {
  const rows = await tx.sql<Project & { recorded_at: Date }>(
    `select status, state, recorded_at from project_revision
     where (project, revision) > ($1, $2) ${project === undefined ? '' : 'and project = $4'}
     order by project, revision limit $3`,
    [...after, limit, ...(project === undefined ? [] : [project])],
  );
  return rows.map(({ status, state, recorded_at }) => ({ status, state, recordedAt: recorded_at.toISOString() }));
}
