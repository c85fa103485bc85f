import { Client } from 'pg';
import { type DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { openDataSource } from './data-source';
import { joinedJson, jsonTexts } from './joined-json';
import { prepared, PreparingClient } from './prepared';
import { isTransient } from './transient-error';

class CreateThings1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table thing (id integer primary key, told json)');
  }
  down = () => Promise.resolve();
}

let database: FreshDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  const definition = { name: 'consensus' as const, migrations: [CreateThings1764000000001], entities: [] };
  database = await freshDatabase([definition]);
  // One connection: what is prepared is the connection's.
  dataSource = await openDataSource(database.adminUrl, definition, undefined, 1);
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function alter(statement: string): Promise<void> {
  const migration = new Client(database.adminUrl);
  await migration.connect();
  await migration.query('set search_path = consensus');
  await migration.query(statement);
  await migration.end();
}

describe('a prepared statement', () => {
  const insert = prepared(`insert into thing select * from unnest($1::integer[], ${jsonTexts(2)}::json[])`);
  const read = prepared('select * from thing where id = any($1) order by id');

  it('is planned once a connection, and any other each time', async () => {
    const told = [{ say: '"quoted" \\ \u001e' }, undefined, []];
    await dataSource.query(insert, [[1, 2, 3], joinedJson(told)]);
    for (const ids of [[1], [2, 3]]) await dataSource.query(read, [ids]);
    await dataSource.query('select * from thing where id = $1', [1]);
    const kept = await dataSource.query(`select statement from pg_prepared_statements where statement like '%thing%'`);
    expect(kept.map(({ statement }: { statement: string }) => statement).sort()).toEqual([insert, read].sort());
    expect(await dataSource.query(read, [[1, 2, 3]])).toEqual(
      told.map((value, at) => ({ id: at + 1, told: value ?? null })),
    );
  });

  it('whose table is changed under it fails once, as what may succeed when it is tried again, and does', async () => {
    await dataSource.query(read, [[1]]);
    await alter('alter table thing add column more text');
    const error = await dataSource.query(read, [[1]]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(isTransient(error)).toBe(true);
    expect(await dataSource.query(read, [[1]])).toEqual([expect.objectContaining({ id: 1, more: null })]);
  });

  it('that was forgotten is not named like another when it is prepared again', async () => {
    const [forgotten, last] = ['select t.*, 1 as one from thing t', 'select 2 as two'];
    for (const text of [forgotten, last]) await dataSource.query(prepared(text));
    await alter('alter table thing add column still_more text');
    await expect(dataSource.query(prepared(forgotten))).rejects.toThrow('cached plan');
    await expect(dataSource.query(prepared(forgotten))).resolves.toBeDefined();
    await expect(dataSource.query(prepared(last))).resolves.toEqual([{ two: 2 }]);
  });

  it('does not read a table from end to end, however small it was when the plan was made', async () => {
    const [{ enabled }] = await dataSource.query(`select current_setting('enable_seqscan') as enabled`);
    expect(enabled).toBe('off');
  });
});

it('does not end the process where a session ends while nobody has the connection in hand', () => {
  expect(() => new PreparingClient().emit('error', new Error('terminating connection'))).not.toThrow();
});
