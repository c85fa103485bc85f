import { type FindingKind } from '@assay/contracts/standing/finding';
import { type Tier } from '@assay/contracts/standing/tier-changed';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type Appeal, type FindingContent, type KeptFinding } from './finding.domain';

interface FindingRow {
  finding: string;
  project: string;
  worker: string;
  question: string;
  kind: FindingKind;
  version: number;
  is_raised: boolean;
  state: FindingContent;
  appeal: Appeal | null;
}

/** A finding as it is kept, with its id and project. */
export interface StoredFinding extends KeptFinding {
  finding: string;
  project: string;
}

const COLUMNS = 'finding, project, worker, question, kind, version, is_raised, state, appeal';

/** Findings of a project on some workers, or on all. */
export async function findingsOf(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  workers?: readonly string[],
): Promise<StoredFinding[]> {
  const rows = await tx.sql<FindingRow>(
    `select ${COLUMNS} from finding where project = $1 and ($2::uuid[] is null or worker = any($2)) order by finding`,
    [project, workers ?? null],
  );
  return rows.map(storedOf);
}

/** One page of a project's findings that hold, or of all, in the order of their ids. */
export async function findingPage(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  page: { after: string; limit: number; isRaised?: boolean },
): Promise<StoredFinding[]> {
  const rows = await tx.sql<FindingRow>(
    `select ${COLUMNS} from finding
     where project = $1 and ($2 = '' or finding > $2::uuid) and ($4::boolean is null or is_raised = $4) order by finding limit $3`,
    [project, page.after, page.limit, page.isRaised ?? null],
  );
  return rows.map(storedOf);
}

/** One finding. */
export async function findingById(tx: Pick<Transaction, 'sql'>, finding: string): Promise<StoredFinding | undefined> {
  const [row] = await tx.sql<FindingRow>(`select ${COLUMNS} from finding where finding = $1`, [finding]);
  return row && storedOf(row);
}

function storedOf(row: FindingRow): StoredFinding {
  const { finding, project, worker, question, kind, version, state, appeal } = row;
  return {
    ...{ finding, project, worker, question, kind, version, isRaised: row.is_raised, content: state },
    ...(appeal && { appeal }),
  };
}

/** Writes findings, new or known. */
export async function saveFindings(tx: Pick<Transaction, 'sql'>, findings: readonly StoredFinding[]): Promise<void> {
  if (findings.length === 0) return;
  const rows = findings.map(({ isRaised, content, appeal = null, ...rest }) => ({
    ...rest,
    ...{ is_raised: isRaised, state: content, appeal },
  }));
  await tx.sql(
    `insert into finding (finding, project, worker, question, kind, version, is_raised, state, appeal)
     select finding, project, worker, question, kind, version, is_raised, state, nullif(appeal, 'null'::jsonb)
     from json_to_recordset($1::json) as f (finding uuid, project text, worker uuid, question text, kind text, version integer,
       is_raised boolean, state jsonb, appeal jsonb)
     on conflict (finding) do update set version = excluded.version, is_raised = excluded.is_raised, state = excluded.state,
       appeal = excluded.appeal`,
    [JSON.stringify(rows)],
  );
}

/** A tier as it is kept. */
export interface KeptTier {
  worker: string;
  version: number;
  tier: Tier;
}

/**
 * Takes the standing of workers until the end of the transaction, so that what is found by a fit and by gold at the same moment ends in one
 * tier. Whoever writes a finding takes it before the finding is read. In the order of their ids: no deadlock.
 */
export async function lockStandings(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  workers: readonly string[],
): Promise<KeptTier[]> {
  const sorted = [...new Set(workers)].sort();
  await tx.sql(
    `insert into tier (project, worker, version, tier, reason)
     select $1, worker, 0, 'standard', '' from unnest($2::uuid[]) with ordinality as w (worker, place) order by place
     on conflict do nothing`,
    [project, sorted],
  );
  return tx.sql<KeptTier>(
    'select worker, version, tier from tier where project = $1 and worker = any($2::uuid[]) order by worker for update',
    [project, sorted],
  );
}

/** Of each worker whether a finding below the gold target stands, any finding at all, and a test that cleared. */
export async function standingsOf(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  workers: readonly string[],
): Promise<Map<string, { isBelowGold: boolean; hasFinding: boolean; isCleared: boolean }>> {
  const rows = await tx.sql<{ worker: string; below: boolean; any: boolean; cleared: boolean }>(
    `select w.worker,
       exists (select 1 from finding f where f.project = $1 and f.worker = w.worker and f.is_raised and f.kind = 'belowGold') as below,
       exists (select 1 from finding f where f.project = $1 and f.worker = w.worker and f.is_raised) as any,
       exists (select 1 from gold_test g where g.project = $1 and g.worker = w.worker and g.status = 'clear') as cleared
     from unnest($2::uuid[]) as w (worker)`,
    [project, workers],
  );
  return new Map(
    rows.map(({ worker, below, any, cleared }) => [
      worker,
      { isBelowGold: below, hasFinding: any, isCleared: cleared },
    ]),
  );
}

/** Writes tiers. */
export async function saveTiers(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  tiers: readonly (KeptTier & { reason: string })[],
): Promise<void> {
  if (tiers.length === 0) return;
  await tx.sql(
    `update tier t set version = n.version, tier = n.tier, reason = n.reason
     from json_to_recordset($2::json) as n (worker uuid, version integer, tier text, reason text)
     where t.project = $1 and t.worker = n.worker`,
    [project, JSON.stringify(tiers)],
  );
}

/** Tier of some workers of a project, where they have one. */
export async function tiersOf(
  tx: Pick<Transaction, 'sql'>,
  project: string,
  workers: readonly string[],
): Promise<Map<string, { tier: Tier; reason: string }>> {
  const rows = await tx.sql<{ worker: string; tier: Tier; reason: string }>(
    'select worker, tier, reason from tier where project = $1 and worker = any($2::uuid[])',
    [project, workers],
  );
  return new Map(rows.map((row) => [row.worker, { tier: row.tier, reason: row.reason }]));
}
