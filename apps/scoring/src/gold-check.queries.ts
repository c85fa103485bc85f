import { PARTITIONS } from '@assay/contracts/topics';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type GoldCheck } from './finding.domain';

/** A check as it came: of each id the highest version counts. */
export interface ToldCheck {
  project: string;
  worker: string;
  lane: number;
  check: string;
  question: string;
  version: number;
  /** Undefined of a check that is void. */
  isRight?: boolean;
  occurredAt?: string;
  order?: number;
}

/** Keeps checks. @returns the workers of whom something is new, by project. */
export async function keepChecks(
  tx: Pick<Transaction, 'sql'>,
  checks: readonly ToldCheck[],
): Promise<Map<string, string[]>> {
  const rows = await tx.sql<{ project: string; worker: string }>(
    `with news as (
       insert into gold_check as g (project, worker, check_id, question, lane, version, is_right, occurred_at, place)
       select distinct on (project, worker, "check") project, worker, "check", question, lane, version, "isRight", "occurredAt", "order"
       from json_to_recordset($1::json) as c (project text, worker uuid, lane smallint, "check" uuid, question text, version bigint,
         "isRight" boolean, "occurredAt" timestamptz, "order" bigint)
       order by project, worker, "check", version desc
       on conflict (project, worker, check_id) do update set version = excluded.version, is_right = excluded.is_right,
         occurred_at = excluded.occurred_at, place = excluded.place
         where g.version < excluded.version
       returning project, worker)
     select distinct project, worker from news order by project, worker`,
    [JSON.stringify(checks)],
  );
  const workers = new Map<string, string[]>();
  for (const { project, worker } of rows) workers.set(project, [...(workers.get(project) ?? []), worker]);
  return workers;
}

/** Checks of some workers that count, by worker and question. */
export async function checksOf(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  workers: readonly string[],
): Promise<Map<string, Map<string, GoldCheck[]>>> {
  const rows = await tx.sql<{
    worker: string;
    question: string;
    check: string;
    isRight: boolean;
    at: string | null;
    place: string | null;
  }>(
    `select worker, question, check_id as "check", is_right as "isRight", extract(epoch from occurred_at) * 1000 as at, place
     from gold_check where project = $1 and worker = any($2::uuid[]) and is_right is not null`,
    [project, workers],
  );
  const checks = new Map<string, Map<string, GoldCheck[]>>(workers.map((worker) => [worker, new Map()]));
  for (const { worker, question, check, isRight, at, place } of rows) {
    const own = checks.get(worker)!;
    const known = own.get(question) ?? [];
    known.push({ check, isRight, order: Number(place ?? 0), ...(at !== null && { at: Number(at) }) });
    own.set(question, known);
  }
  return checks;
}

/** Where the sequential test of a worker on a question stands. */
export interface KeptGoldTest {
  worker: string;
  question: string;
  status: string;
  checks: number;
  right: number;
}

/** Exchanges the gold tests of some workers. */
export async function saveGoldTests(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  workers: readonly string[],
  tests: readonly KeptGoldTest[],
): Promise<void> {
  await tx.sql('delete from gold_test where project = $1 and worker = any($2::uuid[])', [project, workers]);
  await tx.sql(
    `insert into gold_test (project, worker, question, status, checks, right_checks)
     select $1, worker, question, status, checks, "right"
     from json_to_recordset($2::json) as t (worker uuid, question text, status text, checks integer, "right" integer)`,
    [project, JSON.stringify(tests)],
  );
}

/** Gold tests of some workers. */
export async function goldTestsOf(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  workers: readonly string[],
): Promise<KeptGoldTest[]> {
  return tx.sql<KeptGoldTest>(
    `select worker, question, status, checks, right_checks as "right" from gold_test
     where project = $1 and worker = any($2::uuid[]) order by worker, question`,
    [project, workers],
  );
}

/** Workers to be tested by a policy that came after their last test: a slice of one project in a lane. */
export interface Retest {
  project: string;
  revision: number;
  workers: string[];
}

/** Lanes whose workers were not tested by the newest policy of some project yet. */
export async function lanesDueForRetest(store: Pick<Transaction, 'sql'>): Promise<number[]> {
  const rows = await store.sql<{ lane: number }>(
    `select distinct n.lane from project p cross join generate_series(0, $1::int - 1) as n (lane)
       left join gold_test_progress g on g.project = p.project and g.lane = n.lane
     where coalesce(g.tested_revision, 0) < p.revision`,
    [PARTITIONS],
  );
  return rows.map(({ lane }) => lane);
}

/** The next workers of a lane whose tests are behind their project's policy; undefined where none is. */
export async function nextRetest(
  tx: Pick<Transaction, 'sql'>,
  lane: number,
  limit: number,
): Promise<Retest | undefined> {
  const [due] = await tx.sql<{ project: string; revision: string; after: string | null }>(
    `select p.project, p.revision, case when g.after_revision = p.revision then g.after end as after
     from project p left join gold_test_progress g on g.project = p.project and g.lane = $1
     where coalesce(g.tested_revision, 0) < p.revision limit 1`,
    [lane],
  );
  if (!due) return undefined;
  const rows = await tx.sql<{ worker: string }>(
    `select distinct worker from gold_check where project = $1 and lane = $2 and worker > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000')
     order by worker limit $4`,
    [due.project, lane, due.after, limit],
  );
  return { project: due.project, revision: Number(due.revision), workers: rows.map((row) => row.worker) };
}

/** Keeps how far a retest has come; with no worker left it is done. */
export async function keepRetest(tx: Pick<Transaction, 'sql'>, lane: number, retest: Retest): Promise<void> {
  const { project, revision, workers } = retest;
  const last = workers.at(-1);
  await tx.sql(
    last === undefined
      ? `insert into gold_test_progress (project, lane, tested_revision) values ($1, $2, $3)
         on conflict (project, lane) do update set tested_revision = excluded.tested_revision, after = null`
      : `insert into gold_test_progress (project, lane, tested_revision, after, after_revision) values ($1, $2, 0, $4, $3)
         on conflict (project, lane) do update set after = excluded.after, after_revision = excluded.after_revision`,
    [project, lane, revision, ...(last === undefined ? [] : [last])],
  );
}

/** Lanes whose workers were not tested by a project's newest policy yet; 0 at rest. */
export async function lanesToRetest(tx: Pick<Transaction, 'sql'>, project: string, lanes: number): Promise<number> {
  const [row] = await tx.sql<{ lanes: number }>(
    `select count(*)::int as lanes from project p cross join generate_series(0, $2::int - 1) as n (lane)
       left join gold_test_progress g on g.project = p.project and g.lane = n.lane
     where p.project = $1 and coalesce(g.tested_revision, 0) < p.revision`,
    [project, lanes],
  );
  return row?.lanes ?? 0;
}
