import { Client, Pool } from 'pg';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { eventually } from '../../../../test/support/eventually';
import { startProgram } from '../../../../test/support/program';
import { serviceUrl } from '../postgres/service-url';
import { conformance } from './event-log.conformance';
import { fetchRecords } from './event-log.queries';
import { PostgresEventLog } from './postgres-event-log';

describe('the embedded event log', () => {
  conformance(async () => {
    const database = await freshDatabase();
    const url = serviceUrl(database.adminUrl, 'event_log');
    return {
      open: () => new PostgresEventLog(url),
      startMember: (group, topics) => startProgram('postgres-log-member.ts', [url, group, ...topics]),
      close: () => database.drop(),
    };
  });
});

describe('PostgresEventLog', () => {
  let database: FreshDatabase;
  let log: PostgresEventLog;

  beforeAll(async () => {
    database = await freshDatabase();
    log = new PostgresEventLog(serviceUrl(database.adminUrl, 'event_log'));
    await log.createTopics(['topic', 'killed'].map((name) => ({ name, partitions: 3, compacted: false })));
  });
  afterAll(async () => {
    await log.close();
    await database.drop();
  });

  it('tells those who listen that a topic has grown', async () => {
    const listener = new Client(database.adminUrl);
    await listener.connect();
    const told: (string | undefined)[] = [];
    listener.on('notification', ({ payload }) => told.push(payload));
    await listener.query('listen event_log');
    await log.append([0, 2].map((partition) => ({ topic: 'topic', partition, key: '', headers: {}, value: null })));
    const { rows } = await listener.query<{ id: number }>(`select id from event_log.topic where name = 'topic'`);
    await eventually(() => told.length === 1, 'one notification for both partitions');
    expect(told).toEqual([String(rows[0]!.id)]);
    await listener.end();
  });

  it('finds a record of which nobody told', async () => {
    const delivered: (string | null)[] = [];
    const subscription = await log.subscribe({
      group: 'untold',
      topics: ['topic'],
      positions: () => Promise.resolve(new Map()),
      eachBatch: (batch) => {
        delivered.push(...batch.records.map(({ key }) => key));
        return Promise.resolve();
      },
      onCrash: (error) => void delivered.push(error.message),
    });
    const admin = new Client(database.adminUrl);
    await admin.connect();
    await admin.query(
      `with grown as (
         update event_log.partition set end_offset = end_offset + 1 where partition = 0
           and topic = (select id from event_log.topic where name = 'topic')
         returning topic, partition, end_offset - 1 as "offset")
       insert into event_log.record (topic, partition, "offset", key, headers)
       select topic, partition, "offset", 'untold', '{}' from grown`,
    );
    await admin.end();
    await eventually(() => delivered.includes('untold'), 'the record');
    await subscription.stop();
  });

  it('goes on when PostgreSQL ends all its sessions', async () => {
    const delivered: string[] = [];
    const lanes: string[] = [];
    const crashes: Error[] = [];
    const subscription = await log.subscribe({
      group: 'group',
      topics: ['killed'],
      positions: (lane) =>
        Promise.resolve(new Map([['killed', delivered.filter((at) => at.startsWith(`${lane}/`)).length]])),
      eachBatch: (batch) => {
        delivered.push(...batch.records.map(({ offset }) => `${batch.partition}/${offset}`));
        return Promise.resolve();
      },
      onAssigned: (lane) => void lanes.push(`+${lane}`),
      onRevoked: (lane) => void lanes.push(`-${lane}`),
      onCrash: (error) => void crashes.push(error),
    });
    const record = { topic: 'killed', partition: 1, key: 'key', headers: {}, value: null };
    await log.append([record]);
    await eventually(() => delivered.length === 1, 'the first record');

    const admin = new Client(database.adminUrl);
    await admin.connect();
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await admin.end();
    await eventually(() => lanes.length === 9, 'lanes that went and came back');
    await eventually(() => log.append([record]).catch(() => undefined), 'an append that succeeds');
    await eventually(() => delivered.length === 2, 'the second record');
    expect(delivered).toEqual(['1/0', '1/1']);
    expect(lanes).toEqual(['+0', '+1', '+2', '-0', '-1', '-2', '+0', '+1', '+2']);
    expect(subscription.lanes()).toEqual([0, 1, 2]);
    expect(crashes).toEqual([]);
  });

  it('refuses to read a partition that is gone: a reader would ask for it again and again', async () => {
    const pool = new Pool({ connectionString: serviceUrl(database.adminUrl, 'event_log') });
    const places = [1, 99].map((partition) => ({ topic: 1, partition, position: 0 }));
    await expect(fetchRecords(pool, places, { records: 1, bytes: 1 })).rejects.toThrow(
      'partition 99 of topic 1 is gone: expected it to stay while it is read',
    );
    await pool.end();
  });

  it('ends a subscription whose error will not pass', async () => {
    const crashes: Error[] = [];
    const admin = new Client(database.adminUrl);
    await admin.connect();
    const subscription = await log.subscribe({
      group: 'other',
      topics: ['topic'],
      positions: () => Promise.resolve(new Map()),
      eachBatch: () => Promise.resolve(),
      onCrash: (error) => void crashes.push(error),
    });
    await admin.query('revoke select on event_log.partition from assay_event_log');
    await admin.query(`select pg_notify('event_log', id::text) from event_log.topic`);
    await admin.end();
    await eventually(() => crashes.length === 1, 'the crash');
    expect(crashes[0]!.message).toBe('permission denied for table partition');
    await eventually(() => subscription.lanes().length === 0, 'the end of its lanes');
  });
});
