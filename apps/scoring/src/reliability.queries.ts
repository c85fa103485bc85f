import { type Transaction } from '@assay/platform/transport/transaction';
import { type KnownAccuracy } from './drift.domain';
import { type FittedModel } from './fit.domain';

/** What is known of how a worker errs on one question. */
export interface Reliability {
  question: string;
  worker: string;
  labels: number;
  /** On gold where there is gold, else estimated from what the items are believed to be; with its 95 % interval. */
  accuracy: number;
  low: number;
  high: number;
  /** Gold labels that the accuracy comes from; 0 where it is estimated. */
  goldChecks: number;
  /** Null above 32 labels. */
  spammerScore: number | null;
  /** Expected counts, K * K cells [label * K + truth]; null above 32 labels. */
  confusion: number[] | null;
}

/** Exchanges the reliabilities of a project for those of its newest epoch. */
export async function saveReliabilities(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  models: readonly FittedModel[],
): Promise<void> {
  await tx.sql('delete from reliability where project = $1', [project]);
  for (const { question, workers } of models) {
    const rows = workers.map((one) => ({
      ...{ worker: one.worker, labels: one.labels, accuracy: one.accuracy, low: one.low, high: one.high },
      ...{ gold_checks: one.goldChecks, confusion: one.confusion ?? null },
      spammer_score: Number.isFinite(one.spammerScore) ? one.spammerScore : null,
    }));
    await tx.sql(
      `insert into reliability (project, question, worker, labels, accuracy, low, high, gold_checks, spammer_score, confusion)
       select $1, $2, worker, labels, accuracy, low, high, gold_checks, spammer_score, confusion
       from json_to_recordset($3::json) as r (worker uuid, labels integer, accuracy double precision, low double precision,
         high double precision, gold_checks integer, spammer_score double precision, confusion double precision[])`,
      [project, question, JSON.stringify(rows)],
    );
  }
}

/** Reliabilities of some workers of a project, by worker and question. */
export async function reliabilitiesOf(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  workers: readonly string[],
): Promise<Reliability[]> {
  return tx.sql<Reliability>(
    `select question, worker, labels, accuracy, low, high, gold_checks as "goldChecks", spammer_score as "spammerScore", confusion
     from reliability where project = $1 and worker = any($2::uuid[]) order by worker, question`,
    [project, workers],
  );
}

/** How accurate the workers of a project are taken to be by its newest epoch. */
export async function accuraciesOf(tx: Pick<Transaction, 'sql'>, project: string): Promise<KnownAccuracy[]> {
  return tx.sql<KnownAccuracy>('select question, worker, labels, accuracy from reliability where project = $1', [
    project,
  ]);
}

/** At most `limit` workers of a project that have labels, in the order of their ids. */
export async function workerPage(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  after: string,
  limit: number,
): Promise<{ worker: string; source: string | null; externalId: string | null }[]> {
  return tx.sql(
    `select r.worker, w.source, w.external_id as "externalId"
     from (select distinct worker from reliability where project = $1 and ($2 = '' or worker > $2::uuid) order by worker limit $3) r
       left join worker w using (worker) order by r.worker`,
    [project, after, limit],
  );
}

/** Each worker's expected confusion counts on each question, a line each, to 9 places: what the digest covers. */
export async function digestLines(tx: Pick<Transaction, 'sql'>, project: string): Promise<string[]> {
  const rows = await tx.sql<Pick<Reliability, 'worker' | 'question' | 'labels' | 'confusion'>>(
    'select worker, question, labels, confusion from reliability where project = $1 order by worker, question',
    [project],
  );
  return rows.map(({ worker, question, labels, confusion }) =>
    JSON.stringify([worker, question, labels, confusion?.map((cell) => cell.toFixed(9)) ?? null]),
  );
}
