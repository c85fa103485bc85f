import { shuffled } from '../support/shuffled';
import { dataFolder, reportAtRest, type SpawnedAssay, spawnedAssay, startedAssay } from '../support/assay';
import { redelivering } from '../../libs/platform/src/event-log/redelivering-event-log';
import { simulate } from '../../libs/statistics/src/simulation/simulate';
import { type Client } from '../../apps/assay/src/client';
import { isBalanced, type Report } from '../../apps/assay/src/report';
import { type EventLog } from '../../libs/platform/src/event-log/event-log';

const LABELS = ['cat', 'dog', 'other'];
const CROWD = simulate({
  seed: 7,
  labels: LABELS,
  items: 60,
  labelsPerItem: { least: 2, most: 6 },
  repeats: 0.05,
  workers: [{ behaviour: 'honest', count: 12 }],
});

const project = (name: string) => ({ project: name, questions: [{ name: 'label', labels: LABELS }] });

/** Every kind of event about annotations: submitted, revised, retracted, repeated, on a second occasion. */
const EVENTS: Record<string, unknown>[] = [
  ...CROWD.labels.map(({ item, worker, label, occasion }, order) => ({
    id: `s${order}`,
    item,
    worker,
    label,
    occasion,
    order,
  })),
  ...CROWD.labels.slice(0, 20).map(({ item, worker, occasion }, order) => ({
    id: `r${order}`,
    item,
    worker,
    label: 'cat',
    occasion,
    revision: 1 + (order % 2),
    order,
  })),
  ...CROWD.labels.slice(10, 30).map(({ item, worker, occasion }, order) => ({
    id: `x${order}`,
    item,
    worker,
    occasion,
    retract: true,
    revision: order % 3,
    order,
  })),
  ...CROWD.labels
    .slice(40, 50)
    .map(({ item, worker }, order) => ({ id: `a${order}`, item, worker, label: 'dog', order: 10_000 + order })),
];
const ITEMS = [...new Set(CROWD.labels.map((one) => one.item))].map((item, index) => ({
  item,
  slice: index % 2 ? 'odd' : 'even',
}));

async function sendAll(client: Client, name: string, events: readonly object[], size = 50): Promise<void> {
  for (let start = 0; start < events.length; start += size) {
    await client.writeLines(`/v1/annotations/${name}`, events.slice(start, start + size));
  }
}

const configure = (client: Client, name: string) => client.write('PUT', `/v1/projects/${name}`, project(name));
const importItems = (client: Client, name: string) => client.writeLines(`/v1/items/${name}`, ITEMS);

async function cleanRun(): Promise<Report> {
  const folder = dataFolder();
  const assay = await startedAssay(folder.path);
  try {
    await configure(assay.client, 'crowd');
    await importItems(assay.client, 'crowd');
    await sendAll(assay.client, 'crowd', EVENTS);
    return await reportAtRest(assay.client, 'crowd');
  } finally {
    await assay.close();
    folder.remove();
  }
}

describe('the digest', () => {
  let clean: Report;
  beforeAll(async () => {
    clean = await cleanRun();
    expect(isBalanced(clean)).toBe(true);
    expect(clean.annotations).toEqual({ received: EVENTS.length, accepted: EVENTS.length, duplicate: 0, rejected: 0 });
    expect(clean.accounting['consensus']?.accepted).toBe(EVENTS.length);
    expect(clean.accounting['consensus']?.superseded).toBeGreaterThan(20);
  });

  it('is the same when the project and the items come last, everything shuffled, sent twice and published twice, and batches cut anywhere', async () => {
    const twice = (log: EventLog): EventLog => ({
      ...redelivering(log, 3),
      append: async (records) => {
        await log.append(records);
        return log.append(records);
      },
    });
    const folder = dataFolder();
    const assay = await startedAssay(folder.path, { wrapLog: twice });
    try {
      await sendAll(assay.client, 'crowd', shuffled(EVENTS, 1), 17);
      await importItems(assay.client, 'crowd').catch(() => undefined);
      await configure(assay.client, 'crowd');
      await importItems(assay.client, 'crowd');
      await sendAll(assay.client, 'crowd', shuffled(EVENTS, 2), 31);
      const report = await reportAtRest(assay.client, 'crowd');
      expect(report.digest).toBe(clean.digest);
      expect(report.agreement).toEqual(clean.agreement);
      expect(report.accounting).toEqual(clean.accounting);
      // What waits for its project goes by the log, which publishes everything twice: each of these comes once more.
      expect(report.annotations).toMatchObject({ accepted: EVENTS.length, duplicate: 2 * EVENTS.length });
      expect(isBalanced(report)).toBe(true);
    } finally {
      await assay.close();
      folder.remove();
    }
  });

  it('is the same after the policy went to and fro', async () => {
    const folder = dataFolder();
    const assay = await startedAssay(folder.path);
    try {
      const strict = {
        ...project('crowd'),
        policy: { minOverlap: 6, maxOverlap: 6, repeats: 'keep-all', countRoles: ['model'] },
      };
      await assay.client.write('PUT', '/v1/projects/crowd', strict);
      await sendAll(assay.client, 'crowd', EVENTS);
      await importItems(assay.client, 'crowd');
      const between = await reportAtRest(assay.client, 'crowd');
      expect(between.digest).not.toBe(clean.digest);
      expect(between.items.open).toBe(between.items.total);
      await configure(assay.client, 'crowd');
      const report = await reportAtRest(assay.client, 'crowd');
      expect(report.digest).toBe(clean.digest);
      expect(report.accounting).toEqual(clean.accounting);
    } finally {
      await assay.close();
      folder.remove();
    }
  });

  it('is the same after kill -9 of everything in the middle, twice, and after publishing everything again', async () => {
    const folder = dataFolder();
    let assay: SpawnedAssay | undefined;
    try {
      assay = await spawnedAssay(folder.path);
      await configure(assay.client, 'crowd');
      await importItems(assay.client, 'crowd');
      for (const part of [EVENTS.slice(0, 100), EVENTS.slice(50, 200)]) {
        const sending = sendAll(assay.client, 'crowd', part, 10).catch(() => undefined);
        await assay.client.writeLines('/v1/annotations/crowd', part.slice(0, 30));
        await assay.kill();
        await sending;
        assay = await spawnedAssay(folder.path);
      }
      await sendAll(assay.client, 'crowd', EVENTS);
      const report = await reportAtRest(assay.client, 'crowd');
      expect(report.digest).toBe(clean.digest);
      expect(report.accounting).toEqual(clean.accounting);
      expect(isBalanced(report)).toBe(true);

      const { id } = await assay.client.write<{ id: string }>('POST', '/v1/ops/ingestion/rebuild', {});
      for (let stage = ''; stage !== 'finished';) {
        stage = (await assay.client.get<{ stage: string }>(`/v1/ops/ingestion/rebuild/${id}`)).stage;
      }
      const rebuilt = await reportAtRest(assay.client, 'crowd');
      expect(rebuilt.digest).toBe(clean.digest);
      expect(rebuilt.accounting).toEqual(clean.accounting);
    } finally {
      await assay?.kill();
      folder.remove();
    }
  });
});
