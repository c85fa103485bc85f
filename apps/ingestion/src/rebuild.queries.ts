import { type Transaction } from '@assay/platform/transport/transaction';
import { type RebuildProgress } from './rebuild.domain';

/** A request to publish the record again: of one project, or of all. */
export interface Rebuild extends RebuildProgress {
  id: string;
  project: string | null;
  requestedAt: string;
  finishedAt: string | null;
}

interface RebuildRow {
  id: string;
  project: string | null;
  stage: RebuildProgress['stage'];
  after: (string | number)[];
  published: string;
  requested_at: Date;
  finished_at: Date | null;
}

/** One lane rebuilds, so that one instance does, in order. */
const REBUILD_LANE = 0;

/** Asks for a rebuild, to be done by one lane slice by slice; the one that is under way where the same was asked before. */
export async function requestRebuild(tx: Transaction, project: string | null): Promise<Rebuild> {
  await tx.sql(`select pg_advisory_xact_lock(hashtextextended('rebuild', 0))`);
  const same = 'select * from rebuild where finished_at is null and project is not distinct from $1::text';
  const [underWay] = await tx.sql<RebuildRow>(same, [project]);
  if (underWay) return toRebuild(underWay);
  const [row] = await tx.sql<RebuildRow>(
    `insert into rebuild (project, stage, after) values ($1, 'keys', '[]') returning *`,
    [project],
  );
  return toRebuild(row!);
}

/** The oldest rebuild that is not finished. */
export async function rebuildUnderWay(tx: Transaction): Promise<Rebuild | undefined> {
  const [row] = await tx.sql<RebuildRow>('select * from rebuild where finished_at is null order by id limit 1');
  return row && toRebuild(row);
}

/** The lane that rebuilds, while a rebuild is under way. */
export async function lanesToRebuild(store: Pick<Transaction, 'sql'>): Promise<number[]> {
  const rows = await store.sql<{ lane: number }>(
    `select $1::int as lane where exists (select 1 from rebuild where finished_at is null)`,
    [REBUILD_LANE],
  );
  return rows.map(({ lane }) => lane);
}

/** The rebuild of this id, finished or not. */
export async function rebuildById(tx: Transaction, id: string): Promise<Rebuild | undefined> {
  const [row] = await tx.sql<RebuildRow>('select * from rebuild where id = $1::bigint', [id]);
  return row && toRebuild(row);
}

/** Keeps how far a rebuild is, in the transaction that published the slice. */
export async function saveProgress(
  tx: Transaction,
  id: string,
  { stage, after, published }: RebuildProgress,
): Promise<void> {
  await tx.sql(
    `update rebuild set stage = $2, after = $3, published = $4,
       finished_at = case when $2 = 'finished' then now() end where id = $1::bigint`,
    [id, stage, JSON.stringify(after), published],
  );
}

function toRebuild(row: RebuildRow): Rebuild {
  const { id, project, stage, after } = row;
  return {
    id,
    project,
    stage,
    after,
    published: Number(row.published),
    requestedAt: row.requested_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}
