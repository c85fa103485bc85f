import { type MigrationInterface, type QueryRunner, type DataSource } from 'typeorm';
import { Client } from 'pg';
import { absentDatabase, freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { openDataSource } from './data-source';
import { type Migration } from './migrations';
import { provision } from './provision';
import { serviceUrl } from './service-url';

class CreatePlatformTable implements MigrationInterface {
  up(runner: QueryRunner): Promise<unknown> {
    return runner.query('create table lane (kind text, partition int)');
  }
  down = () => Promise.resolve();
}

class CreateLater implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table later ()');
  }
  async down(): Promise<void> {}
}

class CreateThings implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table thing (id int generated always as identity primary key, name text)');
    await runner.query(`insert into thing (name) values ('first')`);
  }
  down = () => Promise.resolve();
}

class AddColour implements MigrationInterface {
  up(runner: QueryRunner): Promise<unknown> {
    return runner.query('alter table thing add colour text');
  }
  down = () => Promise.resolve();
}

class Fail implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table half (id int)');
    await runner.query('select 1 / 0');
  }
  down = () => Promise.resolve();
}

const ingestion = { name: 'ingestion' as const, migrations: [CreateThings] as Migration[], entities: [] };
const consensus = { name: 'consensus' as const, migrations: [CreateThings] as Migration[], entities: [] };
const platform = [CreatePlatformTable];

describe('provision', () => {
  let database: FreshDatabase;
  const opened: DataSource[] = [];

  beforeEach(async () => {
    database = await absentDatabase();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
    await database.drop();
  });

  async function open(definition: typeof ingestion | typeof consensus): Promise<DataSource> {
    const dataSource = await openDataSource(database.adminUrl, definition, platform);
    opened.push(dataSource);
    return dataSource;
  }

  it('makes the database, the schemas and the tables of platform and service', async () => {
    await provision(database.adminUrl, [ingestion, consensus], platform);
    const service = await open(ingestion);
    expect(await service.query('select name from thing')).toEqual([{ name: 'first' }]);
    expect(await service.query('select * from lane')).toEqual([]);
    const [database_] = await service.query(
      `select current_schema() as schema, pg_encoding_to_char(encoding) as encoding, datcollate as collation
       from pg_database where datname = current_database()`,
    );
    expect(database_).toEqual({ schema: 'ingestion', encoding: 'UTF8', collation: 'C' });
  });

  it('changes nothing when it runs again', async () => {
    await provision(database.adminUrl, [ingestion], platform);
    await provision(database.adminUrl, [ingestion], platform);
    const service = await open(ingestion);
    expect(await service.query('select name from thing')).toEqual([{ name: 'first' }]);
  });

  it('runs every migration once when four processes do it at the same time', async () => {
    await Promise.all(Array.from({ length: 4 }, () => provision(database.adminUrl, [ingestion, consensus], platform)));
    const service = await open(consensus);
    expect(await service.query('select name from thing')).toEqual([{ name: 'first' }]);
  });

  it('runs what the platform adds later, behind what the service has already', async () => {
    await provision(database.adminUrl, [ingestion], platform);
    await provision(database.adminUrl, [ingestion], [...platform, CreateLater]);
    const admin = new Client(database.adminUrl);
    await admin.connect();
    const { rows } = await admin.query(`select name from ingestion.migration order by ordinal desc limit 1`);
    await admin.end();
    expect(rows).toEqual([{ name: 'CreateLater' }]);
  });

  it('leaves nothing of migrations that failed, and goes on when they are mended', async () => {
    const broken = { ...ingestion, migrations: [CreateThings, Fail] };
    await expect(provision(database.adminUrl, [broken], platform)).rejects.toThrow('division by zero');
    await provision(database.adminUrl, [{ ...ingestion, migrations: [CreateThings, AddColour] }], platform);
    const admin = new Client(database.adminUrl);
    await admin.connect();
    const { rows } = await admin.query(`select tablename from pg_tables where schemaname = 'ingestion' order by 1`);
    await admin.end();
    expect(rows.map(({ tablename }) => tablename)).toEqual(['lane', 'migration', 'thing']);
  });

  describe('openDataSource', () => {
    it('refuses a schema that is behind, and names both versions', async () => {
      await provision(database.adminUrl, [ingestion], platform);
      const newer = { ...ingestion, migrations: [CreateThings, AddColour] };
      await expect(open(newer)).rejects.toThrow('schema ingestion is behind: it has CreateThings, expected AddColour');
    });

    it('refuses a schema that is ahead, and names both versions', async () => {
      await provision(database.adminUrl, [{ ...ingestion, migrations: [CreateThings, AddColour] }], platform);
      await expect(open(ingestion)).rejects.toThrow(
        'schema ingestion is ahead of this version: it has AddColour, expected none after CreateThings',
      );
      await expect(provision(database.adminUrl, [ingestion], platform)).rejects.toThrow('is ahead of this version');
    });
  });
});

describe('the role of a service', () => {
  let database: FreshDatabase;
  let service: DataSource;

  beforeAll(async () => {
    database = await freshDatabase([ingestion, consensus], platform);
    service = await openDataSource(database.adminUrl, ingestion, platform);
  });
  afterAll(async () => {
    await service.destroy();
    await database.drop();
  });

  it('reads and writes its own tables', async () => {
    await service.query(`insert into thing (name) values ('second')`);
    await service.query(`update thing set name = 'other' where name = 'first'`);
    await service.query(`delete from thing where name = 'second'`);
    expect(await service.query('select name from thing')).toEqual([{ name: 'other' }]);
  });

  it.each([
    ['read another schema', 'select * from consensus.thing', 'permission denied for schema consensus'],
    [
      'write another schema',
      `insert into consensus.thing (name) values ('x')`,
      'permission denied for schema consensus',
    ],
    ['read the event log', 'select * from event_log.record', 'permission denied for schema event_log'],
    ['make a table', 'create table mine (id int)', 'permission denied for schema ingestion'],
    ['make a table in public', 'create table public.mine (id int)', 'permission denied for schema public'],
    ['make a temporary table', 'create temporary table mine (id int)', 'permission denied to create temporary tables'],
    ['make a schema', 'create schema mine', 'permission denied for database'],
    ['change a table', 'alter table thing add size int', 'must be owner of table thing'],
    ['drop a table', 'drop table thing', 'must be owner of table thing'],
    ['empty a table', 'truncate thing', 'permission denied for table thing'],
    ['become the owner', 'set role assay_owner', 'permission denied to set role "assay_owner"'],
    ['become another service', 'set role assay_consensus', 'permission denied to set role "assay_consensus"'],
    ['forget a migration', 'delete from migration', 'permission denied for table migration'],
    ['make a role', 'create role mine', 'permission denied to create role'],
  ])('cannot %s', async (_what, statement, message) => {
    await expect(service.query(statement)).rejects.toThrow(message);
  });

  it('cannot log in with the password of another', async () => {
    const url = new URL(serviceUrl(database.adminUrl, 'ingestion'));
    url.username = 'assay_consensus';
    await expect(new Client(url.href).connect()).rejects.toThrow('password authentication failed');
  });

  it('carries the limits of its role', async () => {
    const [row] = await service.query(
      `select current_setting('idle_in_transaction_session_timeout') as idle, current_setting('statement_timeout') as statement,
         current_setting('lock_timeout') as lock`,
    );
    expect(row).toEqual({ idle: '3s', statement: '1min', lock: '30s' });
  });
});
