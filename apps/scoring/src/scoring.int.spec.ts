import { Client } from 'pg';
import { Registry } from 'prom-client';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { eventId } from '@assay/platform/transport/event-id';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type Transactions } from '@assay/platform/transport/transactions';
import { auto } from '@assay/statistics/aggregation/auto';
import { labelTable } from '@assay/statistics/aggregation/label-table';
import { modelHeader, workerRows } from '@assay/statistics/aggregation/published-model-json';
import { serviceUrl } from '@assay/platform/postgres/service-url';
import { eventually } from '../../../test/support/eventually';
import { shuffled } from '../../../test/support/shuffled';
import { type EpochState, insertEpoch } from './fit.queries';
import {
  adjudicated,
  checked,
  configured,
  gold,
  labelled,
  LABELS,
  ofAnotherPast,
  ONLY_ASKED,
  registered,
  ScoringUnderTest,
  type Shown,
  withdrawn,
  workerId,
} from './scoring.fixture';
import { type Sent } from '../../../test/support/sent-events';
import { type Relay } from '@assay/platform/transport/relay';
import { ScoringGauges } from './scoring.gauges';

let scoring: ScoringUnderTest;

beforeAll(async () => {
  scoring = await ScoringUnderTest.start();
});

afterAll(async () => {
  await scoring?.stop();
});

const RELIABILITY = 'assay.reliability.v1';

interface Row {
  item: string;
  worker: number;
  label: string;
}

/** Items by eight workers of whom the last two answer at random, drawn from a seed. Item i is `LABELS[i % 3]`. */
function aCrowd(items: number, seed: number): Row[] {
  const random = xoroshiro128plus(seed);
  const rows: Row[] = [];
  for (let i = 0; i < items; i++) {
    for (let worker = 0; worker < 8; worker++) {
      const isRight = worker < 6 && uniformInt(random, 0, 99) < 85;
      rows.push({ item: `item ${i}`, worker, label: LABELS[isRight ? i % 3 : uniformInt(random, 0, 2)]! });
    }
  }
  return rows;
}

function eventsOf(rows: readonly Row[]): Sent[] {
  return rows.map(({ item, worker, label }) => labelled(item, worker, label));
}

function tableOf(rows: readonly Row[]) {
  return labelTable(
    rows.map((row) => ({ ...row, worker: workerId(row.worker) })),
    LABELS,
  );
}

/** The epochs that a project published: number, data of what closes it, chunks. */
async function epochsOf(project: string, records: number) {
  const epochs = new Map<number, { chunks: Record<string, unknown>[]; closed?: Record<string, unknown> }>();
  for (const { headers, value } of await scoring.published(RELIABILITY, project, records)) {
    const data = JSON.parse(value!.toString()) as { epoch: number };
    const epoch = epochs.get(data.epoch) ?? { chunks: [] };
    epochs.set(data.epoch, epoch);
    if (headers['ce_type'] === 'assay.reliability.epoch.v1') epoch.closed = { ...data };
    else epoch.chunks.push({ ...data });
  }
  return epochs;
}

const crowd = aCrowd(60, 5);

describe('an epoch', () => {
  it('comes when labels reach what the policy says, at first and then by growth', async () => {
    const policy = { epoch: { afterLabels: 40, growth: 0.5, quietSeconds: 86_400 } };
    await scoring.send('due', [configured({ policy }), ...eventsOf(crowd.slice(0, 39))]);
    await scoring.read('due');
    expect(await scoring.isDue('due')).toBe(false);
    await scoring.send('due', eventsOf(crowd.slice(39, 160)));
    const first = await scoring.epochThat('due', ({ epoch, isOutdated }) => epoch > 0 && !isOutdated);
    expect(first).toMatchObject({ isSettling: false, labels: 160 });

    await scoring.send('due', eventsOf(crowd.slice(160, 239)));
    await scoring.read('due');
    expect(await scoring.isDue('due')).toBe(false);
    await scoring.send('due', eventsOf(crowd.slice(239, 240)));
    const next = await scoring.epochThat('due', ({ epoch }) => epoch > first.epoch);
    expect(next).toMatchObject({ epoch: first.epoch + 1, labels: 240 });
  });

  it.each([
    ['a label', labelled('item 0', 0, 'a')],
    ['a gold item', gold('item 1', 1, 'b')],
    ["an expert's decision", adjudicated('item 1', 'b')],
    ['a change of the policy', configured({ revision: 2, policy: { repeats: 'keep-last' } })],
  ])('comes after %s once the stream has been quiet', async (what, event) => {
    const project = `quiet-${what.replace(/\W+/g, '-').toLowerCase()}`;
    const epoch = { ...ONLY_ASKED, quietSeconds: 0.2 };
    const { epoch: before } = await scoring.settle(project, configured(), labelled('item 1', 1, 'b'));
    await scoring.send(project, [event]);
    await scoring.read(project);
    expect(await scoring.isDue(project)).toBe(false);
    await scoring.send(project, [configured({ revision: 3, policy: { epoch } })]);
    expect(await scoring.epochThat(project, (one) => one.epoch > before && !one.isOutdated)).toBeDefined();
  });

  it('is given no number that the log has of a past which no database knows', async () => {
    const { epoch } = await scoring.settle('lost-past', configured(), ...eventsOf(crowd.slice(0, 40)));
    await scoring.apply('lost-past', ofAnotherPast(epoch + 2));
    const outdone = await scoring.epochThat('lost-past', (one) => one.epoch > epoch && !one.isOutdated);
    expect(outdone.epoch).toBe(epoch + 3);
    // The number that it gave last was given before, to something else.
    await scoring.apply('lost-past', ofAnotherPast(outdone.epoch));
    const next = await scoring.epochThat('lost-past', (one) => one.epoch > outdone.epoch && !one.isOutdated);
    expect(next.epoch).toBe(outdone.epoch + 1);
    // Those of before, and what it says itself, are old news.
    await scoring.apply('lost-past', ofAnotherPast(epoch + 2));
    expect(await scoring.isDue('lost-past')).toBe(false);
  });

  it('is the fit of the labels, cell by cell, with the offsets that it covers', async () => {
    const state = await scoring.settle('model', configured(), ...eventsOf(crowd));
    const table = tableOf(crowd);
    const { model } = auto(table);
    const { chunks, closed } = (await epochsOf('model', state.epoch * 2)).get(state.epoch)!;
    expect(chunks).toHaveLength(1);
    expect(chunks[0]).toMatchObject({
      model: JSON.parse(JSON.stringify(modelHeader(model))),
      workers: workerRows(model),
    });
    expect(closed).toMatchObject({
      isSettling: true,
      covers: state.covers,
      questions: [{ question: 'label', chunks: 1, labels: 480, items: 60, workers: 8 }],
    });
    const topic = 'assay.annotation.events.v1';
    const ends = (await scoring.running.log.offsets(topic)).map(({ end }, partition) => ({ topic, partition, end }));
    for (const { partition, end } of ends.filter((one) => one.end > 0)) {
      const covered = state.covers.find((one) => one.partition === partition);
      expect(covered).toEqual({ topic, partition, offset: end });
    }
  });

  it('is the same to the byte, shuffled, doubled and over many fits', async () => {
    const { epoch } = await scoring.settle('once', configured(), gold('item 3', 1, 'a'), ...eventsOf(crowd));
    const events = shuffled([...eventsOf(crowd), ...eventsOf(crowd), gold('item 3', 1, 'a')], 7);
    await scoring.settle('shuffled', ...events.slice(0, 300), configured());
    const shuffledState = await scoring.settle('shuffled', ...events.slice(300));
    const [one, other] = [await epochsOf('once', epoch * 2), await epochsOf('shuffled', shuffledState.epoch * 2)];
    const bytes = (chunks: Record<string, unknown>[]) =>
      JSON.stringify(chunks.map(({ model, workers }) => ({ model, workers })));
    expect(bytes(other.get(shuffledState.epoch)!.chunks)).toBe(bytes(one.get(epoch)!.chunks));
    expect(await scoring.digest('shuffled')).toBe(await scoring.digest('once'));
  });

  it('leaves withdrawn items out', async () => {
    await scoring.settle('kept', configured(), ...eventsOf(crowd.filter(({ item }) => item !== 'item 7')));
    await scoring.settle('withdrawn', configured(), ...eventsOf(crowd));
    expect(await scoring.digest('withdrawn')).not.toBe(await scoring.digest('kept'));
    await scoring.settle('withdrawn', withdrawn('item 7'));
    expect(await scoring.digest('withdrawn')).toBe(await scoring.digest('kept'));
  });

  it('takes known labels for true: of experts before gold, and a correction as if it had been right from the start', async () => {
    const wrong = [gold('item 0', 1, 'b'), gold('item 1', 1, 'b', 'c'), gold('item 2', 1, 'a')];
    await scoring.settle('corrected', configured(), ...wrong, ...eventsOf(crowd), adjudicated('item 2', 'c', 2));
    const before = await scoring.digest('corrected');
    await scoring.settle('corrected', gold('item 0', 2, 'a'), gold('item 0', 1, 'b'));
    // What is older is old news, also where it comes later.
    await scoring.settle('corrected', gold('item 0', 1, 'b'), adjudicated('item 2', 'b', 1));
    const right = [gold('item 0', 1, 'a'), gold('item 1', 1, 'b', 'c'), gold('item 2', 1, 'b')];
    await scoring.settle('right', configured(), adjudicated('item 2', 'c'), ...right, ...eventsOf(crowd));
    expect(await scoring.digest('corrected')).toBe(await scoring.digest('right'));
    expect(await scoring.digest('corrected')).not.toBe(before);
  });

  it('takes nothing for true of gold that was retired, nor where an expert found no answer', async () => {
    await scoring.settle('never-gold', configured(), ...eventsOf(crowd));
    await scoring.settle('gold-once', configured(), gold('item 0', 1, 'b'), ...eventsOf(crowd));
    expect(await scoring.digest('gold-once')).not.toBe(await scoring.digest('never-gold'));
    // A label that the question is still to learn is none yet.
    await scoring.settle('gold-once', gold('item 1', 1, 'z'));
    await scoring.settle('gold-once', gold('item 0', 2), adjudicated('item 0', 'b', 1, 'unresolvable'));
    expect(await scoring.digest('gold-once')).toBe(await scoring.digest('never-gold'));
  });

  it('is published once by two instances that are asked at the same moment, and says the same', async () => {
    await scoring.settle('single', configured(), ...eventsOf(crowd));
    const other = await scoring.another();
    await scoring.send('shared', [configured(), ...shuffled(eventsOf(crowd), 3)]);
    await scoring.read('shared');
    for (let asked = 0; asked < 3; asked++)
      await Promise.all([scoring.ask('shared'), scoring.ask('shared', other.url)]);
    const { epoch } = await scoring.epochThat('shared', ({ requested, epoch }) => requested === 0 && epoch > 0);
    await other.stop();
    const epochs = await epochsOf('shared', epoch * 2);
    expect([...epochs.keys()]).toEqual(Array.from({ length: epoch }, (_, i) => i + 1));
    for (const { chunks, closed } of epochs.values())
      expect([chunks.length, closed?.epoch]).toEqual([1, expect.any(Number)]);
    expect(await scoring.digest('shared')).toBe(await scoring.digest('single'));
  });

  it('has one writer: who comes second with the same number publishes nothing', async () => {
    const sql = async <Row>(statement: string, parameters: readonly unknown[] = []) =>
      (await scoring.database.query(statement, [...parameters])).rows as Row[];
    const epoch = {
      ...{
        project: 'twice',
        epoch: 1,
        event: eventId('twice'),
        isSettling: false,
        schemaVersion: 1,
        policyRevision: 1,
      },
      ...{ changes: 1, labels: 1, covers: [], seconds: 1 },
    };
    expect([await insertEpoch({ sql }, epoch), await insertEpoch({ sql }, epoch)]).toEqual([true, false]);
  });

  it('settles where that was asked for by a request which commits while another is answered', async () => {
    await scoring.apply('late-request', configured(), ...eventsOf(crowd));
    const [late, blocker] = await Promise.all([aClient(), aClient()]);
    await late.query('begin');
    await late.query(
      `insert into epoch_request (project, is_settling, requested_at) values ('late-request', true, now())`,
    );
    await blocker.query('begin');
    await blocker.query('lock table epoch in share mode');
    await scoring.post('/v1/epochs/late-request', {});
    await areWaiting(1);
    await late.query('commit');
    await blocker.query('commit');
    await Promise.all([late.end(), blocker.end()]);
    const { epoch } = await scoring.epochThat('late-request', ({ requested, epoch }) => requested === 0 && epoch > 0);
    const epochs = await epochsOf('late-request', epoch * 2);
    expect([...epochs.values()].map(({ closed }) => closed?.isSettling)).toEqual([false, true]);
  });

  it('comes after all where the connection of its fit or of its publishing is lost', async () => {
    const digest = await scoring.digest('single');
    await scoring.send('killed', [configured(), ...eventsOf(crowd)]);
    await scoring.read('killed');
    // In the middle of a fit: whoever holds the project's lock. One that was too fast is asked for again.
    const holder = `select a.pid from pg_stat_activity a join pg_locks l using (pid)
      where a.datname = current_database() and l.locktype = 'advisory' and l.granted
        and l.database = (select oid from pg_database where datname = current_database())
        and ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended('assay fit killed', 0)`;
    await eventually(async () => {
      const { requested } = await scoring.get<EpochState>('/v1/epochs/killed');
      if (requested === 0) await scoring.ask('killed');
      return isKilled(holder);
    }, 'a fit to be killed');
    await scoring.epochThat('killed', ({ requested, epoch }) => requested === 0 && epoch > 0);

    // In the middle of publishing: the epoch's row is written, the reliabilities wait for a lock.
    const blocker = await aClient();
    await blocker.query('begin');
    await blocker.query('lock table reliability in share mode');
    await scoring.ask('killed');
    const publisher = `select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like 'delete from reliability%'`;
    await eventually(() => isKilled(publisher), 'a publishing transaction to be killed');
    await blocker.end();
    const { epoch } = await scoring.epochThat('killed', ({ requested }) => requested === 0);
    const epochs = await epochsOf('killed', epoch * 2);
    expect([...epochs.keys()]).toEqual(Array.from({ length: epoch }, (_, i) => i + 1));
    expect(await scoring.digest('killed')).toBe(digest);
  });
});

/** One more connection to scoring's database. */
async function aClient(): Promise<Client> {
  const client = new Client(serviceUrl(scoring.running.adminUrl, 'scoring'));
  await client.connect();
  await client.query('set idle_in_transaction_session_timeout = 0');
  return client;
}

/** Waits until so many transactions wait for a lock of a table or a row. */
async function areWaiting(count: number): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    and wait_event <> 'advisory'`;
  await eventually(
    async () => (await scoring.database.query(waiting)).rows.length === count,
    `${count} to wait for a lock`,
  );
}

/** Ends the backend that a query finds, where there is one. */
async function isKilled(query: string): Promise<boolean> {
  const found = `select pg_terminate_backend(pid) as ended from (${query}) found`;
  return (await scoring.database.query<{ ended: boolean }>(found)).rows.some(({ ended }) => ended);
}

const wrongs = (worker: number, count: number) =>
  Array.from({ length: count }, (_, i) => checked(`item ${i}`, worker, false, i));

describe('a worker', () => {
  it('is shown with the accuracy on gold, the confusion counts, and the name that the tool gives', async () => {
    const known = Array.from({ length: 20 }, (_, i) => gold(`item ${i}`, 1, LABELS[i % 3]!));
    await scoring.settle('shown', configured(), registered(0), ...known, ...eventsOf(crowd));
    const right = crowd.filter(({ item, worker, label }) => {
      const i = Number(item.slice(5));
      return worker === 0 && i < 20 && label === LABELS[i % 3];
    }).length;
    const shown = await scoring.worker('shown', 0);
    // The mean of the Beta posterior from Jeffreys' prior.
    expect(shown).toMatchObject({
      ...{ worker: workerId(0), source: 'tool', externalId: 'w0', tier: 'standard' },
      questions: [{ question: 'label', labels: 60, goldChecks: 20, accuracy: expect.closeTo((right + 0.5) / 21, 9) }],
      confusion: [{ question: 'label', labels: LABELS }],
    });
    const [{ low, high, accuracy }] = shown.questions as [(typeof shown.questions)[0]];
    expect(low < accuracy && accuracy < high).toBe(true);
    const counts = (shown as unknown as { confusion: { counts: number[] }[] }).confusion[0]!.counts;
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(60, 6);

    // The worker itself learns less: nothing that gold moves by little, and nothing of gold.
    const key = await scoring.keyOf({ role: 'worker', worker: workerId(0), projects: ['shown'] });
    const rough = Math.round(accuracy * 20) / 20;
    expect(await scoring.get('/v1/workers/me', key)).toEqual({
      worker: workerId(0),
      projects: [
        {
          project: 'shown',
          tier: 'standard',
          questions: [{ question: 'label', labels: 60, accuracy: rough }],
          findings: [],
        },
      ],
    });
  });

  it('who answers at random is found by a fit, and cleared when the labels are gone', async () => {
    await scoring.settle('found', configured(), ...eventsOf(crowd));
    for (const worker of [6, 7])
      expect((await scoring.worker('found', worker)).findings.map(({ kind }) => kind)).toContain('belowPool');
    expect((await scoring.worker('found', 0)).findings).toEqual([]);
    const [{ evidence }] = (await scoring.worker('found', 6)).findings as [Shown['findings'][0]];
    // Without times and places items stand by their names; the last fifty of sixty are named.
    const items = crowd.filter(({ worker }) => worker === 6).map(({ item }) => item).sort(); // prettier-ignore
    const labelOf = (item: string) => crowd.find((row) => row.worker === 6 && row.item === item)!.label;
    const last = items.slice(-50).map((item) => eventId('labelled', item, 6, labelOf(item), 0));
    expect(evidence['ids']).toEqual(last);
    const gone = Array.from({ length: 56 }, (_, i) => withdrawn(`item ${i}`));
    await scoring.settle('found', ...gone);
    expect((await scoring.worker('found', 6)).findings).toEqual([]);
    const told = await scoring.published('assay.public.findings.v1', 'found', 4);
    expect(told.map(({ value }) => Object.keys(JSON.parse(value!.toString()) as object).sort())).toContainEqual(
      ['finding', 'isRaised', 'kind', 'project', 'version', 'worker'].sort(),
    );
  });
});

describe('a worker below the gold target', () => {
  it('stays so when a fit finds something else about the worker', async () => {
    await scoring.settle('both', configured(), ...eventsOf(crowd), ...wrongs(6, 20));
    const kinds = (await scoring.worker('both', 6)).findings.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['belowGold', 'belowPool']));
  });
});

describe('metrics', () => {
  it('count workers by tier and findings by kind, name the epochs of projects, and time the fits', async () => {
    await scoring.settle('metrics', configured(), ...eventsOf(crowd), ...wrongs(5, 10));
    await scoring.settle('metrics', ...eventsOf(aCrowd(80, 6)).slice(480));
    const { rows } = await scoring.database.query<{ epoch: number }>(
      `select max(epoch) as epoch from epoch where project = 'metrics'`,
    );
    const registry = new Registry();
    const sql = async <Row>(statement: string, parameters: readonly unknown[] = []) =>
      (await scoring.database.query(statement, [...parameters])).rows as Row[];
    const run = (work: (tx: Transaction) => Promise<void>) => work({ sql } as Transaction);
    await new ScoringGauges(registry, { run } as unknown as Transactions, { isLeading: false } as Relay).read();
    const text = (await registry.metrics()) + (await scoring.running.service.registry.metrics());
    expect(text).toContain(`assay_scoring_epoch{project="metrics"} ${rows[0]!.epoch}`);
    expect(text).toMatch(/assay_scoring_workers\{tier="suspended"\} [1-9]/);
    expect(text).toMatch(/assay_scoring_findings_total\{.*kind="belowGold".*\} [1-9]/);
    expect(text).toMatch(/assay_scoring_epoch_duration_seconds_count.* [1-9]/);
    expect(Number(/assay_scoring_drift_from_batch.* ([\d.e-]+)$/m.exec(text)![1])).toBeGreaterThan(0);
  });
});

describe('gold checks', () => {
  it('suspend a worker below the target at once, and stand up again when they are void or corrected', async () => {
    await scoring.apply('gold', configured(), ...wrongs(1, 20));
    const [finding] = await standing('gold');
    // Wald: every wrong answer adds log(.3/.1); log(.9/.005) = 5.19 is passed by the fifth.
    expect(finding).toMatchObject({
      ...{ kind: 'belowGold', worker: workerId(1), epoch: 0, policyRevision: 1 },
      ...{ statistic: expect.closeTo(5 * Math.log(3), 9), threshold: expect.closeTo(Math.log(180), 9) },
      evidence: { checks: 20, right: 0, looked: 5, ids: expect.any(Array) },
    });
    // The five checks that the test looked at, in their order.
    const first = Array.from({ length: 5 }, (_, i) => eventId('check', 'gold', `item ${i}`, workerId(1)));
    expect(finding!.evidence['ids']).toEqual(first);
    const voided = Array.from({ length: 16 }, (_, i) => checked(`item ${i}`, 1, undefined, i, 2));
    await scoring.apply('gold', ...shuffled(voided, 1), ...wrongs(1, 3));
    expect(await standing('gold')).toEqual([]);
    // What is older is old news, also where it comes later.
    await scoring.apply('gold', ...wrongs(1, 20));
    expect(await standing('gold')).toEqual([]);
    const events = await scoring.published('assay.standing.events.v1', 'gold', 4);
    expect(new Set(events.map(({ headers }) => headers['ce_type']))).toEqual(
      new Set(['assay.finding.raised.v1', 'assay.tier.changed.v1', 'assay.finding.cleared.v1']),
    );
  });

  it('end in one standing, whatever the order in which they come', async () => {
    const checks = Array.from({ length: 60 }, (_, i) =>
      checked(`item ${i}`, i % 3, i % 3 === 0 ? i % 9 !== 0 : i % 4 !== 0, i),
    );
    await scoring.apply('ordered', configured(), ...checks);
    for (const seed of [1, 2]) {
      await scoring.apply(`mixed-${seed}`, ...shuffled([...checks, ...checks.slice(0, 30)], seed), configured());
      expect(await scoring.digest(`mixed-${seed}`)).toBe(await scoring.digest('ordered'));
      expect((await standing(`mixed-${seed}`)).map(said)).toEqual((await standing('ordered')).map(said));
    }
  });

  it('are tested in the order of their times, and within one time of their places', async () => {
    const [day, next] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
    const many = (from: number, isRight: boolean, place: (i: number) => number, at: string) =>
      Array.from({ length: 20 }, (_, i) => checked(`item ${from + i}`, 1, isRight, place(from + i), 1, at));
    await scoring.apply('times', configured(), ...many(0, true, () => 9, day), ...many(20, false, () => 1, next));
    await scoring.apply(
      'places',
      configured(),
      ...many(0, false, (i) => i + 20, day),
      ...many(20, true, (i) => i - 20, day),
    );
    expect([await tierOf('times', 1), await tierOf('places', 1)]).toEqual(['trusted', 'trusted']);
  });

  it('prove a worker, who is trusted then; a changed policy tests everybody again', async () => {
    const rights = Array.from({ length: 30 }, (_, i) => checked(`item ${i}`, 2, i % 10 !== 9, i));
    await scoring.apply('proven', configured(), ...rights, ...wrongs(3, 20));
    expect(await tierOf('proven', 2)).toBe('trusted');
    expect(await tierOf('proven', 3)).toBe('suspended');
    const strict = { gold: { target: 0.99, reject: 0.95, rate: 0.1 } };
    await scoring.apply('proven', configured({ revision: 2, policy: strict }));
    expect(await tierOf('proven', 2)).toBe('standard');
  });
});

describe('an appeal', () => {
  it('stays on record where new evidence comes at the same moment', async () => {
    await scoring.apply('appeal-race', configured(), ...wrongs(1, 6));
    const [finding] = await standing('appeal-race');
    // The evidence is read when the finding was, and written after the appeal.
    const blocker = await aClient();
    await blocker.query('begin');
    await blocker.query('lock table finding in share mode');
    await scoring.send('appeal-race', wrongs(1, 7));
    await areWaiting(1);
    const appeal = scoring.post(`/v1/findings/${finding!.finding}/appeal`, { grounds: 'the gold is wrong' });
    await areWaiting(2);
    await blocker.query('commit');
    await blocker.end();
    expect(await appeal).toMatchObject({ status: 'open' });
    await scoring.read('appeal-race');
    expect(await standing('appeal-race')).toMatchObject([{ evidence: { checks: 7 }, appeal: 'open' }]);
  });

  it('stays open where more evidence comes, which makes no other finding', async () => {
    const counted = async () => {
      const { values } = await scoring.running.service.registry.getSingleMetric('assay_scoring_findings_total')!.get();
      return values.reduce((sum, { value }) => sum + value, 0);
    };
    await scoring.apply('appeal-more', configured(), ...wrongs(1, 6));
    const [finding] = await standing('appeal-more');
    await scoring.post(`/v1/findings/${finding!.finding}/appeal`, { grounds: 'the gold is wrong' });
    const before = await counted();
    await scoring.apply('appeal-more', ...wrongs(1, 7));
    expect(await standing('appeal-more')).toMatchObject([{ evidence: { checks: 7 }, appeal: 'open' }]);
    expect(await counted()).toBe(before);
  });

  it('that is won clears the finding, until the worker has done as much again', async () => {
    await scoring.apply('appeal', configured(), ...wrongs(1, 6));
    const [finding] = await standing('appeal');
    const path = `/v1/findings/${finding!.finding}/appeal`;
    const worker = await scoring.keyOf({ role: 'worker', worker: workerId(1), projects: ['appeal'] });
    const stranger = await scoring.keyOf({ role: 'worker', worker: workerId(2), projects: ['appeal'] });
    await expect(scoring.post(path, { grounds: 'I see' }, stranger)).rejects.toThrow('404');
    const otherLead = await scoring.keyOf({ role: 'lead', projects: ['elsewhere'] });
    await expect(scoring.post(path, { grounds: 'I see' }, otherLead)).rejects.toThrow('404');
    expect(await scoring.post(path, { grounds: 'the gold is wrong' }, worker)).toMatchObject({ status: 'open' });
    await expect(scoring.post(path, { grounds: 'again' }, worker)).rejects.toThrow('409');
    expect(await tierOf('appeal', 1)).toBe('suspended');
    expect(await scoring.post(`${path}/decision`, { won: true })).toMatchObject({ status: 'won' });
    expect(await standing('appeal')).toEqual([]);
    expect(await tierOf('appeal', 1)).toBe('standard');
    const own = await scoring.get<object>('/v1/workers/me', worker);
    expect(own).toEqual({
      worker: workerId(1),
      projects: [{ project: 'appeal', tier: 'standard', questions: [], findings: [] }],
    });
    expect(JSON.stringify(own)).not.toMatch(/gold|item/i);
    await expect(scoring.post(path, { grounds: 'it was cleared' }, worker)).rejects.toThrow('409');
    const told = await scoring.published('assay.standing.events.v1', 'appeal', 4);
    const cleared = told.filter(({ headers }) => headers['ce_type'] === 'assay.finding.cleared.v1');
    expect(cleared.map(({ value }) => JSON.parse(value!.toString()) as object)).toMatchObject([
      { finding: finding!.finding, version: 2, clearedBy: 'appeal' },
    ]);
    expect(await audited(finding!.finding)).toEqual(['finding.appeal', 'finding.appeal-won']);

    await scoring.apply('appeal', ...wrongs(1, 11));
    expect(await standing('appeal')).toEqual([]);
    await scoring.apply('appeal', ...wrongs(1, 12));
    expect(await tierOf('appeal', 1)).toBe('suspended');
  });

  it('that is won after the evidence has gone clears nothing twice', async () => {
    await scoring.apply('gone', configured(), ...wrongs(1, 6));
    const [finding] = await standing('gone');
    await scoring.post(`/v1/findings/${finding!.finding}/appeal`, { grounds: 'the gold is wrong' });
    await scoring.apply('gone', ...Array.from({ length: 6 }, (_, i) => checked(`item ${i}`, 1, undefined, i, 2)));
    await scoring.post(`/v1/findings/${finding!.finding}/appeal/decision`, { won: true });
    const { rows } = await scoring.database.query('select version, is_raised, appeal from finding where finding = $1', [
      finding!.finding,
    ]);
    expect(rows).toMatchObject([{ version: 2, is_raised: false, appeal: { status: 'won' } }]);
  });

  it('that is lost leaves it', async () => {
    await scoring.apply('lost', configured(), ...wrongs(1, 6));
    const [finding] = await standing('lost');
    const path = `/v1/findings/${finding!.finding}/appeal`;
    await expect(scoring.post(`${path}/decision`, { won: true })).rejects.toThrow('409');
    await scoring.post(path, { grounds: 'no' });
    expect(await scoring.post(`${path}/decision`, { won: false })).toMatchObject({ status: 'lost' });
    await expect(scoring.post(`${path}/decision`, { won: true })).rejects.toThrow('409');
    expect(await tierOf('lost', 1)).toBe('suspended');
    expect(await audited(finding!.finding)).toEqual(['finding.appeal', 'finding.appeal-lost']);
  });
});

/** What the audit says of a finding. */
async function audited(finding: string): Promise<string[]> {
  const { rows } = await scoring.database.query<{ action: string }>(
    'select action from audit where subject = $1 order by id',
    [finding],
  );
  return rows.map(({ action }) => action);
}

interface Standing {
  finding: string;
  worker: string;
  question: string;
  kind: string;
  statistic: number;
  evidence: Record<string, unknown>;
}

async function standing(project: string): Promise<Standing[]> {
  return (await scoring.get<{ findings: Standing[] }>(`/v1/findings/${project}?raised=true`)).findings;
}

/** What a finding says, whatever the project. */
function said({ worker, question, kind, statistic, evidence: { ids: _, ...evidence } }: Standing) {
  return { worker, question, kind, statistic, evidence };
}

async function tierOf(project: string, worker: number): Promise<string> {
  return (await scoring.worker(project, worker)).tier;
}
