import { Client as Database } from 'pg';
import { SERVICES } from '../../apps/assay/src/services';
import { importGold } from '../../apps/assay/src/gold-import';
import { INBOUND } from '../../libs/contracts/src/topics';
import { PLATFORM_MIGRATIONS } from '../../libs/platform/src/transport/platform-migrations';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { dataFolder, reportAtRest, spawnedAssay } from '../support/assay';

/** A label that nobody gives: where it stands beside one of its items, somebody has told what only gold and scoring may know. */
const CANARY = 'canary-zebra';
const ITEMS = ['planted-item-0', 'planted-item-1'];

/** Ordinary work, from which nobody could learn what workers say of an item whose label is the canary. */
const OTHERS = Array.from({ length: 40 }, (_, i) => `ordinary-${i}`);
const WHO_MAY_KNOW = ['gold', 'scoring'];
const RESTRICTED = ['assay.gold.items.v1'];

let database: FreshDatabase;
let folder: ReturnType<typeof dataFolder>;
let assay: Awaited<ReturnType<typeof spawnedAssay>>;

beforeAll(async () => {
  database = await freshDatabase(SERVICES, PLATFORM_MIGRATIONS);
  folder = dataFolder();
  assay = await spawnedAssay(folder.path, { ASSAY_DATABASE_URL: database.adminUrl, ASSAY_LOG_LEVEL: 'debug' });
  const { client } = assay;
  await client.write('PUT', '/v1/projects/secret', {
    project: 'secret',
    questions: [{ name: 'label', labels: ['cat', 'dog', CANARY] }],
  });
  await importGold(client, 'secret', new Map(ITEMS.map((item) => [item, new Map([['label', new Set([CANARY])]])])));
  const annotations = [
    ...ITEMS.flatMap((item) => [1, 2, 3, 4].map((worker) => ({ item, worker: `w${worker}`, label: 'cat' }))),
    ...OTHERS.flatMap((item, i) =>
      [1, 2, 3, 4].map((worker) => ({ item, worker: `w${worker}`, label: i % 2 ? 'cat' : 'dog' })),
    ),
  ];
  await client.writeLines('/v1/annotations/secret', annotations);
  await client.writeLines('/v1/annotations/secret', [{ item: ITEMS[0], worker: 'w9', label: 'no such label' }]);
  await reportAtRest(client, 'secret');
});

afterAll(async () => {
  await assay?.kill();
  folder?.remove();
  await database?.drop();
});

/** Whether a text tells the label of one of the planted items. */
function tells(text: string): boolean {
  return text.includes(CANARY) && ITEMS.some((item) => text.includes(item));
}

async function connected(): Promise<Database> {
  const connection = new Database(database.adminUrl);
  await connection.connect();
  return connection;
}

/** Rows of every table of a schema that tell, as `table: row`. */
async function leaksOf(schema: string): Promise<string[]> {
  const connection = await connected();
  try {
    const tables = await connection.query(`select tablename from pg_tables where schemaname = $1`, [schema]);
    const leaks: string[] = [];
    for (const { tablename } of tables.rows as { tablename: string }[]) {
      const { rows } = await connection.query(`select t::text as row from "${schema}"."${tablename}" t`);
      for (const { row } of rows as { row: string }[]) if (tells(row)) leaks.push(`${tablename}: ${row}`);
    }
    return leaks;
  } finally {
    await connection.end();
  }
}

/** Topics with a record that tells. */
async function leakyTopics(): Promise<string[]> {
  const connection = await connected();
  try {
    const { rows } = await connection.query(
      `select t.name, r.key, r.headers, convert_from(r.value, 'UTF8') as value
       from event_log.record r join event_log.topic t on t.id = r.topic`,
    );
    const topics = (rows as { name: string; key: string; headers: string; value: string }[])
      .filter(({ key, headers, value }) => tells(`${key} ${headers} ${value}`))
      .map(({ name }) => name);
    return [...new Set(topics)].sort();
  } finally {
    await connection.end();
  }
}

describe('a gold label', () => {
  it('is in the schemas of gold and of scoring, and in no other', async () => {
    for (const { name } of SERVICES) {
      const leaks = await leaksOf(name);
      if (WHO_MAY_KNOW.includes(name)) expect([name, leaks.length > 0]).toEqual([name, true]);
      else expect([name, leaks]).toEqual([name, []]);
    }
  });

  it('is on the one topic that scoring alone reads', async () => {
    expect(await leakyTopics()).toEqual(RESTRICTED);
  });

  it('is in no log, metric or answer but those for quality leads', async () => {
    expect(assay.said()).toContain('GoldModule');
    expect(tells(assay.said())).toBe(false);
    expect(assay.said()).not.toContain(CANARY);
    const { client } = assay;
    const paths = [
      '/v1/consensus/secret?limit=1000',
      '/v1/agreement/secret?pairwise=true',
      '/v1/disputes/secret',
      '/v1/disputes/secret/ended',
      '/v1/annotations/secret?limit=1000',
      '/v1/workers/secret?limit=1000',
      '/v1/findings/secret',
      '/v1/epochs/secret',
      ...SERVICES.flatMap(({ name }) => [
        `/v1/ops/${name}/accounting`,
        `/v1/ops/${name}/deadletters`,
        `/v1/ops/${name}/audit`,
      ]),
    ];
    for (const path of paths) {
      const text = await (await assay.fetch(path)).text();
      expect([path, tells(text)]).toEqual([path, false]);
    }
    expect(tells(await (await assay.fetch('/v1/gold/secret')).text())).toBe(true);
    const metrics = await (await fetch(new URL('/metrics', assay.metricsUrl))).text();
    expect(metrics).toContain('assay_gold_checks_total');
    expect(metrics).not.toContain(CANARY);
    // Where the posterior of every label is shown, that of the known label is no different from another that nobody gave.
    const { questions } = await client.get<{ questions: { posterior: Record<string, number> }[] }>(
      `/v1/consensus/secret/${ITEMS[0]}`,
    );
    expect(questions[0]!.posterior[CANARY]).toBeLessThan(0.34);
  });

  it('would be found where it does not belong', async () => {
    const connection = await connected();
    await connection.query('create table consensus.planted (item text, label text)');
    await connection.query('insert into consensus.planted values ($1, $2)', [ITEMS[1], CANARY]);
    expect(await leaksOf('consensus')).toEqual([`planted: (${ITEMS[1]},${CANARY})`]);
    await connection.query('drop table consensus.planted');
    await connection.query(
      `insert into event_log.record (topic, partition, "offset", key, headers, value)
       select id, 0, 1000000, $2, '{}', $3 from event_log.topic where name = $1`,
      [INBOUND.name, ITEMS[1], Buffer.from(CANARY)],
    );
    expect(await leakyTopics()).toEqual([...RESTRICTED, INBOUND.name].sort());
    await connection.end();
  });
});
