import { type EntityManager } from 'typeorm';
import { type ConsensusAdjudicated } from '@assay/contracts/consensus/consensus-adjudicated';
import { rowKey } from '@assay/platform/copies/annotated-item';
import { eventId } from '@assay/platform/transport/event-id';
import { sqlOfService } from '../../../test/support/sql-of-service';
import { findingPage, lockStandings, saveFindings, type StoredFinding, standingsOf } from './finding.queries';
import { idOf } from './finding.service';
import { type FittedModel } from './fit.domain';
import { countProjectChanges, epochState, insertRequest, readSnapshot } from './fit.queries';
import { checksOf, keepChecks, keepRetest, nextRetest, saveGoldTests } from './gold-check.queries';
import { keepAdjudicated, keepGoldItems, knownLabels } from './known-label.queries';
import { saveReliabilities, workerPage } from './reliability.queries';
import { SCORING } from './scoring.module';
import { workersNamed } from './standing.queries';
import { saveWorkers } from './worker.queries';
import { workerId } from './scoring.fixture';

const LANE = 3;

const sql = sqlOfService(SCORING);
const tx = { sql };

async function configure(project: string, revision: number): Promise<void> {
  const questions = [{ name: 'label', kind: 'choice', labels: ['a', 'b'] }];
  await sql(
    `insert into project (project, revision, schema_version, is_archived, state) values ($1, $2, 1, false, $3)
     on conflict (project) do update set revision = excluded.revision, state = excluded.state`,
    [project, revision, { project, revision, questions, policy: { repeats: 'keep-first' } }],
  );
}

describe('the snapshot of a fit', () => {
  it('has every item, and settles where one of the requests of its project wants that', async () => {
    await configure('snapshot', 1);
    const items = Array.from({ length: 501 }, (_, index) => `i${index}`);
    const entry = { id: 'e', worker: 'w', role: 'human', occasion: 0, revision: 0, order: 0, labels: { label: 1 } };
    await sql(
      `insert into annotated_item (key, project, item, lane, is_withdrawn, entries)
       select key, 'snapshot', item, 0, false, $3 from unnest($1::bigint[], $2::text[]) as i (key, item)`,
      [items.map((item) => rowKey({ project: 'snapshot', item })), items, JSON.stringify([entry])],
    );
    for (const [project, isSettling] of [['snapshot', false], ['snapshot', true], ['another', false]] as const) await insertRequest(tx, project, isSettling); // prettier-ignore
    const snapshot = await readSnapshot({} as EntityManager, sql, 'snapshot');
    expect(snapshot?.columns.map((one) => one.items.length)).toEqual([501]);
    const ids = await sql<{ id: string }>(`select id from epoch_request where project = 'snapshot'`);
    expect(snapshot?.requests).toEqual({ ids: ids.map(({ id }) => id), isSettling: true });
    expect((await epochState(tx, 'snapshot')).requested).toBe(2);
  });

  it('is outdated by a change of the project once, however many lanes have its labels', async () => {
    await sql(
      `insert into fit_change (project, place, changes, changed_at) values ('changed', 0, 3, now()), ('changed', 1, 4, now())`,
    );
    await countProjectChanges(tx, ['changed', 'unlabelled']);
    expect(await sql(`select project, changes from fit_change where place = -1`)).toEqual([
      { project: 'changed', changes: '1' },
    ]);
  });
});

describe('known labels', () => {
  const gold = (project: string, revision: number, label: string) => {
    return { project, item: 'i1', revision, isActive: true, accepted: [{ question: 'label', labels: [label] }] };
  };
  const expert = (project: string, version: number, label: string) =>
    ({
      ...{ project, item: 'i2', version },
      decision: { question: 'label', state: 'adjudicated', label },
    }) as ConsensusAdjudicated;

  it('are the newest of a batch, in whatever order, and of one project', async () => {
    await keepGoldItems(tx, [gold('known', 1, 'old'), gold('known', 2, 'new'), gold('other', 1, 'other')]);
    await keepAdjudicated(tx, [expert('known', 1, 'old'), expert('known', 2, 'new'), expert('other', 1, 'other')]);
    const { gold: golden, adjudicated } = await knownLabels(tx, 'known');
    expect([golden.get('label'), adjudicated.get('label')]).toEqual([
      new Map([['i1', ['new']]]),
      new Map([['i2', ['new']]]),
    ]);
  });
});

describe('gold checks', () => {
  const told = (worker: number, version: number, isRight: boolean) => ({
    ...{ project: 'checks', worker: workerId(worker), lane: LANE, check: eventId('check', worker) },
    ...{ question: 'label', version, isRight, occurredAt: '2026-01-01T00:00:00.250Z', order: 7 },
  });

  it('are the newest of a batch, with their places in the order of occurrence', async () => {
    await keepChecks(tx, [told(1, 1, false), told(1, 2, true)]);
    expect((await checksOf(tx, 'checks', [workerId(1)])).get(workerId(1))?.get('label')).toEqual([
      { check: eventId('check', 1), isRight: true, order: 7, at: Date.parse('2026-01-01T00:00:00.250Z') },
    ]);
  });

  it('are tested again slice by slice when the policy changed, from the first worker when it changed meanwhile', async () => {
    const workers = [1, 2, 3].map(workerId).sort();
    await keepChecks(tx, [told(2, 1, true), told(3, 1, true)]);
    await sql(`insert into gold_test_progress (project, lane, tested_revision) select project, $1, revision from project`, [LANE]); // prettier-ignore
    const next = async (limit: number) => {
      const retest = await nextRetest(tx, LANE, limit);
      if (retest) await keepRetest(tx, LANE, retest);
      return retest && [retest.revision, retest.workers];
    };
    await configure('checks', 1);
    expect(await next(2)).toEqual([1, workers.slice(0, 2)]);
    await configure('checks', 2);
    expect([await next(2), await next(2), await next(2), await next(2)]).toEqual([
      ...[[2, workers.slice(0, 2)], [2, workers.slice(2)], [2, []]], // prettier-ignore
      undefined,
    ]);
  });
});

describe('what is kept of workers', () => {
  const worker = (revision: number, externalId: string) => {
    return { worker: workerId(1), revision, source: 'tool', externalId };
  };

  it('is the newest name of a batch and of several', async () => {
    await lockStandings(tx, 'named', [workerId(1)]);
    const name = async () => (await workersNamed(tx, 'named', [workerId(1)])).map(({ externalId }) => externalId);
    await saveWorkers(tx, [worker(1, 'old'), worker(2, 'new')]);
    expect(await name()).toEqual(['new']);
    await saveWorkers(tx, [worker(1, 'old')]);
    expect(await name()).toEqual(['new']);
  });

  it('is listed page by page', async () => {
    const workers = [1, 2, 3].map(workerId).sort();
    const model = {
      question: 'label',
      workers: workers.map((one) => ({ worker: one, labels: 1, accuracy: 0.5, low: 0, high: 1, goldChecks: 0, spammerScore: 0 })), // prettier-ignore
    } as FittedModel;
    await saveReliabilities(tx, 'paged', [model]);
    const page = async (after: string) => (await workerPage(tx, 'paged', after, 2)).map((one) => one.worker);
    expect([await page(''), await page(workers[1]!)]).toEqual([workers.slice(0, 2), workers.slice(2)]);
  });
});

describe('findings', () => {
  const finding = (project: string, number: number, change: Partial<StoredFinding> = {}): StoredFinding => {
    const about = { worker: workerId(number), question: 'label', kind: 'spammer' as const, ...change };
    const numbers = { statistic: 1, threshold: 1, accuracy: 0.5, low: 0, high: 1 };
    const content = { ...numbers, evidence: {}, epoch: 1, policyRevision: 1 };
    return { ...{ finding: idOf(project, about), project, version: 1, isRaised: true, content }, ...about };
  };

  it('are each of a worker, on a question, of a kind', () => {
    const about = { worker: 'w1', question: 'label', kind: 'spammer' as const };
    const others = [{ worker: 'w2' }, { question: 'tone' }, { kind: 'biased' as const }];
    const ids = [idOf('p', about), idOf('q', about), ...others.map((change) => idOf('p', { ...about, ...change }))];
    expect(new Set(ids).size).toBe(5);
  });

  it('are listed page by page', async () => {
    const all = [1, 2, 3].map((number) => finding('listed', number));
    await saveFindings(tx, [...all, finding('listed', 4, { isRaised: false })]);
    const ids = all.map((one) => one.finding).sort();
    const page = async (after: string) =>
      (await findingPage(tx, 'listed', { after, limit: 2, isRaised: true })).map((one) => one.finding);
    expect([await page(''), await page(ids[1]!)]).toEqual([ids.slice(0, 2), ids.slice(2)]);
  });

  it('and tests make the standing of a worker in their project alone', async () => {
    const [one, two] = [workerId(1), workerId(2)];
    await saveFindings(tx, [finding('standing', 1), finding('standing-elsewhere', 2, { kind: 'belowGold' })]);
    const passed = { question: 'label', status: 'clear', checks: 9, right: 9 };
    await saveGoldTests(tx, 'standing', [one], [{ ...passed, worker: one }]);
    await saveGoldTests(tx, 'standing-elsewhere', [two], [{ ...passed, worker: two }]);
    expect(await standingsOf(tx, 'standing', [one, two])).toEqual(
      new Map([
        [one, { isBelowGold: false, hasFinding: true, isCleared: true }],
        [two, { isBelowGold: false, hasFinding: false, isCleared: false }],
      ]),
    );
  });
});
