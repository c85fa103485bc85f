import { type LanesTransaction, type Transaction } from '@assay/platform/transport/transaction';
import { type CategoricalStatistics, mergeStatistics } from '@assay/statistics/agreement/categorical-statistics';

/** A change of the agreement of one stripe: what came in less what went out. */
export interface StripeChange {
  project: string;
  question: string;
  /** Empty for all items. */
  slice: string;
  stripe: number;
  change: CategoricalStatistics;
}

/** Adds changes to their stripes. Their lanes are held, so that what was read is still so when it is written. */
export async function changeStripes(
  tx: Pick<LanesTransaction, 'sql' | 'later'>,
  changes: readonly StripeChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const names = [
    changes.map((one) => one.project),
    changes.map((one) => one.question),
    changes.map((one) => one.slice),
    changes.map((one) => one.stripe),
  ];
  const known = await tx.sql<{ place: number; statistics: CategoricalStatistics }>(
    `select (n.place - 1)::int as place, s.statistics
     from unnest($1::text[], $2::text[], $3::text[], $4::smallint[]) with ordinality as n (project, question, slice, stripe, place)
       cross join lateral (select statistics from agreement_stripe s where s.project = n.project and s.question = n.question
         and s.slice = n.slice and s.stripe = n.stripe limit 1) s`,
    names,
  );
  const statistics = changes.map((one) => one.change);
  for (const row of known) mergeStatistics(statistics[row.place]!, row.statistics);
  tx.later(
    `insert into agreement_stripe (project, question, slice, stripe, statistics)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::jsonb[])
     on conflict (project, question, slice, stripe) do update set statistics = excluded.statistics`,
    [...names, statistics.map((one) => JSON.stringify(one))],
  );
}

/** Every stripe of a question; `slice` empty for all items. */
export async function stripesOf(
  tx: Pick<Transaction, 'sql'>,
  place: { project: string; question: string; slice: string },
): Promise<CategoricalStatistics[]> {
  const rows = await tx.sql<{ statistics: CategoricalStatistics }>(
    'select statistics from agreement_stripe where project = $1 and question = $2 and slice = $3 order by stripe',
    [place.project, place.question, place.slice],
  );
  return rows.map((row) => row.statistics);
}

/** Names of the slices of a project that hold items with labels. */
export async function slicesOf(tx: Pick<Transaction, 'sql'>, project: string): Promise<string[]> {
  const rows = await tx.sql<{ slice: string }>(
    `select distinct slice from agreement_stripe where project = $1 and slice <> '' and statistics -> 'buckets' <> '{}' order by slice`,
    [project],
  );
  return rows.map((row) => row.slice);
}
