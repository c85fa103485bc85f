// One stage of the pipeline bench, in a process of its own, so that its memory and its processor time are those of nothing else.
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool } from 'pg';
import { ANNOTATION_EVENTS } from '../../libs/contracts/src/topics';
import { type EventLog, type SubscribeOptions, type Subscription } from '../../libs/platform/src/event-log/event-log';
import { eventually } from '../support/eventually';
import { NumberedRecords } from './pipeline-annotations';
import { type StageOrder, type StageResult } from './pipeline-order';
import { stock } from './pipeline-stock';
import { ALL, openLog, resourcesOf, start } from './pipeline-system';
import { memoryInUse, mostResident, Watch, workOf } from './pipeline-watch';

const SLICE = 500;
const CONNECTIONS = 4;
const PER_SECOND = 1000;
/** Few beside those that are there, so that no fit becomes due by them. */
const MORE = 2000;
/** Seconds; assignment looks for sweeps every five. */
const LOOKS_EVERY = 6;

async function main(order: StageOrder): Promise<StageResult> {
  // Nest's own client is all that it needs of the log.
  if (order.stage === 'stock') return stock(order);
  const log = await openLog(order);
  try {
    switch (order.stage) {
      case 'floor':
        return await floor(order, log);
      case 'latency':
        return await latency(order, log);
      default:
        return await services(order, log);
    }
  } finally {
    await log.close();
  }
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

/** From the first committed slice until everything is read by everybody and every outbox is empty. */
async function services(order: StageOrder, log: EventLog): Promise<StageResult> {
  const names = order.stage === 'consensus' ? ['consensus'] : ALL;
  const watching = new Pool({ connectionString: order.adminUrl, max: 1 });
  const consumers = names.filter((name) => name !== 'ingestion');
  let read = 0;
  const watch = new Watch(order, () => read);
  const running = await start(names, log, resourcesOf(order));
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
    if (order.stage !== 'more') return result;
    const rest = await oneMore(order, log, watching, () => read);
    return { ...result, rest, resident: mostResident() };
  } finally {
    clearInterval(poll);
    for (const service of running) await service.close();
    await watching.end();
  }
}

/** What is in use at rest; then some more annotations on new items, and what each of them costs all services until they are applied. */
async function oneMore(order: StageOrder, log: EventLog, watching: Pool, read: () => number) {
  const { annotations } = order;
  const numbered = new NumberedRecords(order.numbers);
  const records = Array.from({ length: MORE }, (_none, n) => numbered.annotation(annotations + n));
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

/** Until fits and sweeps that the last annotations made due are over: less than a tenth of a core is at work for longer than any service waits to look for them. */
async function atRest(watching: Pool): Promise<void> {
  for (let quiet = 0; quiet < LOOKS_EVERY;) {
    const [node, postgres] = [process.cpuUsage(), await workOf(watching)];
    await sleep(1000);
    const { user, system } = process.cpuUsage(node);
    quiet = (user + system) / 1e6 + (await workOf(watching)) - postgres < 0.1 ? quiet + 1 : 0;
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
async function latency(order: StageOrder, log: EventLog): Promise<StageResult> {
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
  // A log of its own, as another process has: one log appends one after the other, and consensus publishes too.
  const ingestion = await openLog(order);
  const running = await start(['consensus'], noting, resourcesOf(order));
  // What is sent while a member of a group of Kafka waits for its lanes waits with it.
  await eventually(() => subscription?.lanes().length === ANNOTATION_EVENTS.partitions, 'lanes of consensus');
  const client = new Client(order.adminUrl);
  await client.connect();
  const [node, postgres] = [process.cpuUsage(), await workOf(client)];
  const numbered = new NumberedRecords(order.numbers);
  const began = performance.now();
  for (let n = 0; n < order.annotations;) {
    const due = Math.min(order.annotations, Math.floor(((performance.now() - began) * PER_SECOND) / 1000));
    const records = Array.from({ length: due - n }, (_none, index) => numbered.annotation(n + index));
    for (const { headers } of records) sent.set(headers['ce_id']!, performance.now());
    n = due;
    if (records.length > 0) await ingestion.append(records);
    await sleep(5);
  }
  const result = await watch.result();
  const { user, system } = process.cpuUsage(node);
  const used = { nodeSeconds: (user + system) / 1e6, postgresSeconds: (await workOf(client)) - postgres };
  await client.end();
  await ingestion.close();
  for (const service of running) await service.close();
  // The first second warms up.
  return {
    ...result,
    ...used,
    annotations: order.annotations,
    latencies: latencies.slice(PER_SECOND).sort((a, b) => a - b),
  };
}

void main(JSON.parse(process.argv[2]!) as StageOrder).then(
  (result) => process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0)),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
