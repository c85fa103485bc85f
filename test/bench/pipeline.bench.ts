// Annotations a second from the log to the committed consensus, in ratios to reading and inserting the same. `--full` adds 1,000,000.
// The log is the embedded one; with `--kafka` the brokers that KAFKA_BROKERS names, or one that is started here. Linux only.
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SERVICES } from '../../apps/assay/src/services';
import { freshDatabase } from '../support/database';
import { aBroker } from '../support/kafka-broker';
import setUpPostgres from '../support/postgres.setup';
import tearDownPostgres from '../support/postgres.teardown';
import { type StageOrder, type StageResult } from './pipeline-order';
import { machine, markdownTable, record } from './record';

const SIZES = [10_000, 100_000, ...(process.argv.includes('--full') ? [1_000_000] : [])];
/** Annotations by which the stages are compared. */
const COMPARED = 100_000;
/** Of three repetitions the median counts: others work on the machine as well. */
const REPETITIONS = Number(process.env['BENCH_REPETITIONS'] ?? 3);
const LATENCY = 15_000;
/** Nest's stock server takes a message at a time. */
const STOCK = 5_000;

/** Memory is measured with a heap of so many MiB: where there is room, V8 lets garbage pile up, and that would be said of the machine. */
const HEAP = 512;

let kafka: string[] | undefined;

export async function run(): Promise<void> {
  execFileSync(process.execPath, [join(__dirname, '../../apps/assay/bin/build.mjs')]);
  const broker = process.argv.includes('--kafka') ? await aBroker() : undefined;
  kafka = broker?.brokers.split(',');
  await setUpPostgres();
  try {
    const compared = await compare();
    const latency = await stage('latency', LATENCY);
    const stock = kafka && (await stage('stock', STOCK));
    const bySize = new Map<number, StageResult>();
    for (const size of SIZES) bySize.set(size, await stage('more', size, [`--max-old-space-size=${HEAP}`]));
    report(compared, { latency, stock }, bySize);
  } finally {
    await tearDownPostgres();
    await broker?.stop();
  }
}

type Compared = Record<'floor' | 'consensus' | 'all', StageResult[]>;

/** The stages in turn, so that what else the machine does falls on all of them. */
async function compare(): Promise<Compared> {
  const results: Compared = { floor: [], consensus: [], all: [] };
  for (let repetition = 0; repetition < REPETITIONS; repetition++)
    for (const name of ['floor', 'consensus', 'all'] as const) results[name].push(await stage(name, COMPARED));
  return results;
}

async function stage(
  name: StageOrder['stage'],
  annotations: number,
  flags: readonly string[] = [],
): Promise<StageResult> {
  const database = await freshDatabase(SERVICES);
  try {
    const order: StageOrder = { stage: name, annotations, adminUrl: database.adminUrl, ...(kafka && { kafka }) };
    const numbers = (await program('pipeline-send.ts', order)) as Record<string, number>;
    const asked = process.env['BENCH_NODE']?.split(' ') ?? [];
    const result = (await program('pipeline-stage.ts', { ...order, numbers }, [...asked, ...flags])) as StageResult;
    const speed = name === 'latency' ? 'at 1,000/s' : `${perSecond(result).toFixed(0)}/s`;
    console.error(`${name} ${annotations}: ${speed}, ${micros(result).toFixed(1)} us of Node and ${microsOfPostgres(result).toFixed(1)} of PostgreSQL`); // prettier-ignore
    return result;
  } finally {
    await database.drop();
  }
}

/** Runs one with an order, and gives what it answers in the last line. */
async function program(file: string, order: StageOrder, flags: readonly string[] = []): Promise<unknown> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [...flags, '-r', join(__dirname, '../support/typescript.cjs'), join(__dirname, file), JSON.stringify(order)],
    { maxBuffer: 2 ** 26 },
  );
  if (stderr) console.error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

const perSecond = ({ annotations, seconds }: StageResult) => annotations / seconds;
const micros = ({ annotations, nodeSeconds }: StageResult) => (nodeSeconds * 1e6) / annotations;
const microsOfPostgres = ({ annotations, postgresSeconds }: StageResult) => (postgresSeconds * 1e6) / annotations;
const work = (result: StageResult) => micros(result) + microsOfPostgres(result);

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function report(
  compared: Compared,
  { latency, stock }: { latency: StageResult; stock: StageResult | undefined },
  bySize: ReadonlyMap<number, StageResult>,
): void {
  const row = (title: string, results: readonly StageResult[]) => {
    const middle = (value: (result: StageResult) => number) => median(results.map(value));
    const ratio = (value: (floor: StageResult, other: StageResult) => number) =>
      median(results.map((other, at) => value(compared.floor[at]!, other))).toFixed(2);
    return [
      title,
      Math.round(middle(perSecond)).toLocaleString('en'),
      middle(micros).toFixed(1),
      middle(microsOfPostgres).toFixed(1),
      ratio((floor, other) => perSecond(other) / perSecond(floor)),
      ratio((floor, other) => work(floor) / work(other)),
    ];
  };
  const head = [
    'stage',
    'annotations/s',
    'us of Node',
    'us of PostgreSQL',
    'to the floor',
    'the same by processor time',
  ];
  const stages = markdownTable(head, [
    row('floor: the same records read and inserted, 500 a statement, 4 connections', compared.floor),
    row('consensus alone, until its events are published', compared.consensus),
    row('all five services in one process, until the last has read and published', compared.all),
    ...(stock
      ? [
          row(`Nest's stock Kafka server, one repository.save a message (${STOCK.toLocaleString('en')} messages)`, [
            stock,
          ]),
        ]
      : []),
  ]);
  const sizes = markdownTable(
    ['annotations', 'one more: us of Node', 'us of PostgreSQL', 'memory in use at rest', 'most resident memory'],
    [...bySize].map(([size, result]) => [
      size.toLocaleString('en'),
      (result.rest!.nodeSeconds * 1e6).toFixed(0),
      (result.rest!.postgresSeconds * 1e6).toFixed(0),
      `${Math.round(result.rest!.inUse / 2 ** 20)} MiB`,
      `${Math.round(result.resident / 2 ** 20)} MiB`,
    ]),
  );
  const latencies = latency.latencies!;
  const at = (share: number) => latencies[Math.floor(latencies.length * share)]!.toFixed(0);
  const times = stock && median(compared.consensus.map(perSecond)) / perSecond(stock);
  const log = kafka ? 'Kafka' : 'the embedded log';
  record(
    'benchmarks.md',
    kafka ? 'pipeline-kafka' : 'pipeline',
    `${COMPARED.toLocaleString('en')} annotations of 500 workers, five an item, shuffled, on ${log} in 12 partitions; ${REPETITIONS === 1 ? 'one run of each stage' : `the median of ${REPETITIONS} runs of all stages in turn`} (${machine()}; log, database and services on the same cores). The goal is half of the floor${times ? ', and 40 times the stock server' : ''}.\n\n${stages}\n\n${times ? `Consensus alone handles ${times.toFixed(0)} times as many as the stock server. ` : ''}All five services in one process with a heap of ${HEAP} MiB, by the number of annotations that are there:\n\n${sizes}\n\nFrom the append of a record to the committed decision at 1,000/s, consensus alone: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms; then an annotation, with its append, costs ${micros(latency).toFixed(0)} us of Node and ${microsOfPostgres(latency).toFixed(0)} of PostgreSQL.`,
  );
}
