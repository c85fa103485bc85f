import { type ConsensusAdjudicated } from '@assay/contracts/consensus/consensus-adjudicated';
import { type GoldItem } from '@assay/contracts/gold/gold-item';
import { type Transaction } from '@assay/platform/transport/transaction';

/** Keeps gold items: of each the highest revision. @returns how many of them were news. */
export async function keepGoldItems(
  tx: Pick<Transaction, 'sql'>,
  items: readonly (GoldItem & { isActive: boolean })[],
): Promise<number> {
  const rows = await tx.sql(
    `insert into gold_item as g (project, item, revision, is_active, accepted)
     select distinct on (project, item) project, item, revision, is_active, accepted
     from unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::jsonb[]) as i (project, item, revision, is_active, accepted)
     order by project, item, revision desc
     on conflict (project, item) do update set revision = excluded.revision, is_active = excluded.is_active, accepted = excluded.accepted
       where g.revision < excluded.revision
     returning 1`,
    [
      items.map((one) => one.project),
      items.map((one) => one.item),
      items.map((one) => one.revision),
      items.map((one) => one.isActive),
      items.map((one) => JSON.stringify(one.accepted)),
    ],
  );
  return rows.length;
}

/** Keeps what experts decided: of each question of an item the highest version. @returns how many were news. */
export async function keepAdjudicated(
  tx: Pick<Transaction, 'sql'>,
  told: readonly ConsensusAdjudicated[],
): Promise<number> {
  const rows = await tx.sql(
    `insert into adjudicated as a (project, item, question, version, label)
     select distinct on (project, item, question) project, item, question, version, label
     from unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[]) as t (project, item, question, version, label)
     order by project, item, question, version desc
     on conflict (project, item, question) do update set version = excluded.version, label = excluded.label
       where a.version < excluded.version
     returning 1`,
    [
      told.map((one) => one.project),
      told.map((one) => one.item),
      told.map((one) => one.decision.question),
      told.map((one) => one.version),
      told.map(({ decision }) => (decision.state === 'adjudicated' ? (decision.label ?? null) : null)),
    ],
  );
  return rows.length;
}

/** Accepted labels of a project by question and item: of active gold, and, outdoing it, of what experts decided. */
export async function knownLabels(
  tx: Pick<Transaction, 'sql'>,
  project: string,
): Promise<{ gold: KnownLabels; adjudicated: KnownLabels }> {
  const gold: KnownLabels = new Map();
  const adjudicated: KnownLabels = new Map();
  const items = await tx.sql<{ item: string; accepted: GoldItem['accepted'] }>(
    'select item, accepted from gold_item where project = $1 and is_active order by item',
    [project],
  );
  for (const { item, accepted } of items)
    for (const { question, labels } of accepted) ofQuestion(gold, question).set(item, labels);
  const decided = await tx.sql<{ item: string; question: string; label: string }>(
    'select item, question, label from adjudicated where project = $1 and label is not null order by item, question',
    [project],
  );
  for (const { item, question, label } of decided) ofQuestion(adjudicated, question).set(item, [label]);
  return { gold, adjudicated };
}

/** Accepted labels by question, then item. */
export type KnownLabels = Map<string, Map<string, readonly string[]>>;

function ofQuestion(known: KnownLabels, question: string): Map<string, readonly string[]> {
  let items = known.get(question);
  if (!items) known.set(question, (items = new Map()));
  return items;
}
