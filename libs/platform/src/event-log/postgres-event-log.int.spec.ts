import { Client } from 'pg';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { eventually } from '../../../../test/support/eventually';
import { startProgram } from '../../../../test/support/program';
import { serviceUrl } from '../postgres/service-url';
import { conformance } from './event-log.conformance';
import { PostgresEventLog } from './postgres-event-log';

describe('the embedded event log', () => {
  conformance(async () => {
    const database = await freshDatabase();
    const url = serviceUrl(database.adminUrl, 'event_log');
    return {
      open: () => new PostgresEventLog(url),
      startMember: (group, topics) => startProgram('postgres-log-member.ts', url, group, ...topics),
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
    await log.createTopics([{ name: 'topic', partitions: 3, compacted: false }]);
  });
  afterAll(async () => {
    await log.close();
    await database.drop();
  });

  it('goes on when PostgreSQL ends all its sessions', async () => {
    const delivered: string[] = [];
    const lanes: string[] = [];
    const crashes: Error[] = [];
    const subscription = await log.subscribe({
      group: 'group',
      topics: ['topic'],
      positions: (lane) =>
        Promise.resolve(new Map([['topic', delivered.filter((at) => at.startsWith(`${lane}/`)).length]])),
      eachBatch: (batch) => {
        delivered.push(...batch.records.map(({ offset }) => `${batch.partition}/${offset}`));
        return Promise.resolve();
      },
      onAssigned: (lane) => void lanes.push(`+${lane}`),
      onRevoked: (lane) => void lanes.push(`-${lane}`),
      onCrash: (error) => void crashes.push(error),
    });
    const record = { topic: 'topic', partition: 1, key: 'key', headers: {}, value: null };
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
