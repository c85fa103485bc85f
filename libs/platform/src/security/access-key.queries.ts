import { type EntityManager } from 'typeorm';
import { type KeyIssued } from '@assay/contracts/access/key-issued';
import { type KeyRevoked } from '@assay/contracts/access/key-revoked';
import { rowsOf } from '../postgres/rows-of';

/** The full state of a key, as events carry it. */
export type KeyState = KeyIssued & Partial<Pick<KeyRevoked, 'revokedAt'>>;

/** The key of this id, revoked or not. */
export async function keyById(manager: EntityManager, id: string): Promise<KeyState | undefined> {
  const [row] = rowsOf<{ state: KeyState }>(await manager.query('select state from access_key where id = $1', [id]));
  return row?.state;
}

/** Every key, by holder and age. */
export async function allKeys(manager: EntityManager): Promise<KeyState[]> {
  const rows = rowsOf<{ state: KeyState }>(
    await manager.query(`select state from access_key order by holder, state ->> 'issuedAt', id`),
  );
  return rows.map(({ state }) => state);
}

/** The keys of a holder; it stays as it is until the transaction ends. */
export async function keysOfHolder(manager: EntityManager, holder: string): Promise<KeyState[]> {
  await manager.query(`select pg_advisory_xact_lock(hashtextextended('assay holder ' || $1, 0))`, [holder]);
  const rows = rowsOf<{ state: KeyState }>(
    await manager.query('select state from access_key where holder = $1', [holder]),
  );
  return rows.map(({ state }) => state);
}

/** Keeps the states of keys, where they are newer than what is kept. */
export async function keepKeys(manager: EntityManager, states: readonly KeyState[]): Promise<void> {
  const newest = new Map<string, KeyState>();
  for (const state of states) {
    if (state.revision > (newest.get(state.key)?.revision ?? 0)) newest.set(state.key, state);
  }
  const rows = [...newest.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  await manager.query(
    `insert into access_key as k (id, holder, revision, state)
     select * from unnest($1::text[], $2::text[], $3::bigint[], $4::jsonb[])
     on conflict (id) do update set revision = excluded.revision, state = excluded.state
     where k.revision < excluded.revision`,
    [
      rows.map((row) => row.key),
      rows.map((row) => row.holder),
      rows.map((row) => row.revision),
      rows.map((row) => JSON.stringify(row)),
    ],
  );
}
