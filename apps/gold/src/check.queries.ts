import { type Transaction } from '@assay/platform/transport/transaction';
import { type Check, type CheckPlace } from './check.domain';

/** A check as it is kept. */
export interface KeptCheck extends CheckPlace {
  check: string;
  key: string;
  project: string;
  item: string;
  version: number;
  /** Undefined of a check that is void. */
  verdict?: Pick<Check, 'isRight' | 'at' | 'order'>;
}

interface CheckRow {
  check_id: string;
  key: string;
  project: string;
  item: string;
  question: string;
  worker: string;
  occasion: number;
  version: number;
  is_right: boolean | null;
  at: string | null;
  place: string;
}

/** Checks of some gold items, void ones too. */
export async function checksOfItems(tx: Pick<Transaction, 'sql'>, keys: readonly string[]): Promise<KeptCheck[]> {
  const rows = await tx.sql<CheckRow>(
    `select check_id, key, project, item, question, worker, occasion, version, is_right, extract(epoch from occurred_at) * 1000 as at, place
     from gold_check where key = any($1::bigint[])`,
    [keys],
  );
  return rows.map(({ check_id, is_right, at, place, ...row }) => ({
    ...{ check: check_id, key: row.key, project: row.project, item: row.item, question: row.question },
    ...{ worker: row.worker, occasion: row.occasion, version: row.version },
    ...(is_right !== null && {
      verdict: { isRight: is_right, ...(at !== null && { at: Math.round(Number(at)) }), order: Number(place) },
    }),
  }));
}

/** Writes checks, new or known. */
export async function saveChecks(tx: Pick<Transaction, 'sql'>, checks: readonly KeptCheck[]): Promise<void> {
  if (checks.length === 0) return;
  const rows = checks.map(({ check, verdict, ...one }) => ({
    ...{ check_id: check, key: one.key, project: one.project, item: one.item, question: one.question },
    ...{ worker: one.worker, occasion: one.occasion, version: one.version },
    is_right: verdict?.isRight ?? null,
    occurred_at: verdict?.at === undefined ? null : new Date(verdict.at).toISOString(),
    place: verdict?.order ?? 0,
  }));
  await tx.sql(
    `insert into gold_check (check_id, key, project, item, question, worker, occasion, version, is_right, occurred_at, place)
     select check_id, key, project, item, question, worker, occasion, version, is_right, occurred_at, place
     from json_to_recordset($1::json) as c (check_id uuid, key bigint, project text, item text, question text, worker uuid,
       occasion integer, version integer, is_right boolean, occurred_at timestamptz, place bigint)
     on conflict (check_id) do update set version = excluded.version, is_right = excluded.is_right,
       occurred_at = excluded.occurred_at, place = excluded.place`,
    [JSON.stringify(rows)],
  );
}

/** Every check of a project that counts, a line each, sorted: what the digest covers. */
export async function digestLines(tx: Pick<Transaction, 'sql'>, project: string): Promise<string[]> {
  const rows = await tx.sql<{ item: string; question: string; worker: string; occasion: number; isRight: boolean }>(
    `select item, question, worker, occasion, is_right as "isRight" from gold_check
     where project = $1 and is_right is not null order by item collate "C", question collate "C", worker, occasion, is_right, check_id`,
    [project],
  );
  return rows.map((row) => JSON.stringify([row.item, row.question, row.worker, row.occasion, row.isRight]));
}
