import { type Transaction } from '../transport/transaction';

/** Versions that a thing has in one timeline of PostgreSQL, at most. */
const VERSIONS_OF_A_TIMELINE = 1_000_000;

/**
 * SQL of a bigint: the highest version that a database can have given which was lost before its standby had heard of it; 0 where none was.
 * A standby that takes the place of another begins a timeline. The first eight digits of a log file's name are its number, in base 16; no
 * other function that every role may call tells it.
 */
export const LOST_VERSIONS = `((('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::bigint - 1) * ${VERSIONS_OF_A_TIMELINE})`;

/** The highest version that a lost database can have given, as this transaction sees it: to be asked in each, as a process outlives a failover. */
export async function lostVersions(tx: Pick<Transaction, 'sql'>): Promise<number> {
  const [row] = await tx.sql<{ lost: string }>(`select ${LOST_VERSIONS} as lost`);
  return Number(row!.lost);
}

/** SQL of `nextVersion` of a column. */
export function nextVersionOf(column: string): string {
  return `greatest(${column}, ${LOST_VERSIONS}) + 1`;
}

/**
 * The version (or revision) after one: by one more, and above all that a lost database can have given. Readers keep the highest, and what was
 * published of the lost ones stays in the log.
 */
export function nextVersion(version: number, lost: number): number {
  return Math.max(version, lost) + 1;
}

/**
 * Whether others may know a higher version than the newest that is kept here, which was lost: then what is said is news to them, also where it
 * is what is kept.
 */
export function mayBeOutdone(version: number, lost: number): boolean {
  return version <= lost;
}
