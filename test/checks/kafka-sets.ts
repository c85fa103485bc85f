import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Report } from '../../apps/assay/src/report';
import { KAFKA_VERSIONS, startBroker } from '../support/kafka-broker';
import { SERVICE_NAMES, ServiceProcesses } from '../support/service-processes';

const run = promisify(execFile);
const root = join(__dirname, '../..');
const data = join(root, '../shared/data');
const SETS = ['rte', 'weather_sentiment', 'ukp_convincing'];

/**
 * `npm run check:kafka -- [SET...]`: replays real sets through five processes on each version of Kafka, while two more instances of every
 * service come and go, and compares the digest with that of a replay in one process on the embedded log.
 */
async function main(): Promise<void> {
  const sets = (process.argv.length > 2 ? process.argv.slice(2) : SETS).filter((set) =>
    existsSync(join(data, set, 'labels.csv')),
  );
  if (sets.length === 0) {
    console.error(`SKIPPED: no real sets in ${data}`);
    return;
  }
  // A project is called after its file: sets of one name would be one project.
  const folder = mkdtempSync(join(tmpdir(), 'assay-sets-'));
  for (const set of sets) copyFileSync(join(data, set, 'labels.csv'), join(folder, `${set}.csv`));
  try {
    process.exitCode = (await compare(sets, folder)) > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @returns how many digests differ. */
async function compare(sets: readonly string[], folder: string): Promise<number> {
  const embedded = new Map<string, Report>();
  for (const set of sets) embedded.set(set, await replay(join(folder, `${set}.csv`)));
  let failures = 0;
  for (const version of KAFKA_VERSIONS) {
    const broker = await startBroker({ version });
    const services = new ServiceProcesses(broker.brokers);
    try {
      await services.startDatabase();
      await services.startMissing();
      for (const set of sets) {
        const { digest, annotationsPerSecond = 0 } = await withComingAndGoing(services, () =>
          replay(join(folder, `${set}.csv`), services.dataDir),
        );
        const isSame = digest === embedded.get(set)!.digest;
        if (!isSame) failures++;
        console.log(
          `Kafka ${version}, ${set}: ${annotationsPerSecond.toFixed(0)}/s, ${isSame ? 'the digest of the embedded run' : `digest ${digest}, embedded ${embedded.get(set)!.digest}`}`,
        );
      }
    } finally {
      await services.stop();
      await broker.stop();
    }
  }
  return failures;
}

async function replay(file: string, dataDir?: string): Promise<Report> {
  const where = dataDir === undefined ? [] : ['--data', dataDir];
  const args = [join(root, 'apps/assay/bin/assay.mjs'), 'replay', file, '-o', 'json', '-q', ...where];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 100_000_000 });
  return JSON.parse(stdout) as Report;
}

/** Two more instances of one service after the other join and leave, one by SIGTERM and one by kill -9, until the work is done. */
async function withComingAndGoing<T>(services: ServiceProcesses, work: () => Promise<T>): Promise<T> {
  let isDone = false;
  const done = work().finally(() => (isDone = true));
  for (let turn = 0; !isDone; turn++) {
    const service = SERVICE_NAMES[turn % SERVICE_NAMES.length]!;
    const more = await Promise.all([services.start(service, {}), services.start(service, {})]);
    await Promise.race([sleep(2_000), done.catch(() => undefined)]);
    await services.end(more[0], 'SIGTERM');
    await services.end(more[1], 'SIGKILL');
  }
  return done;
}

void main();
