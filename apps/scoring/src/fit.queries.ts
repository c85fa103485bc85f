import { type EntityManager } from 'typeorm';
import { ANNOTATION_EVENTS } from '@assay/contracts/topics';
import { annotatedItemPage } from '@assay/platform/copies/annotated-item';
import { type Project, projectsNamed } from '@assay/platform/copies/project-copy';
import { type Transaction } from '@assay/platform/transport/transaction';
import { knownLabels, type KnownLabels } from './known-label.queries';
import { type Columns, ColumnsBuilder } from './label-columns.domain';

/** Items read at once: the thread that answers and consumes is not held up for long. */
const PAGE = 500;

/** Place of changes that come by the project's own events; those of items stand at the number of their lane. */
export const PROJECT_PLACE = -1;

/** Counts what changed that a fit could see. */
export async function countChanges(
  tx: Pick<Transaction, 'sql'>,
  place: number,
  changes: ReadonlyMap<string, number>,
): Promise<void> {
  const counted = [...changes].filter(([, count]) => count > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  if (counted.length === 0) return;
  await tx.sql(
    `insert into fit_change as c (project, place, changes, changed_at)
     select project, $1, changes, now() from unnest($2::text[], $3::bigint[]) as n (project, changes)
     on conflict (project, place) do update set changes = c.changes + excluded.changes, changed_at = excluded.changed_at`,
    [place, counted.map(([project]) => project), counted.map(([, count]) => count)],
  );
}

/** Counts a change of projects of which anything is known besides: one without labels needs no fit. */
export async function countProjectChanges(tx: Pick<Transaction, 'sql'>, projects: readonly string[]): Promise<void> {
  await tx.sql(
    `insert into fit_change as c (project, place, changes, changed_at)
     select distinct project, $1::smallint, 1, now() from fit_change where project = any($2::text[])
     on conflict (project, place) do update set changes = c.changes + 1, changed_at = now()`,
    [PROJECT_PLACE, projects],
  );
}

/** Names of the projects whose reliabilities are to be fitted: asked for, outgrown, changed and quiet since, or outdone by a lost past. */
export async function dueProjects(tx: Pick<Transaction, 'sql'>): Promise<string[]> {
  const rows = await tx.sql<{ project: string }>(
    `with changed as (select project, sum(changes) as changes, max(changed_at) as changed_at from fit_change group by project)
     select p.project
     from project p left join changed c using (project)
       left join foreign_epoch f using (project)
       left join lateral (select epoch, changes, labels from epoch e where e.project = p.project order by epoch desc limit 1) e on true
     where exists (select 1 from epoch_request r where r.project = p.project)
       or f.epoch >= coalesce(e.epoch, 0)
       or (c.changes > coalesce(e.changes, 0) and
           (c.changes - coalesce(e.changes, 0) >= greatest((p.state #>> '{policy,epoch,afterLabels}')::float,
                                                            (p.state #>> '{policy,epoch,growth}')::float * coalesce(e.labels, 0))
            or c.changed_at <= now() - (p.state #>> '{policy,epoch,quietSeconds}')::float * interval '1 second'))
     order by p.project`,
  );
  return rows.map((row) => row.project);
}

/** Everything that a fit sees, at one moment. */
export interface FitSnapshot {
  project: Project;
  /** Highest number that was given, also by a past that is lost; 0 before the first. */
  epoch: number;
  changes: number;
  /** Up to where the annotations of each partition were read. */
  covers: { topic: string; partition: number; offset: number }[];
  /** Ids of the requests that were there, and whether any wants to settle. */
  requests: { ids: string[]; isSettling: boolean };
  columns: Columns[];
  known: { gold: KnownLabels; adjudicated: KnownLabels };
}

/** Reads a snapshot; the transaction must be repeatable read. Undefined where the project is not known. */
export async function readSnapshot(
  manager: EntityManager,
  sql: Transaction['sql'],
  name: string,
): Promise<FitSnapshot | undefined> {
  const tx = { manager, sql };
  const project = (await projectsNamed(tx, [name])).get(name);
  if (!project) return undefined;
  const [state] = await sql<{ epoch: number; changes: string; requests: string[] | null; settles: boolean | null }>(
    `select greatest((select max(epoch) from epoch where project = $1),
         (select epoch from foreign_epoch where project = $1), 0) as epoch,
       (select coalesce(sum(changes), 0) from fit_change where project = $1) as changes,
       (select array_agg(id) from epoch_request where project = $1) as requests,
       (select bool_or(is_settling) from epoch_request where project = $1) as settles`,
    [name],
  );
  const covers = await sql<{ topic: string; partition: number; offset: string }>(
    `select $1 as topic, partition, positions ->> $1 as offset from lane
     where kind = $2 and positions ? $1 order by partition`,
    [ANNOTATION_EVENTS.name, ANNOTATION_EVENTS.lane],
  );
  return {
    project,
    epoch: state?.epoch ?? 0,
    changes: Number(state?.changes ?? 0),
    covers: covers.map((one) => ({ ...one, offset: Number(one.offset) })),
    requests: { ids: state?.requests ?? [], isSettling: state?.settles ?? false },
    columns: await readColumns(tx, project),
    known: await knownLabels(tx, name),
  };
}

async function readColumns(tx: Pick<Transaction, 'sql'>, { project, questions, policy }: Project): Promise<Columns[]> {
  const builders = questions.map((question) => new ColumnsBuilder(question.name, policy.repeats));
  for (let after = ''; ;) {
    const items = await annotatedItemPage(tx, project, after, PAGE);
    for (const { item, isWithdrawn, entries } of items) {
      if (!isWithdrawn) for (const builder of builders) builder.add(item, entries);
    }
    after = items.at(-1)?.item ?? after;
    if (items.length < PAGE) return builders.map((builder) => builder.finished());
  }
}

/** An epoch as it is kept. */
export interface KeptEpoch {
  project: string;
  epoch: number;
  /** Id of the event that says it. */
  event: string;
  isSettling: boolean;
  schemaVersion: number;
  policyRevision: number;
  changes: number;
  labels: number;
  covers: FitSnapshot['covers'];
  seconds: number;
}

/** Keeps an epoch. False: another was faster, and nothing may be published. */
export async function insertEpoch(tx: Pick<Transaction, 'sql'>, epoch: KeptEpoch): Promise<boolean> {
  const rows = await tx.sql(
    `insert into epoch (project, epoch, is_settling, schema_version, policy_revision, changes, labels, covers, seconds, event, fitted_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now()) on conflict do nothing returning 1`,
    [
      ...[epoch.project, epoch.epoch, epoch.isSettling, epoch.schemaVersion, epoch.policyRevision],
      ...[epoch.changes, epoch.labels, JSON.stringify(epoch.covers), epoch.seconds, epoch.event],
    ],
  );
  return rows.length === 1;
}

/**
 * Keeps the numbers of epochs on the log that this database did not give, or gave to another fit: what it says next must have a number of
 * its own, or readers who have the one would take it for the other.
 */
export async function keepForeign(
  tx: Pick<Transaction, 'sql'>,
  heard: readonly { project: string; epoch: number; event: string }[],
): Promise<void> {
  await tx.sql(
    `insert into foreign_epoch as f (project, epoch)
     select h.project, max(h.epoch) from unnest($1::text[], $2::integer[], $3::text[]) as h (project, epoch, event)
     where not exists (select 1 from epoch e where e.project = h.project and e.epoch = h.epoch and coalesce(e.event, h.event) = h.event)
     group by h.project
     on conflict (project) do update set epoch = greatest(f.epoch, excluded.epoch)`,
    [heard.map(({ project }) => project), heard.map(({ epoch }) => epoch), heard.map(({ event }) => event)],
  );
}

/** Ends the requests that an epoch answers: those that its fit saw, as one with a lower id can be committed later. */
export async function endRequests(tx: Pick<Transaction, 'sql'>, ids: readonly string[]): Promise<void> {
  await tx.sql('delete from epoch_request where id = any($1::bigint[])', [ids]);
}

/** Asks for an epoch. */
export async function insertRequest(tx: Pick<Transaction, 'sql'>, project: string, isSettling: boolean): Promise<void> {
  await tx.sql('insert into epoch_request (project, is_settling, requested_at) values ($1, $2, now())', [
    project,
    isSettling,
  ]);
}

/** Where the epochs of a project stand. */
export interface EpochState {
  project: string;
  /** The newest; 0 before the first. */
  epoch: number;
  isSettling: boolean;
  labels: number;
  /** How long the newest fit took, from reading to publishing. */
  seconds: number;
  fittedAt: string | null;
  covers: FitSnapshot['covers'];
  /** Requests that no epoch has answered yet. */
  requested: number;
  /** Whether anything has changed since that a fit could see, or the log has an epoch of a lost past that is as new. */
  isOutdated: boolean;
}

export async function epochState(tx: Pick<Transaction, 'sql'>, project: string): Promise<EpochState> {
  const [row] = await tx.sql<{
    epoch: number | null;
    is_settling: boolean | null;
    labels: string | null;
    seconds: number | null;
    fitted_at: Date | null;
    covers: FitSnapshot['covers'] | null;
    requested: number;
    is_outdated: boolean;
  }>(
    `select e.*, (select count(*)::int from epoch_request where project = $1) as requested,
       coalesce((select sum(changes) from fit_change where project = $1), 0) > coalesce(e.changes, 0)
         or exists (select 1 from foreign_epoch f where f.project = $1 and f.epoch >= coalesce(e.epoch, 0)) as is_outdated
     from (select 1) one left join lateral (select * from epoch where project = $1 order by epoch desc limit 1) e on true`,
    [project],
  );
  return {
    project,
    epoch: row?.epoch ?? 0,
    isSettling: row?.is_settling ?? false,
    labels: Number(row?.labels ?? 0),
    seconds: row?.seconds ?? 0,
    fittedAt: row?.fitted_at?.toISOString() ?? null,
    covers: row?.covers ?? [],
    requested: row?.requested ?? 0,
    isOutdated: row?.is_outdated ?? false,
  };
}
