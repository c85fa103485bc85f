import fc from 'fast-check';
import { rowKey } from '@assay/platform/copies/annotated-item';
import { type LanesTransaction } from '@assay/platform/transport/transaction';
import { CheckService } from './check.service';
import { goldByKey, goldCounts, markChecked, markToCheck, poolOf, restOf, saveGold } from './gold-item.queries';
import { eventually } from '../../../test/support/eventually';
import { configured, GoldUnderTest, issued, labelled, retracted, type Row, withdrawn } from './gold.fixture';
import { type Sent } from '../../../test/support/sent-events';
import { type GoldMetrics } from './gold.metrics';

let gold: GoldUnderTest;

beforeAll(async () => {
  gold = await GoldUnderTest.start();
});

afterAll(async () => {
  await gold?.stop();
});

const tx = {
  sql: async <R>(text: string, values?: unknown[]) => (await gold.database.query(text, values)).rows as R[],
};

/** Checks so far by what came of them. */
async function counted(): Promise<Record<string, number>> {
  const { values } = await gold.running.service.registry.getSingleMetric('assay_gold_checks_total')!.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels['outcome'], value]));
}

const shuffled = <T>(values: readonly T[], seed: number): T[] =>
  fc.sample(fc.shuffledSubarray([...values], { minLength: values.length, maxLength: values.length }), {
    seed,
    numRuns: 1,
  })[0]!;

describe('a gold item', () => {
  it('has every annotation on it checked, also those from before', async () => {
    await gold.send('both', [configured(), labelled('one', 1, 'a'), labelled('one', 2, 'b'), labelled('two', 1, 'a')]);
    expect(await gold.import('both', { item: 'one', label: 'a', question: 'label' })).toEqual({
      status: 200,
      outcomes: [{ item: 'one', status: 'activated', revision: 1 }],
    });
    await gold.sendAndRest('both', labelled('one', 3, 'c'), labelled('two', 2, 'b'));
    expect(await gold.checks('both')).toEqual(['one label w1 right', 'one label w2 wrong', 'one label w3 wrong']);
  });

  it('accepts each of its labels, and is checked on the questions that are known alone', async () => {
    await gold.send('several', [
      configured(),
      labelled('one', 1, 'a', { tone: 'low' }),
      labelled('one', 2, 'b', { tone: 'high' }),
    ]);
    await gold.import(
      'several',
      { item: 'one', question: 'label', label: 'a' },
      { item: 'one', question: 'label', label: 'b' },
    );
    expect(await gold.checks('several')).toEqual(['one label w1 right', 'one label w2 right']);
    await gold.import('several', { item: 'one', question: 'tone', labels: ['high'] });
    expect(await gold.checks('several')).toEqual([
      'one label w1 right',
      'one label w2 right',
      'one tone w1 wrong',
      'one tone w2 right',
    ]);
  });

  it('that is corrected has its checks made anew, and is what it would be had it been right from the start', async () => {
    const labels = [labelled('one', 1, 'a'), labelled('one', 2, 'b'), labelled('one', 3, 'b')];
    await gold.send('corrected', [configured(), ...labels]);
    await gold.import('corrected', { item: 'one', question: 'label', label: 'a' });
    const outcome = await gold.import('corrected', { item: 'one', question: 'label', label: 'b' });
    expect(outcome.outcomes).toEqual([{ item: 'one', status: 'corrected', revision: 2 }]);
    expect(await gold.checks('corrected')).toEqual(['one label w1 wrong', 'one label w2 right', 'one label w3 right']);

    await gold.send('right', [configured()]);
    await gold.import('right', { item: 'one', question: 'label', label: 'b' });
    await gold.sendAndRest('right', ...labels);
    expect(await gold.digest('corrected')).toBe(await gold.digest('right'));

    const told = await gold.published('assay.gold.checks.v1', 'corrected', 6);
    expect(told.map(({ type, data }) => `${type} ${data['version']}`).sort()).toEqual([
      ...Array.from({ length: 3 }, () => 'checked 1'),
      ...Array.from({ length: 3 }, () => 'checked 2'),
    ]);
    const items = await gold.published('assay.gold.items.v1', 'corrected', 2);
    expect(items.map(({ type }) => type)).toEqual(['activated', 'corrected']);
    // The pool says where gold is, never what it is.
    const pool = await gold.published('assay.gold.pool.v1', 'corrected', 1);
    expect(pool).toEqual([{ type: 'pool-available', data: { project: 'corrected', item: 'one', revision: 1 } }]);
  });

  it('that says the same again is left alone', async () => {
    await gold.send('again', [configured(), labelled('one', 1, 'a')]);
    await gold.import('again', { item: 'one', question: 'label', labels: ['b', 'a'] });
    const again = await gold.import('again', { item: 'one', question: 'label', labels: ['a', 'b'] });
    expect(again.outcomes).toEqual([{ item: 'one', status: 'unchanged', revision: 1 }]);
    const { rows } = await gold.database.query(`select action, subject from audit where subject = 'again/one'`);
    expect(rows).toEqual([{ action: 'gold.activate', subject: 'again/one' }]);
  });

  it('that is retired has no checks, and has them again when it comes back', async () => {
    await gold.send('retired', [configured(), labelled('one', 1, 'a')]);
    await gold.import('retired', { item: 'one', question: 'label', label: 'a' });
    await gold.retire('retired', 'one');
    expect(await gold.checks('retired')).toEqual([]);
    await gold.sendAndRest('retired', labelled('one', 2, 'b'));
    expect(await gold.checks('retired')).toEqual([]);
    const { gold: listed } = await gold.get<{ gold: unknown[] }>('/v1/gold/retired');
    expect(listed).toMatchObject([{ item: 'one', state: 'retired', checks: 0, right: 0 }]);
    expect(await poolOf(tx, 'retired')).toEqual({ checks: 0, right: 0 });
    await gold.import('retired', { item: 'one', question: 'label', label: 'a' });
    expect(await gold.checks('retired')).toEqual(['one label w1 right', 'one label w2 wrong']);
    const told = await gold.published('assay.gold.checks.v1', 'retired', 4);
    expect(told.filter(({ type }) => type === 'check-voided')).toMatchObject([{ data: { reason: 'gold-retired' } }]);
    const { rows } = await gold.database.query(
      `select version from gold_check where project = 'retired' order by version`,
    );
    expect(rows).toEqual([{ version: 1 }, { version: 3 }]);
    expect(await poolOf(tx, 'retired')).toEqual({ checks: 2, right: 1 });
  });

  it('that is retired again stays as it is', async () => {
    await gold.send('ended', [configured()]);
    await gold.import('ended', { item: 'one', question: 'label', label: 'a' });
    const accepted = [{ question: 'label', labels: ['a'] }];
    const before = await goldCounts(tx);
    const ended = () => gold.fetch('DELETE', '/v1/gold/ended/one').then((response) => response.json());
    expect([await ended(), await ended()]).toEqual(
      Array.from({ length: 2 }, () => ({ item: 'one', status: 'retired', revision: 2 })),
    );
    expect(await goldCounts(tx)).toEqual({ ...before, active: before.active - 1, retired: before.retired + 1 });
    // Scoring learns what the label was; where work is given out, that it is gold no more.
    const items = await gold.published('assay.gold.items.v1', 'ended', 2);
    expect(items[1]).toEqual({ type: 'retired', data: { project: 'ended', item: 'one', revision: 2, accepted } });
    const pool = await gold.published('assay.gold.pool.v1', 'ended', 2);
    expect(pool[1]).toEqual({ type: 'pool-withdrawn', data: { project: 'ended', item: 'one', revision: 2 } });
    expect((await gold.fetch('DELETE', '/v1/gold/ended/two')).status).toBe(404);
  });

  it('that is withdrawn has none', async () => {
    const before = await counted();
    await gold.send('gone', [configured(), labelled('one', 1, 'a')]);
    await gold.import('gone', { item: 'one', question: 'label', label: 'a' });
    await gold.sendAndRest('gone', withdrawn('one'), labelled('one', 2, 'a'));
    expect(await gold.checks('gone')).toEqual([]);
    const told = await gold.published('assay.gold.checks.v1', 'gone', 2);
    expect(told.at(-1)).toMatchObject({ type: 'check-voided', data: { reason: 'item-withdrawn' } });
    expect(await counted()).toEqual({ ...before, right: before['right']! + 1, voided: before['voided']! + 1 });
  });

  it('counts by whom it was shown, an assignment once, and names labels that the good workers miss', async () => {
    const easy = Array.from({ length: 8 }, (_, i) => `easy ${i}`);
    const workers = [1, 2, 3, 4, 5, 6, 7];
    const labels = workers.flatMap((worker) => [
      ...easy.map((item) => labelled(item, worker, 'a')),
      labelled('wrong', worker, 'b'),
    ]);
    await gold.send('health', [configured()]);
    await gold.import('health', ...['wrong', ...easy].map((item) => ({ item, question: 'label', label: 'a' })));
    const shown = [issued('wrong', 1, 'x'), issued('wrong', 2, 'y'), issued('no gold', 1, 'z')];
    await gold.sendAndRest('health', ...labels, ...shown, ...shown);
    const { gold: listed } = await gold.get<{ gold: { item: string }[] }>('/v1/gold/health');
    expect(listed.find(({ item }) => item === 'wrong')).toMatchObject({
      ...{ exposures: 2, checks: 7, right: 0, isSuspect: true },
    });
    expect(listed.filter((one) => (one as { isSuspect?: boolean }).isSuspect)).toHaveLength(1);
    // What was shown before it was gold audited nobody.
    await gold.import('health', { item: 'no gold', question: 'label', label: 'a' });
    const later = await gold.get<{ gold: { item: string }[] }>('/v1/gold/health');
    expect(later.gold.find(({ item }) => item === 'no gold')).toMatchObject({ exposures: 0 });
  });
});

describe('the list', () => {
  it('goes on behind the last name of a page', async () => {
    await gold.send('paged', [configured()]);
    const rows = ['b', 'a', 'c'].map((item) => ({ item, question: 'label', label: 'a' }));
    await gold.import('paged', ...rows);
    const pages: string[][] = [];
    for (let path = '/v1/gold/paged?limit=2'; path !== '';) {
      const response = await gold.fetch('GET', path);
      const { gold: page } = (await response.json()) as { gold: { item: string }[] };
      pages.push(page.map(({ item }) => item));
      path = /<([^>]+)>/.exec(response.headers.get('link') ?? '')?.[1] ?? '';
    }
    expect(pages).toEqual([['a', 'b'], ['c']]);
  });
});

describe('a project', () => {
  it('is not at rest while annotations wait for it', async () => {
    await gold.send('awaited', [labelled('one', 1, 'a')]);
    await eventually(async () => (await restOf(tx, 'awaited')).parked === 1, 'the annotation to wait');
    await gold.sendAndRest('awaited', configured());
  });
});

describe('a check', () => {
  it('is told with its annotation, and once however often it is made', async () => {
    const when = { occurredAt: '2026-01-02T03:04:05.678Z', order: 3, occasion: 1 };
    await gold.send('told', [configured(), labelled('one', 1, 'a', when)]);
    await gold.import('told', { item: 'one', question: 'label', label: 'b' });
    await gold.import('told', { item: 'one', question: 'label', label: 'a' });
    await gold.import('told', { item: 'one', question: 'label', labels: ['a', 'b'] });
    const told = await gold.published('assay.gold.checks.v1', 'told', 2);
    expect(told.map(({ data }) => data)).toMatchObject([
      { ...when, version: 1, isRight: false, goldRevision: 1 },
      { ...when, version: 2, isRight: true, goldRevision: 2 },
    ]);
    const { rows } = await gold.database.query(`select version from gold_check where project = 'told'`);
    expect(rows).toEqual([{ version: 2 }]);
  });
});

describe('after a failover that lost the tail', () => {
  it('checks and voids by versions above all that the lost database can have given', async () => {
    await gold.send('lost', [configured(), labelled('one', 1, 'a')]);
    await gold.import('lost');
    const told: { version: number }[] = [];
    const afterwards = {
      sql: async <R>(text: string, values?: unknown[]) =>
        text.includes('pg_walfile_name') ? ([{ lost: '1000000' }] as R[]) : tx.sql<R>(text, values),
      publish: (_contract: object, _id: string, data: { version: number }) => void told.push(data),
      whenCommitted: () => undefined,
    } as unknown as LanesTransaction;
    const checks = new CheckService({} as GoldMetrics);
    const item = {
      project: 'lost',
      item: 'one',
      revision: 1,
      asks: 0,
      accepted: [{ question: 'label', labels: ['a'] }],
    };
    const kept = { ...item, key: rowKey(item) };
    await checks.check(afterwards, [{ ...kept, isActive: true }]);
    await tx.sql('update gold_check set version = 1 where key = $1', [kept.key]);
    await checks.check(afterwards, [{ ...kept, isActive: false }]);
    expect(told.map(({ version }) => version)).toEqual([1_000_001, 1_000_001]);
  });
});

describe('an import', () => {
  it('refuses what the project does not have, naming it, and takes the rest', async () => {
    await gold.send('refused', [configured()]);
    const { status, outcomes } = await gold.import(
      'refused',
      { item: 'one', question: 'label', label: 'z' },
      { item: 'two', question: 'lable', label: 'a' },
      { item: 'three', label: 'a' },
      { item: 'four', question: 'label', label: 'a' },
    );
    expect(status).toBe(207);
    expect(outcomes).toEqual([
      {
        item: 'one',
        status: 'rejected',
        errors: [{ path: 'label', value: 'z', expected: 'one of a, b, c (question "label")' }],
      },
      {
        item: 'two',
        status: 'rejected',
        errors: [{ path: 'question', value: 'lable', expected: 'one of label, tone (did you mean label?)' }],
      },
      { item: 'three', status: 'rejected', errors: [{ path: 'question', expected: 'one of label, tone' }] },
      { item: 'four', status: 'activated', revision: 1 },
    ]);
  });

  it('refuses a line that is no row, and takes the rest', async () => {
    await gold.send('lines', [configured()]);
    await gold.import('lines');
    const good = { item: 'one', question: 'label', label: 'a' };
    const response = await gold.fetch('POST', '/v1/gold/lines', [good, [good], { ...good, item: '' }]);
    expect(response.status).toBe(207);
    expect(await response.json()).toMatchObject({
      outcomes: [
        { item: '', status: 'rejected', errors: [{ path: '', expected: 'an object' }] },
        { item: '', status: 'rejected', errors: [{ path: 'item' }] },
        { item: 'one', status: 'activated', revision: 1 },
      ],
    });
  });

  it('of several items is as many rows of the audit, whose chain is whole', async () => {
    await gold.send('audited', [configured()]);
    const rows = ['one', 'two', 'three'].map((item) => ({ item, question: 'label', label: 'a' }));
    await gold.import('audited', ...rows);
    await gold.import('audited', { ...rows[1]!, label: 'b' });
    await gold.retire('audited', 'three');
    const audit = await gold.get<{ chain: unknown; rows: { action: string; subject: string; detail: object }[] }>(
      '/v1/ops/gold/audit',
    );
    expect(audit.chain).toBe('whole');
    const told = audit.rows.filter(({ subject }) => subject.startsWith('audited/')).reverse();
    expect(told.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
      'gold.activate audited/one',
      'gold.activate audited/two',
      'gold.activate audited/three',
      'gold.correct audited/two',
      'gold.retire audited/three',
    ]);
    // The audit says that a label changed, never to what.
    expect(told.map(({ detail }) => detail)).toEqual([1, 1, 1, 2, 2].map((revision) => ({ revision })));
  });

  it('writes its rows of the audit behind those that somebody else is writing', async () => {
    await gold.send('queued', [configured()]);
    await gold.import('queued');
    await gold.database.query('begin');
    await gold.database.query(`select pg_advisory_xact_lock(hashtextextended('assay audit ' || current_schema(), 0))`);
    const imported = gold.fetch('POST', '/v1/gold/queued', { item: 'one', question: 'label', label: 'a' });
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`;
    const isWaiting = async () => (await gold.database.query(waiting)).rows.length === 1;
    await eventually(isWaiting, 'the import to wait').finally(() => gold.database.query('commit'));
    expect((await imported).status).toBe(200);
  });

  it('loses nothing to annotations that come at the same moment', async () => {
    await gold.send('race', [configured()]);
    await gold.import('race');
    const items = Array.from({ length: 40 }, (_, i) => `item ${i}`);
    await Promise.all([
      gold.send(
        'race',
        items.flatMap((item) => [labelled(item, 1, 'a'), labelled(item, 2, 'b')]),
      ),
      ...items.map((item) => gold.fetch('POST', '/v1/gold/race', { item, question: 'label', label: 'a' })),
    ]);
    await gold.rest('race');
    expect(await gold.checks('race')).toEqual(
      items.flatMap((item) => [`${item} label w1 right`, `${item} label w2 wrong`]).sort(),
    );
  });
});

describe('what happens at the same moment', () => {
  it('gives each of several first imports of an item a revision of its own, and keeps the last', async () => {
    await gold.send('firsts', [configured(), labelled('one', 1, 'a'), labelled('one', 2, 'b')]);
    await gold.import('firsts');
    const said = ['a', 'b', 'c', 'a', 'b', 'c'];
    await Promise.all(
      said.map((label) => gold.fetch('POST', '/v1/gold/firsts', { item: 'one', question: 'label', label })),
    );
    await gold.rest('firsts');
    const { gold: listed } = await gold.get<{ gold: { revision: number; accepted: unknown }[] }>('/v1/gold/firsts');
    const { revision, accepted } = listed[0]!;
    const told = await gold.published('assay.gold.items.v1', 'firsts', revision);
    expect(told.map(({ data }) => data['revision'])).toEqual(Array.from({ length: revision }, (_, i) => i + 1));
    expect(told.map(({ type }) => type)).toEqual([
      'activated',
      ...Array.from({ length: revision - 1 }, () => 'corrected'),
    ]);
    expect(told.at(-1)!.data['accepted']).toEqual(accepted);
  });

  it('has an item checked again whose policy or labels changed while it was being checked', async () => {
    // Of a project that the service at work does not know, so that it leaves the item alone.
    const told = { project: 'unheard', item: 'one', revision: 1, isActive: true, accepted: [] };
    await saveGold(tx, [told]);
    for (const change of [() => markToCheck(tx, ['unheard']), () => saveGold(tx, [{ ...told, revision: 2 }])]) {
      const read = [...(await goldByKey(tx, [rowKey(told)])).values()];
      await change();
      await markChecked(tx, read);
      expect(await restOf(tx, 'unheard')).toEqual({ behind: 1, parked: 0 });
      await markChecked(tx, [...(await goldByKey(tx, [rowKey(told)])).values()]);
      expect(await restOf(tx, 'unheard')).toEqual({ behind: 0, parked: 0 });
    }
  });
});

describe('the checks', () => {
  const known: Row[] = [
    { item: 'one', question: 'label', label: 'a' },
    { item: 'two', question: 'label', labels: ['b', 'c'] },
  ];
  const story: Sent[] = ['one', 'two', 'three'].flatMap((item) => [
    labelled(item, 1, 'a', { order: 1 }),
    labelled(item, 1, 'b', { order: 2 }),
    labelled(item, 2, 'a', { order: 1 }),
    labelled(item, 2, 'c', { revision: 1, order: 2 }),
    labelled(item, 3, 'a', { order: 1 }),
    retracted(item, 3, { order: 2 }),
    labelled(item, 4, 'b', { occasion: 1 }),
    labelled(item, 5, 'a', { role: 'model' }),
  ]);

  it.each([
    ['keep-first' as const, ['one label w1 right', 'one label w2 wrong', 'one label w4#1 wrong']],
    ['keep-last' as const, ['one label w1 wrong', 'one label w2 wrong', 'one label w4#1 wrong']],
    ['keep-all' as const, ['one label w1 right', 'one label w1 wrong', 'one label w2 wrong', 'one label w4#1 wrong']],
  ])('are those of the annotations that count under %s', async (repeats, expected) => {
    const project = `policy-${repeats}`;
    await gold.send(project, [configured({ repeats })]);
    await gold.import(project, ...known);
    await gold.sendAndRest(project, ...story);
    expect((await gold.checks(project)).filter((check) => check.startsWith('one '))).toEqual(expected);

    // By a policy that comes later as if it had been there from the start.
    const later = `later-${repeats}`;
    await gold.send(later, [configured({ repeats: repeats === 'keep-all' ? 'keep-first' : 'keep-all' }), ...story]);
    await gold.import(later, ...known);
    await gold.sendAndRest(later, configured({ repeats }, 2));
    expect(await gold.digest(later)).toBe(await gold.digest(project));
  });

  it('come to one digest, and balance, whatever the order and however often events come', async () => {
    await gold.send('clean', [configured()]);
    await gold.import('clean', ...known);
    await gold.sendAndRest('clean', ...story);
    const digest = await gold.digest('clean');
    for (const seed of [1, 2]) {
      const project = `shuffled-${seed}`;
      await gold.send(project, shuffled([...story, ...story, configured(), configured()], seed));
      await gold.import(project, ...known);
      expect(await gold.digest(project)).toBe(digest);
      const { accounting } = await gold.get<{ accounting: Record<string, number> }>(
        `/v1/ops/gold/accounting?project=${project}`,
      );
      expect(accounting).toMatchObject({
        accepted: story.length,
        duplicate: story.length,
        pending: 0,
        deadLettered: 0,
      });
      expect(accounting['applied']! + accounting['superseded']!).toBe(story.length);
    }
  });
});
