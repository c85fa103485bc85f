import { auto } from '../../libs/statistics/src/aggregation/auto';
import { labelTable } from '../../libs/statistics/src/aggregation/label-table';
import { evidenceOf, posteriorOf } from '../../libs/statistics/src/aggregation/posterior';
import { simulate } from '../../libs/statistics/src/simulation/simulate';
import { type Client } from '../../apps/assay/src/client';
import { decidedItems } from '../../apps/assay/src/collect-report';
import { importGold } from '../../apps/assay/src/gold-import';
import { type Report } from '../../apps/assay/src/report';
import { dataFolder, reportAtRest, type SpawnedAssay, spawnedAssay, startedAssay } from '../support/assay';
import { eventually } from '../support/eventually';
import { shuffled } from '../support/shuffled';

const LABELS = ['cat', 'dog', 'other'];
const CROWD = simulate({
  seed: 11,
  labels: LABELS,
  items: 150,
  labelsPerItem: { least: 3, most: 6 },
  gold: 0.2,
  workers: [
    { behaviour: 'honest', count: 12 },
    { behaviour: 'spammer', count: 3 },
  ],
});
const EVENTS = CROWD.labels.map(({ item, worker, label }, order) => ({ id: `s${order}`, item, worker, label, order }));

/** Fits that come as often as they can, so that much of what follows happens in the middle of one. */
const HASTY = { growth: 0.01, afterLabels: 1, quietSeconds: 0 };

async function configure(client: Client, epoch: object = {}): Promise<void> {
  const questions = [{ name: 'label', labels: LABELS }];
  await client.write('PUT', '/v1/projects/crowd', { project: 'crowd', questions, policy: { epoch } });
}

async function sendAll(client: Client, events: readonly object[] = EVENTS): Promise<void> {
  for (let start = 0; start < events.length; start += 50)
    await client.writeLines('/v1/annotations/crowd', events.slice(start, start + 50));
}

const goldOf = (labelOf: (truth: string) => string) =>
  new Map([...CROWD.gold].map(([item, truth]) => [item, new Map([['label', new Set([labelOf(truth)])]])]));
const asItIs = goldOf((truth) => truth);

/** The report of a run in this process, at rest, of a project that `work` fills. */
async function reported(
  work: (client: Client) => Promise<void>,
  look?: (client: Client) => Promise<void>,
): Promise<Report> {
  const folder = dataFolder();
  const assay = await startedAssay(folder.path);
  try {
    await work(assay.client);
    const report = await reportAtRest(assay.client, 'crowd');
    await look?.(assay.client);
    return report;
  } finally {
    await assay.close();
    folder.remove();
  }
}

describe('at rest', () => {
  let withGold: Report;
  beforeAll(async () => {
    withGold = await reported(async (client) => {
      await configure(client);
      await importGold(client, 'crowd', asItIs);
      await sendAll(client);
    });
  });

  it('every decision is that of one fit over all labels, to 1e-6', async () => {
    const table = labelTable(CROWD.labels, LABELS);
    const { model } = auto(table);
    const expected = new Map(
      table.items.map((item, t) => {
        const { posterior, label, confidence } = posteriorOf(model, evidenceOf(table, t));
        return [item, { label: LABELS[label]!, posterior: posterior[label]!, confidence }];
      }),
    );
    let items = 0;
    const report = await reported(
      async (client) => {
        await configure(client, HASTY);
        await sendAll(client, shuffled(EVENTS, 3));
      },
      async (client) => {
        for await (const { item, decisions } of decidedItems(client, 'crowd')) {
          items++;
          const { label, posterior, confidence } = expected.get(item)!;
          expect([item, decisions[0]!.label]).toEqual([item, label]);
          expect(decisions[0]!.posterior).toBeCloseTo(posterior, 6);
          expect(decisions[0]!.confidence).toBeCloseTo(confidence, 6);
        }
      },
    );
    expect(items).toBe(150);
    expect(report.epoch).toBeGreaterThan(0);
    expect(report.workers).toHaveLength(15);
  });

  it('gold that was corrected afterwards is as if it had been right from the start', async () => {
    const next = (truth: string) => LABELS[(LABELS.indexOf(truth) + 1) % LABELS.length]!;
    const corrected = await reported(async (client) => {
      await configure(client, HASTY);
      await sendAll(client, EVENTS.slice(0, 300));
      await importGold(client, 'crowd', goldOf(next));
      await sendAll(client, EVENTS.slice(300));
      await reportAtRest(client, 'crowd');
      await importGold(client, 'crowd', asItIs);
      await configure(client);
    });
    expect(corrected.digest).toBe(withGold.digest);
    expect(corrected.items).toEqual(withGold.items);
    const known = ({ worker, accuracy, low, high, goldChecks, findings }: Report['workers'][number]) => ({
      ...{ worker, accuracy, low, high, goldChecks },
      findings: findings.map(({ kind }) => kind).sort(),
    });
    expect(corrected.workers.map(known)).toEqual(withGold.workers.map(known));
    expect(withGold.workers.some(({ goldChecks }) => goldChecks > 0)).toBe(true);
  });

  it('a run that was killed in the middle of fits and sweeps is as if it had not been', async () => {
    const folder = dataFolder();
    let assay: SpawnedAssay | undefined;
    try {
      assay = await spawnedAssay(folder.path);
      await configure(assay.client, HASTY);
      await importGold(assay.client, 'crowd', asItIs);
      for (const end of [150, 400, EVENTS.length]) {
        const { client } = assay;
        const epoch = async () => (await client.get<{ epoch: number }>('/v1/epochs/crowd')).epoch;
        const before = await epoch();
        const sending = sendAll(assay.client, shuffled(EVENTS.slice(0, end), end)).catch(() => undefined);
        // One epoch later the next is being fitted, and the items are being swept by the last.
        await eventually(async () => (await epoch()) > before, `an epoch after ${before}`);
        await assay.kill();
        await sending;
        assay = await spawnedAssay(folder.path);
      }
      await sendAll(assay.client);
      await configure(assay.client);
      const report = await reportAtRest(assay.client, 'crowd');
      expect(report.digest).toBe(withGold.digest);
      expect(report.accounting).toEqual(withGold.accounting);
    } finally {
      await assay?.kill();
      folder.remove();
    }
  });
});
