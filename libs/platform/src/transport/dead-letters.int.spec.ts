import { type DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { openDataSource } from '../postgres/data-source';
import { nextToRedrive, partitionsToRedrive, redrive } from './dead-letters';

const definition = { name: 'consensus', migrations: [], entities: [] } as const;
let database: FreshDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await freshDatabase([definition]);
  dataSource = await openDataSource(database.adminUrl, definition);
  await dataSource.query(
    `insert into dead_letter (id, topic, partition, record_offset, reason, detail, headers)
     select gen_random_uuid(), 'assay.annotation.events.v1', n % 12, n, 'invalid', '', '{}' from generate_series(1, 20000) n`,
  );
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

it('finds the dead letters that are to be handled again without a look at those that are open', async () => {
  const [{ id, partition }] = await dataSource.query(
    'select id, partition from dead_letter where record_offset = 7001',
  );
  await redrive(dataSource.manager, id);
  const plan: string[] = [];
  const sql = async <Row>(statement: string): Promise<Row[]> => {
    const lines = await dataSource.query<Record<string, string>[]>(`explain ${statement}`);
    plan.push(...lines.map((line) => line['QUERY PLAN']!));
    return dataSource.query(statement);
  };
  expect(await partitionsToRedrive({ sql })).toEqual([{ topic: 'assay.annotation.events.v1', partition }]);
  expect(await nextToRedrive(dataSource.manager, ['assay.annotation.events.v1'], partition)).toMatchObject({ id });
  expect(plan.join()).toContain('dead_letter_redriving');
});
