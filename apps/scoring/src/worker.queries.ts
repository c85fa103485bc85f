import { type WorkerRegistered } from '@assay/contracts/worker/worker-registered';
import { type Transaction } from '@assay/platform/transport/transaction';

/** Keeps the names of workers: of each the highest revision. */
export async function saveWorkers(
  tx: Pick<Transaction, 'sql'>,
  workers: readonly Pick<WorkerRegistered, 'worker' | 'revision' | 'source' | 'externalId'>[],
): Promise<void> {
  await tx.sql(
    `insert into worker as w (worker, revision, source, external_id)
     select distinct on (worker) worker, revision, source, "externalId"
     from json_to_recordset($1::json) as n (worker uuid, revision bigint, source text, "externalId" text)
     order by worker, revision desc
     on conflict (worker) do update set revision = excluded.revision, source = excluded.source, external_id = excluded.external_id
       where w.revision < excluded.revision`,
    [JSON.stringify(workers)],
  );
}
