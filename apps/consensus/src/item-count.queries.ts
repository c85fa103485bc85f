import { type LanesTransaction, type Transaction } from '@assay/platform/transport/transaction';
import { type Item, stateOf } from './item.domain';

/** Moves items from the state in which they were to the one in which they are. */
export function countItems(
  tx: Pick<LanesTransaction, 'later' | 'place'>,
  changes: readonly (readonly [before: Item | undefined, after: Item])[],
): void {
  const counts = new Map<string, { project: string; state: string; items: number }>();
  const bump = (project: string, state: string, by: number) => {
    const name = `${project} ${state}`;
    const count = counts.get(name);
    if (count) count.items += by;
    else counts.set(name, { project, state, items: by });
  };
  for (const [before, after] of changes) {
    if (before) bump(before.project, stateOf(before), -1);
    bump(after.project, stateOf(after), 1);
  }
  const changed = [...counts.values()].filter(({ items }) => items !== 0);
  if (changed.length === 0) return;
  tx.later(
    `insert into item_count as c (project, lane, state, items)
     select project, $1, state, items from unnest($2::text[], $3::text[], $4::integer[]) as n (project, state, items)
     on conflict (project, lane, state) do update set items = c.items + excluded.items`,
    [tx.place, changed.map((one) => one.project), changed.map((one) => one.state), changed.map((one) => one.items)],
  );
}

/** Number of items by state: of a project, or of all. */
export async function itemCounts(tx: Pick<Transaction, 'sql'>, project?: string): Promise<Record<string, number>> {
  const rows = await tx.sql<{ state: string; items: number }>(
    'select state, sum(items)::int as items from item_count where $1::text is null or project = $1 group by state',
    [project ?? null],
  );
  return Object.fromEntries(rows.filter((row) => row.items > 0).map((row) => [row.state, row.items]));
}
