import { setTimeout as sleep } from 'node:timers/promises';
import { Output } from '../../apps/assay/src/output';
import { settle } from '../../apps/assay/src/settle';
import { ANNOTATION_EVENTS, CONSENSUS_EVENTS } from '../../libs/contracts/src/topics';
import { eventually } from '../support/eventually';
import { type Fault } from './fault';
import { type FaultSystem } from './fault-system';
import { LABELS } from './load';

/** Processes that have just begun take four times as long as later: their code is cold. */
const WARM_UP_MS = 15_000;
const CALM_MS = 20_000;
const NOISE_MS = 60_000;
/** Of the quiet project, an item with one label each. */
const QUIET_MS = 100;
const QUIET_LINES = 10;
/** What the noise of one project may make of another's p99: a goal, as what else runs on the machine counts as well. */
const MOST_TIMES = 2;
const SILENT = new Output('json', { color: false, quiet: true });

/** One project sends ten times as much as another, for a minute. */
export const NOISY_PROJECT: Fault = {
  name: 'ten times the load for a minute, by one project beside a quiet one',
  holds: 'I1 I2 I8',
  happen: async (system, load) => {
    const [quiet, noisy] = [`${load.project}-quiet`, `${load.project}-noisy`];
    const questions = [{ name: 'label', labels: LABELS }];
    const { client } = system.services;
    for (const project of [quiet, noisy]) await client.write('PUT', `/v1/projects/${project}`, { project, questions });
    await load.prepare();
    const decided = await decisionsOf(system, quiet);
    try {
      await latencies(system, quiet, decided.at, 'warm-up', WARM_UP_MS);
      const calm = await latencies(system, quiet, decided.at, 'calm', CALM_MS);
      const noise = makeNoise(system, noisy, NOISE_MS);
      const [beside, sent] = await Promise.all([
        latencies(system, quiet, decided.at, 'beside', NOISE_MS),
        noise,
        load.send({ pause: 1_000 }),
      ]);
      await settle(client, noisy, SILENT);
      await accountedFor(system, noisy, sent);
      const [before, during] = [p99(calm), p99(beside)];
      return `p99 of the quiet one from record to decision ${before.toFixed(0)} ms, beside the noise ${during.toFixed(0)} ms (${(during / before).toFixed(1)} times, ${during > MOST_TIMES * before ? 'beyond' : 'within'} the goal of ${MOST_TIMES})`;
    } finally {
      await decided.stop();
    }
  },
};

/** When the first decision of each item of a project came by, in ms. */
async function decisionsOf(system: FaultSystem, project: string) {
  const log = system.openLog();
  const at = new Map<string, number>();
  const ends = await log.offsets(CONSENSUS_EVENTS.name);
  const positions = new Map(ends.map(({ end }, partition) => [partition, end]));
  const subscription = await log.subscribe({
    group: `watch-${project}`,
    topics: [CONSENSUS_EVENTS.name],
    positions: (lane) => Promise.resolve(new Map([[CONSENSUS_EVENTS.name, positions.get(lane)!]])),
    eachBatch: ({ records }) => {
      const now = performance.now();
      for (const { key } of records) if (key?.startsWith(`${project}/`) && !at.has(key)) at.set(key, now);
      return Promise.resolve();
    },
    onCrash: () => undefined,
  });
  const stop = async () => {
    await subscription.stop();
    await log.close();
  };
  return { at, stop };
}

/** Sends items of one label each for so long, and gives how long each took from its record to its decision, in ms. */
async function latencies(
  system: FaultSystem,
  project: string,
  decided: ReadonlyMap<string, number>,
  name: string,
  lasts: number,
): Promise<number[]> {
  const recorded = new Map<string, number>();
  const end = performance.now() + lasts;
  for (let turn = 0; performance.now() < end; turn++) {
    const items = Array.from({ length: QUIET_LINES }, (_none, at) => `${name}-${turn}-${at}`);
    const lines = items.map((item) => ({ id: item, item, worker: 'w1', label: LABELS[turn % LABELS.length] }));
    await system.services.client.writeLines(`/v1/annotations/${project}`, lines);
    for (const item of items) recorded.set(`${project}/${item}`, performance.now());
    await sleep(QUIET_MS);
  }
  await eventually(() => [...recorded.keys()].every((key) => decided.has(key)), 'a decision of every item', 120_000);
  return [...recorded].map(([key, at]) => Math.max(0, decided.get(key)! - at));
}

/** @returns how many annotations were sent. */
async function makeNoise(system: FaultSystem, project: string, lasts: number): Promise<number> {
  const end = performance.now() + lasts;
  let sent = 0;
  for (let turn = 0; performance.now() < end; turn++) {
    const next = sleep(QUIET_MS);
    const lines = Array.from({ length: 10 * QUIET_LINES }, (_none, at) => {
      const [item, worker] = [`${turn % 200}-${at}`, `w${Math.floor(turn / 200)}`];
      return { id: `${item} ${worker}`, item, worker, label: LABELS[(turn + at) % LABELS.length] };
    });
    await system.services.client.writeLines(`/v1/annotations/${project}`, lines);
    sent += lines.length;
    await next;
  }
  return sent;
}

async function accountedFor(system: FaultSystem, project: string, sent: number): Promise<void> {
  await system.untilRead(ANNOTATION_EVENTS.name, ['consensus', 'gold', 'scoring', 'assignment']);
  for (const service of ['consensus', 'gold', 'scoring', 'assignment']) {
    const path = `/v1/ops/${service}/accounting?project=${project}`;
    const { accounting } = await system.services.client.get<{ accounting: { accepted: number } }>(path);
    if (accounting.accepted !== sent)
      throw new Error(`I2: ${service} accounts for ${accounting.accepted} of the noise, expected ${sent}`);
  }
}

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.99 * sorted.length) - 1]!;
}
