import { projectArchived } from '@assay/contracts/project/project-archived';
import { type ProjectConfigured } from '@assay/contracts/project/project-configured';
import { type Batch } from '../transport/batch';
import { type Transaction } from '../transport/transaction';

/** A project as a service copies it from its events. */
export interface Project extends ProjectConfigured {
  isArchived: boolean;
}

/** Whether an event tells more than what is known: the highest revision counts. */
export function isNews(known: Project | undefined, told: ProjectConfigured): boolean {
  return !known || told.revision > known.revision;
}

/** Keeps the newest state of each project of a batch. @returns those that were news. */
export async function keepProjects(batch: Batch<ProjectConfigured>, tx: Pick<Transaction, 'sql'>): Promise<Project[]> {
  const known = await projectsNamed(
    tx,
    batch.events.map((event) => event.data.project),
  );
  const news = new Map<string, Project>();
  for (const { type, data } of batch.events) {
    if (!isNews(news.get(data.project) ?? known.get(data.project), data)) continue;
    news.set(data.project, { ...data, isArchived: type === projectArchived.type });
  }
  for (const project of news.values()) await saveProject(tx, project);
  return [...news.values()];
}

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
async function saveProject(tx: Pick<Transaction, 'sql'>, project: Project): Promise<void> {
  await tx.sql(
    `insert into project as p (project, revision, schema_version, is_archived, state) values ($1, $2, $3, $4, $5)
     on conflict (project) do update set revision = excluded.revision, schema_version = excluded.schema_version,
       is_archived = excluded.is_archived, state = excluded.state where p.revision < excluded.revision`,
    [project.project, project.revision, project.schemaVersion, project.isArchived, JSON.stringify(project)],
  );
}
