import { type EpochPublished } from '@assay/contracts/reliability/epoch-published';
import { type ModelChunk, type ModelWorker } from '@assay/contracts/reliability/model-chunk';
import { LOST_VERSIONS } from '@assay/platform/postgres/lost-versions';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type ModelHeader } from '@assay/statistics/aggregation/published-model-json';

/** The epoch that the items of a project are decided by. */
export interface EpochPointer {
  epoch: number;
  /** The newest settling epoch up to it; 0 where there is none. */
  settlingEpoch: number;
}

/**
 * Keeps chunks of epochs that are newer than the one pointed to. Of those with one number the last counts: where a database was lost before
 * an epoch of it was whole on the log, its number is given again, and all of it comes anew.
 */
export async function keepChunks(tx: Pick<Transaction, 'sql'>, received: readonly ModelChunk[]): Promise<void> {
  if (received.length === 0) return;
  const chunks = lastOf(received, ({ project, epoch, question, chunk }) => [project, epoch, question, chunk]);
  await tx.sql(
    `insert into model_chunk (project, epoch, question, chunk, model, workers)
     select c.* from unnest($1::text[], $2::integer[], $3::text[], $4::integer[], $5::json[], $6::json[])
       as c (project, epoch, question, chunk, model, workers)
     where not exists (select 1 from epoch_pointer p where p.project = c.project and p.epoch >= c.epoch)
     on conflict (project, epoch, question, chunk) do update set model = excluded.model, workers = excluded.workers`,
    [
      chunks.map((one) => one.project),
      chunks.map((one) => one.epoch),
      chunks.map((one) => one.question),
      chunks.map((one) => one.chunk),
      chunks.map((one) => (one.model ? JSON.stringify(one.model) : null)),
      chunks.map((one) => JSON.stringify(one.workers)),
    ],
  );
}

/** Keeps what closes an epoch, of those that are newer than the one pointed to. */
export async function keepEpochs(tx: Pick<Transaction, 'sql'>, received: readonly EpochPublished[]): Promise<void> {
  if (received.length === 0) return;
  const epochs = lastOf(received, ({ project, epoch }) => [project, epoch]);
  await tx.sql(
    `insert into epoch (project, epoch, is_settling, chunks)
     select e.* from unnest($1::text[], $2::integer[], $3::boolean[], $4::integer[]) as e (project, epoch, is_settling, chunks)
     where not exists (select 1 from epoch_pointer p where p.project = e.project and p.epoch >= e.epoch)
     on conflict (project, epoch) do update set is_settling = excluded.is_settling, chunks = excluded.chunks`,
    [
      epochs.map((one) => one.project),
      epochs.map((one) => one.epoch),
      epochs.map((one) => one.isSettling),
      epochs.map((one) => one.questions.reduce((sum, { chunks }) => sum + chunks, 0)),
    ],
  );
  await forgetSurplus(tx, epochs);
}

/** Forgets chunks beyond those that an epoch has: of a fit with its number that was lost before it was whole on the log. Its own stand before it. */
async function forgetSurplus(tx: Pick<Transaction, 'sql'>, epochs: readonly EpochPublished[]): Promise<void> {
  const own = epochs.flatMap(({ project, epoch, questions }) =>
    questions.map(({ question, chunks }) => ({ project, epoch, question, chunks })),
  );
  await tx.sql(
    `delete from model_chunk c
     using unnest($1::text[], $2::integer[]) as e (project, epoch)
     where c.project = e.project and c.epoch = e.epoch
       and not exists (select 1 from epoch_pointer p where p.project = c.project and p.epoch >= c.epoch)
       and not exists (select 1 from json_to_recordset($3::json) as o (project text, epoch integer, question text, chunks integer)
                       where o.project = c.project and o.epoch = c.epoch and o.question = c.question and c.chunk < o.chunks)`,
    [epochs.map(({ project }) => project), epochs.map(({ epoch }) => epoch), JSON.stringify(own)],
  );
}

/** The last of those with the same key, in their order. */
function lastOf<T>(all: readonly T[], keyOf: (one: T) => unknown): T[] {
  return [...new Map(all.map((one) => [JSON.stringify(keyOf(one)), one])).values()];
}

/**
 * Moves the pointer of each project to its newest epoch whose chunks are all there, and forgets what is older: no item is decided by it any
 * more.
 */
export async function movePointers(tx: Pick<Transaction, 'sql'>, projects: readonly string[]): Promise<void> {
  const moved = await tx.sql<{ project: string; epoch: number }>(
    `insert into epoch_pointer as p (project, epoch, settling_epoch)
     select distinct on (e.project) e.project, e.epoch,
       coalesce((select max(s.epoch) from epoch s where s.project = e.project and s.epoch <= e.epoch and s.is_settling), 0)
     from epoch e
     where e.project = any($1::text[])
       and e.chunks = (select count(*) from model_chunk c where c.project = e.project and c.epoch = e.epoch)
     order by e.project, e.epoch desc
     on conflict (project) do update set epoch = excluded.epoch,
       settling_epoch = greatest(p.settling_epoch, excluded.settling_epoch)
       where p.epoch < excluded.epoch
     returning project, epoch`,
    [projects],
  );
  for (const { project, epoch } of moved) {
    await tx.sql('delete from model_chunk where project = $1 and epoch < $2', [project, epoch]);
    await tx.sql('delete from epoch where project = $1 and epoch < $2', [project, epoch]);
  }
}

/** What decisions of one moment are made by, besides the items. */
export interface Moment {
  /** Of projects that were fitted. */
  pointers: Map<string, EpochPointer>;
  /** The highest version that a lost database can have given (`lostVersions`). */
  lostVersions: number;
}

/** The pointers of projects, and the versions that may be lost, as this transaction sees them. */
export async function momentOf(tx: Pick<Transaction, 'sql'>, projects: readonly string[]): Promise<Moment> {
  const rows = await tx.sql<{ project: string | null; epoch: number; settling_epoch: number; lost: string }>(
    `select p.project, p.epoch, p.settling_epoch, ${LOST_VERSIONS} as lost
     from (select 1) one left join epoch_pointer p on p.project = any($1::text[])`,
    [projects],
  );
  const pointers = rows.flatMap(({ project, epoch, settling_epoch: settlingEpoch }) => {
    return project === null ? [] : [[project, { epoch, settlingEpoch }] as const];
  });
  return { pointers: new Map(pointers), lostVersions: Number(rows[0]!.lost) };
}

/** A question's model as it was published. */
export interface KeptModel {
  header: ModelHeader;
  workers: ModelWorker[];
}

/**
 * The models of the epoch that a project points to, by question. One statement, so that pointer and chunks are of one moment: the chunks of
 * an older epoch may be gone already.
 */
export async function modelsOf(
  tx: Pick<Transaction, 'sql'>,
  project: string,
): Promise<{ epoch: number; models: Map<string, KeptModel> }> {
  const rows = await tx.sql<{
    epoch: number;
    /** Null of an epoch that has no models: there were no labels. */
    question: string | null;
    model: ModelHeader | null;
    workers: ModelWorker[];
  }>(
    `select p.epoch, c.question, c.model, c.workers from epoch_pointer p left join model_chunk c using (project, epoch)
     where p.project = $1 order by c.question, c.chunk`,
    [project],
  );
  const models = new Map<string, KeptModel>();
  for (const { question, model, workers } of rows) {
    if (question === null) continue;
    const known = models.get(question);
    if (known) known.workers.push(...workers);
    else if (model) models.set(question, { header: model, workers });
  }
  return { epoch: rows[0]?.epoch ?? 0, models };
}
