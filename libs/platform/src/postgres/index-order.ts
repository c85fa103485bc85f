import { type Transaction } from '../transport/transaction';

const SET = 'select set_config($1, $2, true)';

/**
 * Reads one page of many in the order of an index, so that all of them together touch each row once. Of a table that was never analyzed, as every
 * new one is in its first minute, PostgreSQL expects a handful of rows for a name: it would rather read all that is left, and sort it, for
 * every page. To be called within a transaction.
 */
export async function inIndexOrder<Row>(
  tx: Pick<Transaction, 'sql'>,
  statement: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  await tx.sql(SET, ['enable_sort', 'off']);
  const rows = await tx.sql<Row>(statement, parameters);
  await tx.sql(SET, ['enable_sort', 'on']);
  return rows;
}
