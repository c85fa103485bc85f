// What the epochs of a growing stream cost together, measured in fits of the last; what a label takes of memory; how long the loop is held up. Linux only.
// Runs what is built (dist/), as the product does: a fit's thread that compiles TypeScript first would be measured for that.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { pino } from 'pino';
import { CATALOGUE } from '../../libs/contracts/src/catalogue';
import { DEFAULT_POLICY } from '../../libs/contracts/src/project/project-defaults';
import { Settings } from '../../libs/platform/src/config/settings';
import { PostgresEventLog } from '../../libs/platform/src/event-log/postgres-event-log';
import { serviceUrl } from '../../libs/platform/src/postgres/service-url';
import { eventId } from '../../libs/platform/src/transport/event-id';
import { type startService as StartService } from '../../libs/platform/src/service';
import { type ServiceDefinition } from '../../libs/platform/src/service-definition';
import { simulate } from '../../libs/statistics/src/simulation/simulate';
import { freshDatabase } from '../support/database';
import setUpPostgres from '../support/postgres.setup';
import tearDownPostgres from '../support/postgres.teardown';
import { columnsOf } from './scoring-columns';
import { machine, markdownTable, record } from './record';

const LABELS = ['a', 'b', 'c'];
const PER_ITEM = 5;
const STREAM = Number(process.env['BENCH_LABELS'] ?? 1_000_000);
const { growth, afterLabels } = DEFAULT_POLICY.epoch;
const PROJECT = 'stream';

interface Fitted {
  labels: number;
  /** From reading the labels to publishing. */
  seconds: number;
  /** Seconds of the processor that the process used meanwhile, in all its threads. */
  work: number;
  /** Most processor time that the main thread used at a stretch: how long it holds up the loop on a machine of its own. */
  heldMs: number;
  /** Most memory of the process above what it had before. */
  memory: number;
}

export async function run(): Promise<void> {
  const built = join(__dirname, '../../dist');
  if (!existsSync(join(built, '.built'))) throw new Error('nothing is built: expected `npm run build` before');
  const { SCORING } = require(join(built, 'apps/scoring/src/scoring.module')) as { SCORING: ServiceDefinition };
  const { startService } = require(join(built, 'libs/platform/src/service')) as { startService: typeof StartService };
  // Before anything runs: playing a stream holds up the loop.
  const stream = playStream();
  await setUpPostgres();
  const database = await freshDatabase([SCORING]);
  const log = new PostgresEventLog(serviceUrl(database.adminUrl, 'event_log'));
  await log.createTopics([...new Set(CATALOGUE.map(({ topic }) => topic))]);
  const resources = { databaseUrl: database.adminUrl, eventLog: log, logger: pino({ level: 'warn' }) };
  const service = await startService(SCORING, { ...resources, settings: new Settings() });
  const client = new Client(serviceUrl(database.adminUrl, 'scoring'));
  await client.connect();
  try {
    report(await fitAsItGrows(client, stream));
  } finally {
    await client.end();
    await service.close();
    await log.close();
    await database.drop();
    await tearDownPostgres();
  }
}

/** Items with their entries, in the order in which they come. */
function playStream(): { item: string; entries: string }[] {
  const items = STREAM / PER_ITEM;
  const { labels } = simulate({
    ...{ seed: 1, labels: LABELS, items, labelsPerItem: PER_ITEM, difficulty: 0.5 },
    workers: [
      { behaviour: 'honest', count: 500 },
      { behaviour: 'spammer', count: 20 },
    ],
  });
  return Array.from({ length: items }, (_, i) => entriesOf(labels.slice(i * PER_ITEM, (i + 1) * PER_ITEM)));
}

/** Lets the stream grow to where the next fit is due, again and again. */
async function fitAsItGrows(client: Client, rows: ReturnType<typeof playStream>): Promise<Fitted[]> {
  await configure(client);
  const fits: Fitted[] = [];
  for (let sent = 0; sent < rows.length;) {
    const fitted = fits.at(-1)?.labels ?? 0;
    const due = Math.max(afterLabels, growth * fitted);
    const size = Math.min(rows.length - sent, Math.ceil(due / PER_ITEM));
    await insert(client, rows.slice(sent, sent + size), sent);
    sent += size;
    fits.push(await epochOf(client, fits.length + 1, sent * PER_ITEM, size * PER_ITEM, sent === rows.length));
    console.error(
      `${fits.at(-1)!.labels} labels: ${fits.at(-1)!.seconds.toFixed(2)} s, ${fits.at(-1)!.work.toFixed(2)} s of work`,
    );
  }
  return fits;
}

function entriesOf(labels: ReturnType<typeof simulate>['labels']): { item: string; entries: string } {
  const entries = labels.map(({ item, worker, label }, order) => ({
    ...{ id: eventId('bench', item, worker), worker: eventId('worker', worker), role: 'human' },
    ...{ occasion: 0, revision: 0, order, labels: { label: LABELS.indexOf(label) } },
  }));
  return { item: labels[0]!.item, entries: JSON.stringify(entries) };
}

async function configure(client: Client): Promise<void> {
  const questions = [{ name: 'label', kind: 'choice', labels: LABELS }];
  const policy = { ...DEFAULT_POLICY, epoch: { ...DEFAULT_POLICY.epoch, quietSeconds: 86_400 } };
  const state = {
    project: PROJECT,
    title: PROJECT,
    questions,
    tracks: ['general'],
    policy,
    revision: 1,
    schemaVersion: 1,
  };
  await client.query(
    'insert into project (project, revision, schema_version, is_archived, state) values ($1, 1, 1, false, $2)',
    [PROJECT, JSON.stringify({ ...state, isArchived: false })],
  );
}

/** Inserts items as the application of their events would leave them. */
async function insert(client: Client, rows: readonly { item: string; entries: string }[], from: number): Promise<void> {
  const SLICE = 5000;
  for (let start = 0; start < rows.length; start += SLICE) {
    const slice = rows.slice(start, start + SLICE);
    await client.query(
      `insert into annotated_item (key, project, item, lane, is_withdrawn, entries)
       select key, $1, item, 0, false, entries from unnest($2::bigint[], $3::text[], $4::jsonb[]) as i (key, item, entries)`,
      [
        PROJECT,
        slice.map((_, i) => from + start + i),
        slice.map(({ item }) => item),
        slice.map(({ entries }) => entries),
      ],
    );
  }
  await client.query('analyze annotated_item');
}

/** Says that labels are new, and waits for the fit that they are due for. */
async function epochOf(client: Client, epoch: number, labels: number, news: number, isLast: boolean): Promise<Fitted> {
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 50);
  let heldMs = 0;
  let last = mainThreadMs();
  const ticks = setInterval(() => {
    const now = mainThreadMs();
    heldMs = Math.max(heldMs, now - last);
    last = now;
  }, 1);
  const used = process.cpuUsage();
  await client.query(
    `insert into fit_change as c (project, place, changes, changed_at) values ($1, 0, $2, now())
     on conflict (project, place) do update set changes = c.changes + excluded.changes, changed_at = now()`,
    [PROJECT, news],
  );
  if (isLast)
    await client.query('insert into epoch_request (project, is_settling, requested_at) values ($1, true, now())', [
      PROJECT,
    ]);
  for (;;) {
    const { rows } = await client.query<{ seconds: number; labels: string }>(
      'select seconds, labels from epoch where project = $1 and epoch = $2',
      [PROJECT, epoch],
    );
    const [row] = rows;
    if (row) {
      clearInterval(watch);
      clearInterval(ticks);
      if (Number(row.labels) !== labels) throw new Error(`epoch ${epoch} of ${row.labels} labels: expected ${labels}`);
      const { user, system } = process.cpuUsage(used);
      return {
        labels,
        seconds: row.seconds,
        work: (user + system) / 1e6,
        heldMs,
        memory: most - before,
      };
    }
    await sleep(20);
  }
}

/** Processor time of the thread that answers and consumes, in ms. Linux only. */
function mainThreadMs(): number {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

function report(fits: readonly Fitted[]): void {
  const last = fits.at(-1)!;
  const inLast = (of: (one: Fitted) => number) => (fits.reduce((sum, one) => sum + of(one), 0) / of(last)).toFixed(2);
  const sample = simulate({ seed: 2, labels: LABELS, items: 20_000, labelsPerItem: PER_ITEM, workers: [{ behaviour: 'honest', count: 100 }] }); // prettier-ignore
  const { starts, worker, label, when } = columnsOf(sample.labels, LABELS);
  const bytes = starts.byteLength + worker.byteLength + label.byteLength + when.byteLength;
  const rows = [
    ['epochs', String(fits.length), ''],
    ['all fits together, in fits of the last, by processor time', inLast((one) => one.work), 'at most 6'],
    ['the same by the clock, which others on the machine move', inLast((one) => one.seconds), ''],
    ['columns a label', `${(bytes / sample.labels.length).toFixed(1)} bytes`, 'at most 16'],
    ['most memory above rest in the last fit, a label', `${(last.memory / last.labels).toFixed(0)} bytes`, ''],
    ['longest that the main thread works at a stretch in the last fit', `${last.heldMs.toFixed(0)} ms`, 'about 50'],
  ];
  const head = `A stream of ${last.labels.toLocaleString('en')} labels by 520 workers, five an item, with every fit that is due by the default policy (${machine()}; the last fit took ${last.work.toFixed(0)} s of processor time).`;
  record('benchmarks.md', 'scoring-cost', `${head}\n\n${markdownTable(['what', 'measured', 'goal'], rows)}`);
}
