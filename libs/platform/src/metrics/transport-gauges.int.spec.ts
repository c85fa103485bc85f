import { Registry } from 'prom-client';
import { type DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { openDataSource } from '../postgres/data-source';
import { PLATFORM_MIGRATIONS } from '../transport/platform-migrations';
import { TransportGauges } from './transport-gauges';

const definition = { name: 'ingestion', migrations: [], entities: [] } as const;

let database: FreshDatabase;
let dataSource: DataSource;
let registry: Registry;
let isLeading: boolean;
let gauges: TransportGauges;

beforeAll(async () => {
  database = await freshDatabase([definition], PLATFORM_MIGRATIONS);
  dataSource = await openDataSource(database.adminUrl, definition, PLATFORM_MIGRATIONS);
  registry = new Registry();
  gauges = new TransportGauges({
    ...{ dataSource, registry, topics: ['t'], isLeading: () => isLeading },
    eventLog: {
      offsets: () =>
        Promise.resolve([
          { first: 0, end: 7 },
          { first: 2, end: 2 },
          { first: 4, end: 4 },
          { first: 0, end: 3 },
        ]),
      takenAt: (_topic, positions) =>
        Promise.resolve(new Map([...positions.keys()].map((partition) => [partition, Date.now() - 60_000]))),
    },
    logger: { warn: (message) => expect(message).toBe('no warning') },
  });
  await dataSource.query(
    `insert into lane values ('tool', 0, '{"t": 5}', 1), ('tool', 2, '{"t": 1}', 1), ('tool', 3, '{"t": 9}', 1)`,
  );
  await dataSource.query(
    `insert into accounting (topic, partition, project, received, duplicate, applied, pending) values
       ('t', 0, 'a', 10, 1, 7, 2), ('t', 0, 'b', 5, 0, 4, 2), ('t', 1, 'b', 5, 0, 4, 0)`,
  );
  await dataSource.query(
    `insert into outbox (topic, partition, events, count, recorded_at) values
       ('t', 0, '[]', 3, now() - interval '10 s'), ('t', 1, '[]', 1, now())`,
  );
});

afterAll(async () => {
  gauges.stop();
  await dataSource.destroy();
  await database.drop();
});

async function values(): Promise<Record<string, number>> {
  const metrics = await registry.getMetricsAsJSON();
  return Object.fromEntries(
    metrics.flatMap(({ name, values: all }) =>
      (all as { value: number; labels: object }[]).map(
        ({ value, labels }) => [[name.replace('assay_', ''), ...Object.values(labels)].join(' '), value] as const,
      ),
    ),
  );
}

describe('the gauges of the tables', () => {
  it('have no values where another instance leads', async () => {
    isLeading = false;
    await gauges.refresh();
    expect(Object.keys(await values()).filter((name) => name.includes(' '))).toEqual([]);
  });

  it('say what waits, what became of events, and what does not add up', async () => {
    isLeading = true;
    await gauges.refresh();
    const all = await values();
    expect(all).toMatchObject({
      ...{ outbox_pending_rows: 2, dead_letters_open: 0, dead_letter_oldest_age_seconds: 0 },
      ...{ 'accounting_events accepted': 19, 'accounting_events applied': 15, 'accounting_events pending': 4 },
      // b in partition 0 has one too many, in partition 1 one too few: they do not cancel.
      accounting_imbalance_events: 2,
      ...{ 'consumer_lag_records t 0': 2, 'consumer_lag_records t 1': 0 },
      // Records 1 to 3 of partition 2 are gone; partition 3 ends before its position.
      ...{ 'consumer_lag_records t 2': 3, 'consumer_lag_records t 3': 0, 'consumer_stopped_partitions t': 2 },
    });
    expect(all['consumer_oldest_unprocessed_age_seconds t']).toBeGreaterThanOrEqual(60);
    expect(all['consumer_oldest_unprocessed_age_seconds t']).toBeLessThan(90);
    expect(all['outbox_oldest_pending_age_seconds']).toBeGreaterThanOrEqual(10);
  });

  it('count no imbalance where an operator passed over what is gone', async () => {
    await dataSource.query(`insert into cut (topic, partition, sequence, records, skipped) values ('t', 3, 9, 5, 4)`);
    await gauges.refresh();
    expect((await values())['accounting_imbalance_events']).toBe(2);
  });

  it('count numbers that never came', async () => {
    await dataSource.query(
      `insert into cut (topic, partition, sequence, records, resent, lost) values ('t', 0, 10, 9, 0, 1)`,
    );
    await gauges.refresh();
    expect((await values())['accounting_imbalance_events']).toBe(3);
  });
});
