import { type Transaction } from '@assay/platform/transport/transaction';
import { type Project } from './project.domain';

/** The projects of these names that are known. */
export async function projectsNamed(
  tx: Pick<Transaction, 'sql'>,
  names: readonly string[],
): Promise<Map<string, Project>> {
  const rows = await tx.sql<{ project: string; state: Project }>(
    'select project, state from project where project = any($1::text[])',
    [names],
  );
  return new Map(rows.map((row) => [row.project, row.state]));
}

/** The first projects in the order of their names. */
export async function firstProjects(tx: Pick<Transaction, 'sql'>, limit: number): Promise<Project[]> {
  const rows = await tx.sql<{ state: Project }>('select state from project order by project limit $1', [limit]);
  return rows.map((row) => row.state);
}

/** Keeps a project, unless a higher revision is kept. */
export async function saveProject(tx: Pick<Transaction, 'sql'>, project: Project): Promise<void> {
  await tx.sql(
    `insert into project as p (project, revision, schema_version, is_archived, state) values ($1, $2, $3, $4, $5)
     on conflict (project) do update set revision = excluded.revision, schema_version = excluded.schema_version,
       is_archived = excluded.is_archived, state = excluded.state where p.revision < excluded.revision`,
    [project.project, project.revision, project.schemaVersion, project.isArchived, JSON.stringify(project)],
  );
}
