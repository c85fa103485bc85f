import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { serviceUrl } from '../postgres/service-url';
import { PostgresEventLog } from './postgres-event-log';

describe('PostgresEventLog', () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());
  it('delivers', async () => {
    const log = new PostgresEventLog(serviceUrl(database.adminUrl, 'event_log'));
    await log.createTopics([{ name: 't', partitions: 3, compacted: false }]);
    expect(
      await log.append([{ topic: 't', partition: 1, key: 'a', headers: { x: 'y' }, value: Buffer.from([0, 255]) }]),
    ).toEqual([{ topic: 't', partition: 1, firstOffset: 0, count: 1 }]);
    const got: unknown[] = [];
    let done: () => void;
    const two = new Promise<void>((r) => (done = r));
    const sub = await log.subscribe({
      group: 'g',
      topics: ['t'],
      positions: async () => new Map(),
      eachBatch: async (b) => {
        got.push(...b.records);
        if (got.length === 2) done();
      },
      onCrash: (e) => {
        throw e;
      },
    });
    expect(sub.lanes()).toEqual([0, 1, 2]);
    await log.append([{ topic: 't', partition: 1, key: 'a', headers: { x: 'y' }, value: null }]);
    await two;
    await log.close();
  });
});
