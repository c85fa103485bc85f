import { randomUUID } from 'node:crypto';
import { type Tier } from '@assay/contracts/standing/tier-changed';
import { type WorkerRegistered } from '@assay/contracts/worker/worker-registered';
import { rowKey } from '@assay/platform/copies/annotated-item';
import { type LaneTransaction } from '@assay/platform/transport/transaction';
import { sqlOfService } from '../../../test/support/sql-of-service';
import { workerOf } from './assignment.fixture';
import { ASSIGNMENT } from './assignment.module';
import { assignmentOfWorker, endRows, heldBy, putOff } from './assignment.queries';
import { hasAnnotated } from './dispute.queries';
import { dueAssignments, leaveHand } from './expiry.queries';
import { giveAgain, giveOut } from './offer.queries';
import { keepSweep, nextSweep } from './progress.queries';
import { holdWork, keepAnnotators } from './work.queries';
import { keepTiers, keepWorkers, tierOf, workerById } from './worker.queries';

const LANE = 3;

const sql = sqlOfService(ASSIGNMENT);

const tx = { sql, lane: LANE } as unknown as LaneTransaction;

/** An item that a worker has in hand, on the lane. @returns the assignment's id. */
async function inHand(project: string, item: string, worker: number): Promise<string> {
  const [id, key] = [randomUUID(), rowKey({ project, item })];
  await holdWork(tx, [{ project, item }]);
  await giveOut(tx, { id, key, worker: workerOf(worker), seconds: 3600 });
  await sql('update assignment set lane = $2 where id = $1', [id, LANE]);
  return id;
}

/** An item that a worker has labelled so many hours ago. */
async function done(project: string, item: string, worker: number, hours: number): Promise<void> {
  const id = await inHand(project, item, worker);
  await endRows(tx, [id], 'completed');
  await sql('update assignment set ended_at = now() - make_interval(hours => $2) where id = $1', [id, hours]);
}

async function live(project: string, item: string): Promise<number> {
  const [row] = await sql<{ live: number }>('select live from work where key = $1', [rowKey({ project, item })]);
  return row!.live;
}

describe('giving an item again', () => {
  it('takes what the worker did longest ago, once, of five that the worker has done in the project', async () => {
    const again = () => giveAgain(tx, { id: randomUUID(), project: 'again', worker: workerOf(1), seconds: 60 });
    for (const [item, hours] of [['i2', 4], ['i1', 5], ['i3', 3], ['i4', 2]] as const) await done('again', item, 1, hours); // prettier-ignore
    await done('again', 'i5', 2, 9);
    await done('elsewhere', 'j1', 1, 10);
    await inHand('again', 'i6', 1);
    expect(await again()).toBeUndefined();
    await done('again', 'i7', 1, 1);
    await sql(`update work set is_withdrawn = true where project = 'again' and item = 'i1'`);
    // Another worker has been asked about it again: that is another's.
    await sql(
      `insert into assignment select $1, key, project, item, lane, $2, 1, 'live', 1, now(), now() from assignment
       where project = 'again' and item = 'i2'`,
      [randomUUID(), workerOf(2)],
    );
    expect(await again()).toMatchObject({ item: 'i2', worker: workerOf(1), occasion: 1, status: 'live' });
    expect(await again()).toMatchObject({ item: 'i3' });
  });
});

describe('what a worker has in hand', () => {
  it('is what is live in the project, in the order in which it was given', async () => {
    const ids = [await inHand('held', 'i1', 1), await inHand('held', 'i2', 1), await inHand('held', 'i3', 1)];
    await inHand('held', 'i4', 2);
    const other = await inHand('held-elsewhere', 'i1', 1);
    await endRows(tx, [ids[1]!], 'released');
    expect((await heldBy(tx, 'held', workerOf(1))).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    expect(await assignmentOfWorker(tx, { project: 'held', id: other, worker: workerOf(1) })).toBeUndefined();
  });

  it('is not put off once it has ended, though its time is not over', async () => {
    const id = await inHand('put-off', 'i1', 1);
    expect(await putOff(tx, id, 60, 6)).toMatchObject({ id, version: 2 });
    await endRows(tx, [id], 'released');
    expect(await putOff(tx, id, 60, 6)).toBeUndefined();
  });

  it('is not labelled before the worker has labelled it', async () => {
    await inHand('labelled', 'i1', 1);
    const pair = { worker: workerOf(1), key: rowKey({ project: 'labelled', item: 'i1' }) };
    expect(await hasAnnotated(tx, pair.worker, pair.key)).toBe(false);
    await keepAnnotators(tx, [pair]);
    expect(await hasAnnotated(tx, pair.worker, pair.key)).toBe(true);
  });
});

describe('an assignment is due', () => {
  const DEADLINE = '2026-01-01T00:00:00.000Z';
  const dueAt = async (at: string) => (await dueAssignments(tx, at, 10)).map(({ id }) => id);
  const end = (ids: readonly string[]) =>
    sql('update assignment set deadline = $2 where id = any($1::uuid[])', [ids, DEADLINE]);

  afterEach(() => sql(`update assignment set status = 'expired' where lane = $1`, [LANE]));

  it('five seconds after its deadline: what was handed in has reached the log by then', async () => {
    const id = await inHand('grace', 'i1', 1);
    await end([id]);
    expect(await dueAt('2026-01-01T00:00:05.000Z')).toEqual([]);
    expect(await dueAt('2026-01-01T00:00:05.001Z')).toEqual([id]);
  });

  it('unless the annotation of its worker on its item waits for a schema', async () => {
    const waiting = await inHand('parked', 'i1', 1);
    const others = [
      await inHand('parked', 'i1', 2),
      await inHand('parked', 'i2', 1),
      await inHand('parked-elsewhere', 'i1', 1),
    ];
    await end([waiting, ...others]);
    await sql(
      `insert into parked (kind, partition, project, topic, event) values ('item', $1, 'parked', 'annotations', $2)`,
      [LANE, { data: { item: 'i1', worker: workerOf(1) } }],
    );
    expect((await dueAt('2026-01-02T00:00:00.000Z')).sort()).toEqual([...others].sort());
  });

  it('and leaves its place, each of several on one item', async () => {
    const ids = [await inHand('several', 'i1', 1), await inHand('several', 'i1', 2), await inHand('several', 'i2', 3)];
    await inHand('several', 'i1', 4);
    await end(ids);
    const due = await dueAssignments(tx, '2026-01-02T00:00:00.000Z', 10);
    expect((await leaveHand(tx, due)).sort()).toEqual([...ids].sort());
    expect([await live('several', 'i1'), await live('several', 'i2')]).toEqual([1, 0]);
  });
});

describe('a sweep', () => {
  it('goes on where it was, and begins anew when the project has moved on', async () => {
    const configure = (revision: number) =>
      sql(
        `insert into project (project, revision, schema_version, is_archived, state) values ('swept', $1, 1, false, $2)
         on conflict (project) do update set revision = excluded.revision, state = excluded.state`,
        [revision, { project: 'swept', revision }],
      );
    await configure(1);
    const sweep = await nextSweep(tx);
    expect(sweep).toMatchObject({ project: { revision: 1 }, after: null });
    await keepSweep(tx, sweep!, '42');
    expect(await nextSweep(tx)).toMatchObject({ after: '42' });
    await configure(2);
    const next = await nextSweep(tx);
    expect(next).toMatchObject({ project: { revision: 2 }, after: null });
    await keepSweep(tx, next!, undefined);
    expect(await nextSweep(tx)).toBeUndefined();
  });
});

describe('what is told of a worker', () => {
  const told = (revision: number, track: string): WorkerRegistered => {
    const who = { worker: workerOf(1), source: 'spec', externalId: 'w1', role: 'human' as const };
    return { ...who, tracks: [track], skills: [], languages: [], revision };
  };

  it('counts by its revision, in one batch and in several', async () => {
    await keepWorkers(tx, [told(2, 'new'), told(1, 'old')]);
    expect((await workerById(tx, workerOf(1)))?.tracks).toEqual(['new']);
    await keepWorkers(tx, [told(1, 'old')]);
    expect((await workerById(tx, workerOf(1)))?.tracks).toEqual(['new']);
  });

  it('by its version where it is a tier, of each project', async () => {
    const tier = (project: string, version: number, name: Tier) => {
      return { project, worker: workerOf(1), version, tier: name, reason: 'because the spec says so' };
    };
    await keepTiers(tx, [tier('p', 2, 'suspended'), tier('p', 1, 'standard'), tier('q', 1, 'trusted')]);
    await keepTiers(tx, [tier('p', 1, 'standard')]);
    expect([await tierOf(tx, 'p', workerOf(1)), await tierOf(tx, 'q', workerOf(1))]).toEqual(['suspended', 'trusted']);
  });
});
