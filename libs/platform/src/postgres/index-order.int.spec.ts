import { Client } from 'pg';
import { CREATE_COPIES, annotatedItemPage } from '../copies/annotated-item';
import { type FreshDatabase, freshDatabase } from '../../../../test/support/database';
import { sqlOn } from './rows-of';

let database: FreshDatabase;
let client: Client;

beforeAll(async () => {
  database = await freshDatabase();
  client = new Client(database.adminUrl);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('a read in the order of an index', () => {
  const ITEMS = 10_000;
  const PAGE = 500;

  it('touches each row once over all pages, also of a table that PostgreSQL has not analyzed yet', async () => {
    await client.query('begin');
    for (const statement of CREATE_COPIES) await client.query(statement);
    await client.query(
      `insert into annotated_item (key, project, item, lane, is_withdrawn, entries)
       select hashint8extended(n, 0), 'p', 'item ' || n, n % 12, false, '[]' from generate_series(1, $1) n`,
      [ITEMS],
    );
    const tx = { sql: sqlOn({ query: async (text, values) => (await client.query(text, values)).rows }) };
    const before = await touched();
    let read = 0;
    for (let after = ''; ;) {
      const items = await annotatedItemPage(tx, 'p', after, PAGE);
      read += items.length;
      after = items.at(-1)?.item ?? after;
      if (items.length < PAGE) break;
    }
    expect(read).toBe(ITEMS);
    expect((await touched()) - before).toBeLessThan(1.1 * ITEMS);
    await client.query('rollback');
  });

  /** Rows of annotated items that this transaction has fetched by an index. */
  async function touched(): Promise<number> {
    const counts = `select idx_tup_fetch + seq_tup_read as rows from pg_stat_xact_user_tables where relname = 'annotated_item'`;
    return Number((await client.query<{ rows: string }>(counts)).rows[0]!.rows);
  }
});
