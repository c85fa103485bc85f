// One stage of the pipeline bench, in a process of its own, so that its memory and its processor time are those of nothing else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Client, Pool } from 'pg';
import { type Logger, pino } from 'pino';
import { annotationSubmitted } from '../../libs/contracts/src/annotation/annotation-submitted';
import { CATALOGUE } from '../../libs/contracts/src/catalogue';
import { type Contract } from '../../libs/contracts/src/contract';
import { projectConfigured } from '../../libs/contracts/src/project/project-configured';
import { DEFAULT_POLICY } from '../../libs/contracts/src/project/project-defaults';
import { ANNOTATION_EVENTS } from '../../libs/contracts/src/topics';
import { Settings } from '../../libs/platform/src/config/settings';
import {
  type EventLog,
  type OutgoingRecord,
  type SubscribeOptions,
  type Subscription,
} from '../../libs/platform/src/event-log/event-log';
import { openEventLog } from '../../libs/platform/src/event-log/open-event-log';
import { type RunningService, type startService as StartService } from '../../libs/platform/src/service';
import { type ServiceDefinition } from '../../libs/platform/src/service-definition';
import { eventId } from '../../libs/platform/src/transport/event-id';
import { outboxEvent, recordOf } from '../../libs/platform/src/transport/wire';
import { eventually } from '../support/eventually';
import { shuffled } from '../support/shuffled';
import { emptyKafka } from './pipeline-kafka';

/** What a stage is told: which, of how many annotations, on which database and log. */
export interface StageOrder {
  stage: 'floor' | 'consensus' | 'all' | 'latency';
  annotations: number;
  adminUrl: string;
  kafka?: string[];
}

/** What a stage answers. Seconds from the first committed slice to rest, and of the processor meanwhile, by annotation handled in them. */
export interface StageResult {
  annotations: number;
  seconds: number;
  nodeSeconds: number;
  postgresSeconds: number;
  /** At rest, of the stage of all services: memory in use in bytes, and what one more annotation costs in seconds of the processor. */
  rest?: { inUse: number; nodeSeconds: number; postgresSeconds: number };
  /** The most resident memory that the process had, in bytes. */
  resident: number;
  /** From the append of a record to the end of the batch that committed it, in ms; of the stage that measures it. */
  latencies?: number[];
}

const PROJECT = 'stream';
const PER_ITEM = 5;
const WORKERS = 500;
const LABELS = ['a', 'b', 'c', 'd', 'e'];
const SLICE = 500;
const CONNECTIONS = 4;
const PER_SECOND = 1000;
/** Few beside those that are there, so that no fit becomes due by them. */
const MORE = 2000;

const root = join(__dirname, '../..');

async function main(order: StageOrder): Promise<StageResult> {
  const log = await openLog(order);
  const resources = { databaseUrl: order.adminUrl, logger: pino({ level: 'error' }) };
  try {
    if (order.stage === 'latency') return await latency(order, log, resources);
    if (order.stage !== 'floor') await introduce(log, resources);
    await sendAll(log, order.annotations);
    return order.stage === 'floor' ? await floor(order, log) : await services(order, log, resources);
  } finally {
    await log.close();
  }
}

async function openLog({ adminUrl, kafka }: StageOrder): Promise<EventLog> {
  const settings = Object.assign(new Settings(), kafka && { log: 'kafka', kafkaBrokers: kafka });
  const topics = [...new Set(CATALOGUE.map(({ topic }) => topic))];
  if (kafka) await emptyKafka(kafka, topics.map(({ name }) => name)); // prettier-ignore
  const said = { debug: () => undefined, warn: (message: string) => console.error(message) };
  const log = openEventLog(settings, adminUrl, said);
  await log.createTopics(topics);
  // Kafka says that topics are made before their partitions have leaders.
  for (const { name } of topics)
    await eventually(() => log.offsets(name).then(Boolean, () => false), `leaders of ${name}`); // prettier-ignore
  return log;
}

// ---------------------------------------------------------------- what is sent

const sequences = new Map<string, number>();

function recordFor<T extends object>(contract: Contract<T>, id: string, data: T): OutgoingRecord {
  const event = outboxEvent(contract, `/assay/${contract.producers[0]}`, id, data, '2026-01-01T00:00:00.000Z');
  const place = `${event.partition} ${event.topic}`;
  const sequence = (sequences.get(place) ?? 0) + 1;
  sequences.set(place, sequence);
  return recordOf(event, sequence);
}

function configured(): OutgoingRecord {
  const questions = [{ name: 'label', kind: 'choice' as const, labels: LABELS }];
  const state = { project: PROJECT, title: PROJECT, questions, tracks: ['general'], revision: 1, schemaVersion: 1 };
  return recordFor(projectConfigured, eventId('configured'), { ...state, policy: DEFAULT_POLICY });
}

/** The n-th label: workers are right three times of four. */
function annotation(n: number): OutgoingRecord {
  const item = Math.floor(n / PER_ITEM);
  const isRight = (n * 7919) % 100 < 75;
  const label = LABELS[(item + (isRight ? 0 : 1 + (n % (LABELS.length - 1)))) % LABELS.length]!;
  return recordFor(annotationSubmitted, eventId('annotation', n), {
    ...{ project: PROJECT, item: `item ${item}`, worker: workerId(n), role: 'human' as const },
    ...{ occasion: 0, revision: 0, order: n, occurredAt: '2026-01-01T00:00:00.000Z' },
    ...{ schemaVersion: 1, labels: { label } },
  });
}

const workerIds = Array.from({ length: WORKERS }, (_none, worker) => eventId('worker', worker));

/** Five labels of an item are of five workers. */
function workerId(n: number): string {
  return workerIds[(Math.floor(n / PER_ITEM) * 7 + (n % PER_ITEM) * 101) % WORKERS]!;
}

async function sendAll(log: EventLog, annotations: number): Promise<void> {
  const order = shuffled(Array.from({ length: annotations }, (_none, n) => n), 1); // prettier-ignore
  for (let start = 0; start < order.length; start += 2000)
    await log.append(order.slice(start, start + 2000).map(annotation)); // prettier-ignore
}

// ---------------------------------------------------------------- the floor

/** Reads the same records and inserts the same rows, as little as can be done with them. */
async function floor(order: StageOrder, log: EventLog): Promise<StageResult> {
  const pool = new Pool({ connectionString: order.adminUrl, max: CONNECTIONS });
  await pool.query(
    'create table public.floor (id uuid, project text, item text, worker uuid, occasion int, revision int, at timestamptz, labels jsonb)',
  );
  let inserted = 0;
  const watch = new Watch(order, () => inserted);
  const subscription = await log.subscribe({
    ...{ group: 'floor', topics: [ANNOTATION_EVENTS.name], positions: async () => new Map() },
    onCrash: (error) => watch.fail(error),
    async eachBatch({ records }) {
      for (let start = 0; start < records.length; start += SLICE) {
        const slice = records.slice(start, start + SLICE).map(({ headers, value }) => {
          const data = JSON.parse(value!.toString()) as Record<string, unknown>;
          return { id: headers['ce_id'], ...data } as Record<string, unknown>;
        });
        const column = (name: string) => slice.map((row) => row[name]);
        await pool.query({
          name: 'insert',
          text: 'insert into public.floor select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::int[], $6::int[], $7::timestamptz[], $8::jsonb[])',
          values: [
            ...['id', 'project', 'item', 'worker', 'occasion', 'revision', 'occurredAt'].map(column),
            slice.map(({ labels }) => JSON.stringify(labels)),
          ],
        });
        inserted += slice.length;
      }
    },
  });
  const result = await watch.result();
  await subscription.stop();
  await pool.end();
  return result;
}

// ---------------------------------------------------------------- the services

type Resources = { databaseUrl: string; logger: Logger };

/** Starts what is built (dist/), as the product does. */
async function start(names: readonly string[], log: EventLog, resources: Resources): Promise<RunningService[]> {
  const built = join(root, 'dist');
  const { SERVICES } = require(join(built, 'apps/assay/src/services')) as { SERVICES: ServiceDefinition[] };
  const { startService } = require(join(built, 'libs/platform/src/service')) as { startService: typeof StartService };
  const settings = Object.assign(new Settings(), { leaseSecret: 'a secret of thirty-two characters' });
  const running: RunningService[] = [];
  for (const definition of SERVICES.filter(({ name }) => names.includes(name)))
    running.push(await startService(definition, { ...resources, eventLog: log, settings }));
  return running;
}

const ALL = ['ingestion', 'consensus', 'gold', 'scoring', 'assignment'];

/** Lets every service know the project, so that no annotation has to wait for it. */
async function introduce(log: EventLog, resources: Resources): Promise<void> {
  await log.append([configured()]);
  const client = new Client(resources.databaseUrl);
  await client.connect();
  const running = await start(ALL, log, resources);
  for (const name of ALL.filter((one) => one !== 'ingestion'))
    while ((await client.query(`select 1 from ${name}.project`)).rows.length === 0) await sleep(20);
  for (const service of running) await service.close();
  await client.end();
}

/** From the first committed slice until everything is read by everybody and every outbox is empty. */
async function services(order: StageOrder, log: EventLog, resources: Resources): Promise<StageResult> {
  const names = order.stage === 'all' ? ALL : ['consensus'];
  const watching = new Pool({ connectionString: order.adminUrl, max: 1 });
  const consumers = names.filter((name) => name !== 'ingestion');
  let read = 0;
  const watch = new Watch(order, () => read);
  const running = await start(names, log, resources);
  const poll = setInterval(() => void look().catch((error: Error) => watch.fail(error)), 50);
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    const counts = await Promise.all(consumers.map((name) => progress(watching, name)));
    isLooking = false;
    // The last annotation counts when its events have left the outbox, in every service.
    const least = Math.min(...counts.map(({ annotations }) => annotations));
    const isOut = counts.every(({ waiting }) => waiting === 0);
    read = least === order.annotations && !isOut ? order.annotations - 1 : least;
  };
  try {
    const result = await watch.result();
    return order.stage === 'all' ? { ...result, rest: await oneMore(order, log, watching, () => read) } : result;
  } finally {
    clearInterval(poll);
    for (const service of running) await service.close();
    await watching.end();
  }
}

/** What is in use at rest; then some more annotations on new items, and what each of them costs all services until they are applied. */
async function oneMore(order: StageOrder, log: EventLog, watching: Pool, read: () => number) {
  const { annotations } = order;
  const records = Array.from({ length: MORE }, (_none, n) => annotation(annotations + n));
  await atRest(watching);
  const inUse = memoryInUse();
  const [node, postgres] = [process.cpuUsage(), await workOf(watching)];
  order.annotations += MORE;
  await log.append(records);
  while (read() < order.annotations) await sleep(10);
  const { user, system } = process.cpuUsage(node);
  return {
    inUse,
    nodeSeconds: (user + system) / 1e6 / MORE,
    postgresSeconds: ((await workOf(watching)) - postgres) / MORE,
  };
}

/** Until fits and sweeps that the last annotations made due are over: less than a tenth of a core is at work for a second. */
async function atRest(watching: Pool): Promise<void> {
  for (let work = Infinity; work > 0.1;) {
    const [node, postgres] = [process.cpuUsage(), await workOf(watching)];
    await sleep(1000);
    const { user, system } = process.cpuUsage(node);
    work = (user + system) / 1e6 + (await workOf(watching)) - postgres;
  }
}

async function progress(client: Pool, service: string): Promise<{ annotations: number; waiting: number }> {
  const { rows } = await client.query<{ annotations: number; waiting: number }>(
    `select (select coalesce(sum((positions ->> $1)::bigint), 0)::float8 from ${service}.lane) as annotations,
            (select count(*)::int from ${service}.outbox) as waiting`,
    [ANNOTATION_EVENTS.name],
  );
  return rows[0]!;
}

/** Sends so many a second, and notes when the batch of each ends. */
async function latency(order: StageOrder, log: EventLog, resources: Resources): Promise<StageResult> {
  const sent = new Map<string, number>();
  const latencies: number[] = [];
  const watch = new Watch(order, () => latencies.length);
  let subscription: Subscription | undefined;
  const noting: EventLog = Object.create(log, {
    subscribe: {
      value: async (options: SubscribeOptions) =>
        (subscription = await log.subscribe({
          ...options,
          async eachBatch(batch) {
            await options.eachBatch(batch);
            if (batch.topic !== ANNOTATION_EVENTS.name) return;
            const now = performance.now();
            for (const { headers } of batch.records) latencies.push(now - sent.get(headers['ce_id']!)!);
          },
        })),
    },
  }) as EventLog;
  await introduce(log, resources);
  const running = await start(['consensus'], noting, resources);
  // What is sent while a member of a group of Kafka waits for its lanes waits with it.
  await eventually(() => subscription?.lanes().length === ANNOTATION_EVENTS.partitions, 'lanes of consensus');
  const client = new Client(order.adminUrl);
  await client.connect();
  const [node, postgres] = [process.cpuUsage(), await workOf(client)];
  const began = performance.now();
  for (let n = 0; n < order.annotations;) {
    const due = Math.min(order.annotations, Math.floor(((performance.now() - began) * PER_SECOND) / 1000));
    const records = Array.from({ length: due - n }, (_none, index) => annotation(n + index));
    for (const { headers } of records) sent.set(headers['ce_id']!, performance.now());
    n = due;
    if (records.length > 0) await log.append(records);
    await sleep(5);
  }
  const result = await watch.result();
  const { user, system } = process.cpuUsage(node);
  const used = { nodeSeconds: (user + system) / 1e6, postgresSeconds: (await workOf(client)) - postgres };
  await client.end();
  for (const service of running) await service.close();
  // The first second warms up.
  return {
    ...result,
    ...used,
    annotations: order.annotations,
    latencies: latencies.slice(PER_SECOND).sort((a, b) => a - b),
  };
}

// ---------------------------------------------------------------- the clock

/** Watches a count grow: from its first growth until all annotations are in it. */
class Watch {
  private error: Error | undefined;

  constructor(
    private readonly order: StageOrder,
    private readonly count: () => number,
  ) {}

  fail(error: Error): void {
    this.error = error;
  }

  async result(): Promise<StageResult> {
    const { annotations, adminUrl } = this.order;
    const client = new Client(adminUrl);
    await client.connect();
    const until = async (isThere: () => boolean) => {
      while (!isThere()) {
        if (this.error) throw this.error;
        await sleep(10);
      }
    };
    await until(() => this.count() > 0);
    const before = {
      count: this.count(),
      at: performance.now(),
      node: process.cpuUsage(),
      postgres: await workOf(client),
    };
    await until(() => this.count() >= annotations);
    const seconds = (performance.now() - before.at) / 1000;
    const { user, system } = process.cpuUsage(before.node);
    const postgresSeconds = (await workOf(client)) - before.postgres;
    await client.end();
    const handled = annotations - before.count;
    const resident = process.resourceUsage().maxRSS * 1024;
    return { annotations: handled, seconds, nodeSeconds: (user + system) / 1e6, postgresSeconds, resident };
  }
}

/** Memory that is still in use when the garbage is collected, in bytes: V8 lets it pile up while there is room for it. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Seconds of the processor that the sessions of a database have used, those that ended aside. Linux only. */
async function workOf(client: Client | Pool): Promise<number> {
  const { rows } = await client.query<{ pid: number }>(
    'select pid from pg_stat_activity where datname = current_database()',
  );
  return rows.reduce((sum, { pid }) => sum + processSeconds(pid), 0);
}

function processSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

void main(JSON.parse(process.argv[2]!) as StageOrder).then(
  (result) => process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0)),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
