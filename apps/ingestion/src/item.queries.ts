import { type Transaction } from '@assay/platform/transport/transaction';

/** Rows a statement, as for annotations. */
const SLICE = 500;

/** One revision of an item as the record holds it. */
export interface ItemRow {
  event: string;
  project: string;
  item: string;
  revision: number;
  slice: string | null;
  data: Record<string, unknown> | null;
  /** SHA-256 of slice and data, hex. */
  hash: string;
  recorded_at: string;
}

/** The end of an item as the record holds it. */
export interface WithdrawalRow {
  project: string;
  item: string;
  recorded_at: string;
}

/**
 * Adds revisions to the record, in the order of events, so that two transactions never wait for each other in a circle.
 * @returns the events that were new.
 */
export async function insertItems(tx: Transaction, rows: readonly ItemRow[]): Promise<Set<string>> {
  const sorted = [...rows].sort((a, b) => (a.event < b.event ? -1 : 1));
  const added = new Set<string>();
  for (let start = 0; start < sorted.length; start += SLICE) {
    const slice = sorted.slice(start, start + SLICE);
    const inserted = await tx.sql<{ event: string }>(
      `insert into item_revision (event, project, item, revision, slice, data, hash, recorded_at)
       select event, project, item, revision, slice, data::json, hash, $8
       from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bytea[])
         as i (event, project, item, revision, slice, data, hash)
       on conflict (event) do nothing returning event`,
      [
        slice.map((row) => row.event),
        slice.map((row) => row.project),
        slice.map((row) => row.item),
        slice.map((row) => row.revision),
        slice.map((row) => row.slice),
        slice.map((row) => (row.data === null ? null : JSON.stringify(row.data))),
        slice.map((row) => Buffer.from(row.hash, 'hex')),
        slice[0]!.recorded_at,
      ],
    );
    for (const { event } of inserted) added.add(event);
  }
  return added;
}

/** Key of what revisions are counted of. */
export function itemKeyOf(row: Pick<ItemRow, 'project' | 'item'>): string {
  return `${row.project}/${row.item}`;
}

/** The highest revision on record of each item, by `itemKeyOf`; infinite where the item was withdrawn, which nothing outdoes. */
export async function highestItemRevisions(tx: Transaction, rows: readonly ItemRow[]): Promise<Map<string, number>> {
  const found = await tx.sql<{ project: string; item: string; revision: string | null; withdrawn: boolean }>(
    `select wanted.*,
       (select max(revision) from item_revision i where i.project = wanted.project and i.item = wanted.item) as revision,
       exists (select from item_withdrawal w where w.project = wanted.project and w.item = wanted.item) as withdrawn
     from unnest($1::text[], $2::text[]) as wanted (project, item)`,
    [rows.map((row) => row.project), rows.map((row) => row.item)],
  );
  return new Map(
    found.map((row) => [itemKeyOf(row), row.withdrawn ? Infinity : row.revision === null ? -1 : Number(row.revision)]),
  );
}

/** Puts the end of items on record. @returns those that had not ended before. */
export async function insertWithdrawals(tx: Transaction, rows: readonly WithdrawalRow[]): Promise<WithdrawalRow[]> {
  const sorted = [...rows].sort((a, b) => (itemKeyOf(a) < itemKeyOf(b) ? -1 : 1));
  if (sorted.length === 0) return [];
  const added = await tx.sql<{ project: string; item: string; recorded_at: Date }>(
    `insert into item_withdrawal (project, item, recorded_at)
     select project, item, $3 from unnest($1::text[], $2::text[]) as w (project, item)
     on conflict do nothing returning *`,
    [sorted.map((row) => row.project), sorted.map((row) => row.item), sorted[0]!.recorded_at],
  );
  return added.map((row) => ({ ...row, recorded_at: row.recorded_at.toISOString() }));
}

/** Revisions behind a place, by project, item and revision; `project` alone where it is given. */
export async function itemsAfter(
  tx: Transaction,
  after: readonly [project: string, item: string, revision: string, event: string],
  limit: number,
  project?: string,
): Promise<ItemRow[]> {
  const rows = await tx.sql<Omit<ItemRow, 'recorded_at' | 'revision'> & { revision: string; recorded_at: Date }>(
    `select event, project, item, revision, slice, data, encode(hash, 'hex') as hash, recorded_at from item_revision
     where (project, item, revision, event) > ($1, $2, $3, $4::uuid) ${project === undefined ? '' : 'and project = $6'}
     order by project, item, revision, event limit $5`,
    [...after, limit, ...(project === undefined ? [] : [project])],
  );
  return rows.map((row) => ({ ...row, revision: Number(row.revision), recorded_at: row.recorded_at.toISOString() }));
}

/** Withdrawals behind a place, by project and item; `project` alone where it is given. */
export async function withdrawalsAfter(
  tx: Transaction,
  after: readonly [project: string, item: string],
  limit: number,
  project?: string,
): Promise<WithdrawalRow[]> {
  const rows = await tx.sql<{ project: string; item: string; recorded_at: Date }>(
    `select * from item_withdrawal where (project, item) > ($1, $2) ${project === undefined ? '' : 'and project = $4'}
     order by project, item limit $3`,
    [...after, limit, ...(project === undefined ? [] : [project])],
  );
  return rows.map((row) => ({ ...row, recorded_at: row.recorded_at.toISOString() }));
}
