import { createHash } from 'node:crypto';
import { type EntityManager } from 'typeorm';
import { type Caller } from '../security/caller';
import { rowsOf } from '../postgres/rows-of';

/** Something that an operator or lead did. */
export interface AuditAction {
  /** `subject.verb`: `key.issue`, `deadletter.redrive`. */
  action: string;
  /** Id of what it was done to. */
  subject: string;
  /** More of it; no label and no name of a worker. */
  detail: object;
}

/** A row of the audit. Its hash covers all its fields and the hash of the row before, so that a changed or missing row shows. */
export interface AuditRow extends AuditAction {
  id: number;
  recordedAt: string;
  /** Id of the caller's credential. */
  actor: string;
  role: string;
  previousHash: string;
  hash: string;
}

/** Hash before the first row. */
export const NO_HASH = '0'.repeat(64);

/** Writes actions into the audit, in the transaction of the actions themselves. The audit of a service has one writer at a time. */
export async function appendAudit(
  { manager }: { manager: EntityManager },
  caller: Pick<Caller, 'id' | 'role'>,
  ...actions: readonly AuditAction[]
): Promise<void> {
  if (actions.length === 0) return;
  await manager.query(`select pg_advisory_xact_lock(hashtextextended('assay audit ' || current_schema(), 0))`);
  const [last] = await auditRows(manager, { before: undefined, limit: 1 });
  let previous: Pick<AuditRow, 'id' | 'hash'> = last ?? { id: 0, hash: NO_HASH };
  const recordedAt = new Date().toISOString();
  const rows = actions.map((action) => {
    const said = { id: previous.id + 1, recordedAt, actor: caller.id, role: caller.role, ...action };
    const row = { ...said, previousHash: previous.hash };
    return (previous = { ...row, hash: auditHash(row) }) as AuditRow;
  });
  await manager.query(
    `insert into audit (id, recorded_at, actor, role, action, subject, detail, previous_hash, hash)
     select id, $1, $2, $3, action, subject, detail, previous_hash, hash
     from unnest($4::bigint[], $5::text[], $6::text[], $7::json[], $8::text[], $9::text[])
       as a (id, action, subject, detail, previous_hash, hash)`,
    [
      ...[recordedAt, caller.id, caller.role],
      ...[rows.map(({ id }) => id), rows.map(({ action }) => action), rows.map(({ subject }) => subject)],
      ...[rows.map(({ detail }) => JSON.stringify(detail)), rows.map(({ previousHash }) => previousHash)],
      rows.map(({ hash }) => hash),
    ],
  );
}

const COLUMNS = `id, recorded_at as at, actor, role, action, subject, detail, previous_hash as "previousHash", hash`;

/** Rows of the audit, newest first. */
export async function auditRows(
  manager: EntityManager,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<AuditRow[]> {
  const query = `select ${COLUMNS} from audit where $1::bigint is null or id < $1 order by id desc limit $2`;
  return shownRows(await manager.query(query, [before ?? null, limit]));
}

async function rowsAfter(manager: EntityManager, id: number): Promise<AuditRow[]> {
  return shownRows(await manager.query(`select ${COLUMNS} from audit where id > $1 order by id limit 1000`, [id]));
}

function shownRows(result: unknown): AuditRow[] {
  const rows = rowsOf<Omit<AuditRow, 'id'> & { id: string; at: Date }>(result);
  return rows.map(({ at, ...row }) => ({ ...row, id: Number(row.id), recordedAt: at.toISOString() }));
}

/**
 * The id of the first row at which the chain is broken: it was changed, or the row before it is gone. Undefined where the chain is whole.
 */
export async function firstBreak(manager: EntityManager): Promise<number | undefined> {
  let previous: Pick<AuditRow, 'id' | 'hash'> = { id: 0, hash: NO_HASH };
  for (;;) {
    const rows = await rowsAfter(manager, previous.id);
    for (const row of rows) {
      if (!follows(row, previous)) return row.id;
      previous = row;
    }
    if (rows.length === 0) return undefined;
  }
}

/** Whether a row is unchanged and comes right after another. */
export function follows(row: AuditRow, previous: Pick<AuditRow, 'id' | 'hash'>): boolean {
  return row.id === previous.id + 1 && row.previousHash === previous.hash && row.hash === auditHash(row);
}

/** SHA-256 (hex) over all that a row says and the hash of the row before. */
export function auditHash(row: Omit<AuditRow, 'hash'>): string {
  const { id, recordedAt, actor, role, action, subject, detail, previousHash } = row;
  const content = JSON.stringify([previousHash, id, recordedAt, actor, role, action, subject, detail]);
  return createHash('sha256').update(content).digest('hex');
}
