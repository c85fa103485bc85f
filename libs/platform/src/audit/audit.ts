import { createHash } from 'node:crypto';
import { type EntityManager } from 'typeorm';
import { type Caller } from '../security/caller';
import { rowsOf } from '../transport/lane-transaction';

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

/** Writes an action into the audit, in the transaction of the action itself. The audit of a service has one writer at a time. */
export async function appendAudit(
  { manager }: { manager: EntityManager },
  caller: Pick<Caller, 'id' | 'role'>,
  action: AuditAction,
): Promise<void> {
  await manager.query(`select pg_advisory_xact_lock(hashtextextended('assay audit ' || current_schema(), 0))`);
  const [last] = await auditRows(manager, { before: undefined, limit: 1 });
  const row = {
    id: (last?.id ?? 0) + 1,
    recordedAt: new Date().toISOString(),
    actor: caller.id,
    role: caller.role,
    ...action,
    previousHash: last?.hash ?? NO_HASH,
  };
  await manager.query(
    `insert into audit (id, recorded_at, actor, role, action, subject, detail, previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      ...[row.id, row.recordedAt, row.actor, row.role, row.action, row.subject],
      ...[JSON.stringify(row.detail), row.previousHash, auditHash(row)],
    ],
  );
}

/** Rows of the audit, newest first. */
export async function auditRows(
  manager: EntityManager,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<AuditRow[]> {
  const rows = rowsOf<Omit<AuditRow, 'id'> & { id: string; at: Date }>(
    await manager.query(
      `select id, recorded_at as at, actor, role, action, subject, detail, previous_hash as "previousHash", hash
       from audit where id < coalesce($1, 9223372036854775807) order by id desc limit $2`,
      [before ?? null, limit],
    ),
  );
  return rows.map(({ at, ...row }) => ({ ...row, id: Number(row.id), recordedAt: at.toISOString() }));
}

/**
 * The first id (of rows in the order of their ids, from the first on) at which the chain is broken: a row was changed, or the one before
 * it is gone. Undefined where it is whole.
 */
export function brokenAt(rows: readonly AuditRow[]): number | undefined {
  return rows.find((row, index) => {
    const previous = index === 0 ? NO_HASH : rows[index - 1]!.hash;
    return row.id !== index + 1 || row.previousHash !== previous || row.hash !== auditHash(row);
  })?.id;
}

/** SHA-256 (hex) over all that a row says and the hash of the row before. */
export function auditHash(row: Omit<AuditRow, 'hash'>): string {
  const { id, recordedAt, actor, role, action, subject, detail, previousHash } = row;
  const content = JSON.stringify([previousHash, id, recordedAt, actor, role, action, subject, detail]);
  return createHash('sha256').update(content).digest('hex');
}
