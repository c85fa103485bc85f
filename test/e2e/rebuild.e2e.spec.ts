import { ANNOTATION_EVENTS } from '../../libs/contracts/src/topics';
import { simulate } from '../../libs/statistics/src/simulation/simulate';
import { type Client } from '../../apps/assay/src/client';
import { isBalanced, type Report } from '../../apps/assay/src/report';
import { dataFolder, reportAtRest, startedAssay } from '../support/assay';
import { commandLine } from '../support/command-line';
import { eventually } from '../support/eventually';
import { forgetting, type ForgettingLog } from '../support/forgetting-event-log';

const LABELS = ['cat', 'dog', 'other'];
const CROWD = simulate({
  ...{ seed: 11, labels: LABELS, items: 60, labelsPerItem: { least: 3, most: 5 }, repeats: 0 },
  workers: [{ behaviour: 'honest', count: 10 }],
});
const EVENTS = CROWD.labels.map(({ item, worker, label }, order) => ({ id: `s${order}`, item, worker, label, order }));
const EARLY = EVENTS.slice(0, 120);
const LATE = EVENTS.slice(120);
/** Services that read annotations. */
const READERS = ['consensus', 'gold', 'scoring', 'assignment'];

const configure = (client: Client) =>
  client.write('PUT', '/v1/projects/crowd', { project: 'crowd', questions: [{ name: 'label', labels: LABELS }] });

async function send(client: Client, events: readonly object[], size: number): Promise<void> {
  for (let start = 0; start < events.length; start += size)
    await client.writeLines('/v1/annotations/crowd', events.slice(start, start + size));
}

interface Place {
  service: string;
  topic: string;
  partition: number;
  position: number | null;
  state: string;
}

/** An Assay on a log that forgets. */
class Forgetful {
  private readonly data = dataFolder();
  private constructor() {}
  log!: ForgettingLog;
  running!: Awaited<ReturnType<typeof startedAssay>>;

  static async start(): Promise<Forgetful> {
    const one = new Forgetful();
    one.running = await startedAssay(one.data.path, { wrapLog: (log) => (one.log = forgetting(log)) });
    await configure(one.client);
    return one;
  }

  get client(): Client {
    return this.running.client;
  }

  run(...args: string[]) {
    return commandLine(this.data.path, 'admin', ...args);
  }

  async stopped(): Promise<Place[]> {
    const { out } = await this.run('offsets', '-o', 'json');
    return (JSON.parse(out) as Place[]).filter(({ state }) => state !== 'reading');
  }

  async close(): Promise<void> {
    await this.running?.close();
    this.data.remove();
  }
}

describe('rebuild', () => {
  let early: Report;
  let all: Report;
  let assay: Forgetful;

  beforeAll(async () => {
    const folder = dataFolder();
    const clean = await startedAssay(folder.path);
    await configure(clean.client);
    await send(clean.client, EARLY, 50);
    early = await reportAtRest(clean.client, 'crowd');
    await send(clean.client, LATE, 50);
    all = await reportAtRest(clean.client, 'crowd');
    await clean.close();
    folder.remove();
    expect(all.digest).not.toBe(early.digest);
    assay = await Forgetful.start();
  });

  afterAll(() => assay?.close());

  it('while labels arrive ends where a clean run ends, with everything accounted for', async () => {
    let isSending = true;
    const sending = send(assay.client, EARLY, 4).finally(() => (isSending = false));
    let duringIntake = 0;
    while (isSending) {
      const { id } = await assay.client.write<{ id: string }>('POST', '/v1/ops/ingestion/rebuild', {});
      const find = () => assay.client.get<{ stage: string }>(`/v1/ops/ingestion/rebuild/${id}`);
      await eventually(async () => (await find()).stage === 'finished', 'the rebuild');
      duringIntake++;
    }
    await sending;
    expect(duringIntake).toBeGreaterThan(0);
    const report = await reportAtRest(assay.client, 'crowd');
    expect({ digest: report.digest, accounting: report.accounting, annotations: report.annotations }).toEqual({
      ...{ digest: early.digest, accounting: early.accounting, annotations: early.annotations },
    });
    expect(isBalanced(report)).toBe(true);
    expect(await assay.run('audit', 'verify')).toMatchObject({ code: 0 });
  });

  it('mends what was gone from the log before it was read, after positions were put elsewhere', async () => {
    const { client, log } = assay;
    const before = await log.offsets(ANNOTATION_EVENTS.name);
    log.hold(ANNOTATION_EVENTS.name);
    await send(client, LATE, 50);
    const published = async () => {
      const ends = await log.offsets(ANNOTATION_EVENTS.name);
      const grown = ends.reduce((sum, { end }, partition) => sum + end - before[partition]!.end, 0);
      return grown === LATE.length ? ends : undefined;
    };
    const ends = await eventually(published, 'the late labels in the log');
    // Of every second partition all is gone, of the others all but the newest record; who has read nothing yet begins where the log does.
    const firsts = ends.map(({ end }, lane) => (before[lane]!.end === 0 ? 0 : lane % 2 === 0 ? end : end - 1));
    log.forget(ANNOTATION_EVENTS.name, firsts);
    log.release();
    const lossy = firsts.filter((first, lane) => first > before[lane]!.end).length;
    expect(lossy).toBeGreaterThan(4);
    const stopped = await assay.stopped();
    expect(stopped).toHaveLength(lossy * READERS.length);
    expect(stopped.every(({ state, topic }) => state === 'lost' && topic === ANNOTATION_EVENTS.name)).toBe(true);
    const listed = await assay.run('offsets', '--service', 'consensus');
    expect(listed).toMatchObject({ code: 6, said: expect.stringContaining('consensus is stopped at') });
    expect(listed.out).toMatch(/^service +topic +partition +position +first +end +lag +oldest \(s\) +state\n/);
    await eventually(async () => {
      const metrics = await (await fetch(`${assay.running.metricsUrl}/metrics`)).text();
      return /^assay_consumer_lost_records_total\{service="consensus"\} [1-9]/m.test(metrics);
    }, 'the metric of lost records');

    const place = (one: Place) => ['--service', one.service, '--topic', one.topic, '--partition', `${one.partition}`];
    const dry = await assay.run('offsets', 'reset', ...place(stopped[0]!), '--to', 'earliest', '--dry-run');
    expect(dry).toMatchObject({ code: 0, said: 'nothing was changed\n' });
    expect(await assay.stopped()).toHaveLength(stopped.length);
    await Promise.all(
      stopped.map(({ service, topic, partition }) =>
        client.write('POST', `/v1/ops/${service}/offsets/reset`, { topic, partition, to: 'earliest' }),
      ),
    );
    expect(await assay.stopped()).toEqual([]);
    const missing = await reportAtRest(client, 'crowd');
    expect(missing.digest).not.toBe(all.digest);

    expect(await assay.run('rebuild')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+ events published again\n$/),
    });
    const report = await reportAtRest(client, 'crowd');
    expect({ digest: report.digest, accounting: report.accounting }).toEqual({
      ...{ digest: all.digest, accounting: all.accounting },
    });
    expect(await assay.run('audit', 'verify')).toMatchObject({ code: 0 });
  });
});
