import { Client } from 'pg';
import { importGold } from '../../apps/assay/src/gold-import';
import { Output } from '../../apps/assay/src/output';
import { settle } from '../../apps/assay/src/settle';
import { readSettings } from '../../libs/platform/src/config/settings';
import { EVENT_LOG_SCHEMA } from '../../libs/platform/src/event-log/event-log-migrations';
import { PostgresEventLog } from '../../libs/platform/src/event-log/postgres-event-log';
import { startEmbeddedPostgres } from '../../libs/platform/src/postgres/embedded-postgres';
import { serviceUrl } from '../../libs/platform/src/postgres/service-url';
import { dataFolder, startedAssay } from '../support/assay';
import { freshDatabase } from '../support/database';
import { FOLLOWED, startStandby } from '../support/standby';

type Assay = Awaited<ReturnType<typeof startedAssay>>;

const SILENT = new Output('json', { color: false, quiet: true });
const ITEMS = Array.from({ length: 20 }, (_, index) => `i${index}`);

/** Services whose database is not where their log is: when the one is lost, the other has heard all that it said. */
async function withLogElsewhere(dataDir: string, databaseUrl: string, logUrl: string): Promise<Assay> {
  return startedAssay(dataDir, {
    settings: readSettings({ ASSAY_LOG_LEVEL: 'error', ASSAY_DATABASE_URL: databaseUrl }),
    wrapLog: (unused) => {
      const log = new PostgresEventLog(serviceUrl(logUrl, EVENT_LOG_SCHEMA));
      const close = async () => void (await Promise.all([unused.close(), log.close()]));
      return new Proxy(log, { get: (target, name) => (name === 'close' ? close : Reflect.get(target, name, target)) });
    },
  });
}

/** What is said of a project, its worker and its gold: another thing each time. @param gold the label that is known of every item but the last. */
async function say({ client }: Assay, word: string, gold: string): Promise<void> {
  const questions = [{ name: 'label', labels: ['cat', 'dog', word] }];
  await client.write('PUT', '/v1/projects/pets', { title: word, questions });
  await client.write('PUT', '/v1/sources/tool/workers/w1', { tracks: [word] });
  await importGold(client, 'pets', new Map(ITEMS.map((item) => [item, new Map([['label', new Set([gold])]])])));
  await settle(client, 'pets', SILENT);
}

/** What is said of another project, its worker and its gold, in words that may be those of before. */
async function sayAgain({ client }: Assay, word: string, gold: string): Promise<void> {
  await client.write('PUT', '/v1/projects/birds', {
    title: word,
    questions: [{ name: 'label', labels: ['owl', 'tit'] }],
  });
  await client.write('PUT', '/v1/sources/tool/workers/w2', { tracks: [word] });
  await importGold(client, 'birds', new Map([['b0', new Map([['label', new Set([gold])]])]]));
}

const GOLD_THAT_GOES = new Map([['b1', new Map([['label', new Set(['tit'])]])]]);

function put({ url, key }: Assay, path: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return fetch(`${url}${path}`, { method: 'PUT', headers, body: JSON.stringify(body) });
}

/** What somebody has said, and how each of those knows it who keeps what others say. */
const KNOWN_ELSEWHERE: readonly { what: string; by: string; known: readonly string[] }[] = [
  {
    what: 'projects',
    by: 'select distinct on (project) state::jsonb from ingestion.project_revision order by project, revision desc',
    known: ['consensus', 'gold', 'scoring', 'assignment'].map(
      (one) => `select state::jsonb - 'isArchived' from ${one}.project order by project`,
    ),
  },
  {
    what: 'workers',
    by: 'select id, tracks from ingestion.worker order by id',
    known: ['select worker, tracks from assignment.worker order by worker'],
  },
  {
    what: 'known labels',
    by: 'select item, is_active, accepted from gold.gold_item order by item',
    known: ['select item, is_active, accepted from scoring.gold_item order by item'],
  },
  {
    what: 'the gold pool',
    by: 'select key, is_active from gold.gold_item order by key',
    known: [
      'select key, is_available from consensus.gold_reference order by key',
      'select key, is_gold from assignment.work order by key',
    ],
  },
  {
    what: 'gold checks',
    by: 'select check_id, is_right from gold.gold_check order by check_id',
    known: ['select check_id, is_right from scoring.gold_check order by check_id'],
  },
  {
    what: 'tiers',
    by: `select worker, tier from scoring.tier where tier <> 'standard' order by worker`,
    known: [`select worker, tier from assignment.standing where tier <> 'standard' order by worker`],
  },
  {
    what: 'decisions',
    by: `select item, jsonb_path_query_array(decisions, '$[*].label') from consensus.item where project = 'pets' order by item`,
    known: [
      `select item, jsonb_path_query_array(decisions, '$[*].label') from assignment.work where project = 'pets' order by item`,
    ],
  },
];

const ends: (() => unknown)[] = [];

afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

describe('after a failover that lost the tail', () => {
  it('is known everywhere what is said since, not what only the lost database had said', async () => {
    const [folder, own, logs] = [dataFolder(), dataFolder(), await freshDatabase()];
    ends.push(folder.remove, own.remove, logs.drop);
    const primary = await startEmbeddedPostgres({ dataDir: folder.path, settings: FOLLOWED });
    ends.push(primary.stop);
    const before = await withLogElsewhere(own.path, primary.adminUrl, logs.adminUrl);
    ends.push(before.close);
    await before.client.write('PUT', '/v1/projects/pets', { questions: [{ name: 'label', labels: ['cat', 'dog'] }] });
    await before.client.write('PUT', '/v1/sources/tool/workers/w3', {});
    await sayAgain(before, 'first', 'owl');
    await importGold(before.client, 'birds', GOLD_THAT_GOES);
    await before.client.write('DELETE', '/v1/gold/birds/b1');
    const labels = ITEMS.map((item) => ({ item, worker: 'w1', source: 'tool', label: 'cat' }));
    await before.client.writeLines('/v1/annotations/pets', labels);
    await settle(before.client, 'pets', SILENT);

    const standby = await startStandby(primary);
    ends.push(standby.stop);
    await standby.catchUp();
    await standby.leave();
    await sayAgain(before, 'second', 'tit');
    await importGold(before.client, 'birds', GOLD_THAT_GOES);
    await before.client.write('DELETE', '/v1/gold/birds/b0');
    await say(before, 'lost', 'dog');
    await before.client.writeLines('/v1/annotations/pets', [
      { item: 'i1', worker: 'w3', source: 'tool', label: 'lost' },
    ]);
    await say(before, 'lost', 'cat');
    await before.client.write('DELETE', '/v1/gold/pets/i0');
    await settle(before.client, 'pets', SILENT);
    await before.close();
    await primary.stop();

    await standby.promote();
    const after = await withLogElsewhere(own.path, standby.postgres.adminUrl, logs.adminUrl);
    ends.push(after.close);
    await settle(after.client, 'pets', SILENT);
    const made = await put(after, '/v1/projects/new', { questions: [{ name: 'label', labels: ['a', 'b'] }] });
    expect([made.status, made.headers.get('etag')]).toEqual([201, '"1000001"']);
    await sayAgain(after, 'first', 'owl');
    await after.client.write('DELETE', '/v1/gold/birds/b1');
    await say(after, 'kept', 'dog');

    const database = new Client(standby.postgres.adminUrl);
    await database.connect();
    ends.push(() => database.end());
    const read = async (statement: string) =>
      (await database.query<unknown[]>({ text: statement, rowMode: 'array' })).rows;
    const differing: unknown[] = [];
    for (const { what, by, known } of KNOWN_ELSEWHERE) {
      const said = await read(by);
      expect([what, said.length]).not.toEqual([what, 0]);
      for (const one of known) {
        const there = (await read(one)).map((row) => JSON.stringify(row));
        const row = said.map((each) => JSON.stringify(each)).find((each, index) => each !== there[index]);
        if (row !== undefined || there.length !== said.length) differing.push({ what, one, row });
      }
    }
    expect(differing).toEqual([]);
    expect(await read(`select tier from assignment.standing where tier <> 'standard'`)).toEqual([['suspended']]);
    expect(await read('select tracks from assignment.worker order by tracks')).toEqual([[[]], [['first']], [['kept']]]);
  });
});
