import { ANNOTATION_EVENTS } from '@assay/contracts/topics';
import { type LogEnds } from '@assay/platform/event-log/log-ends';
import { itemLane } from '@assay/platform/copies/annotated-item';
import { sqlOn } from '@assay/platform/postgres/rows-of';
import { readAssignmentToken } from '@assay/platform/security/assignment-token';
import { type LaneTransaction } from '@assay/platform/transport/transaction';
import { eventually } from '../../../test/support/eventually';
import { TEST_SECRET } from '../../../test/support/running-service';
import {
  AssignmentUnderTest,
  configured,
  decided,
  gold,
  imported,
  labelled,
  QUESTION,
  registered,
  retracted,
  tiered,
  withdrawn,
  workerOf,
} from './assignment.fixture';
import { type Sent } from '../../../test/support/sent-events';
import { type AssignmentMetrics } from './assignment.metrics';
import { type GivenWork } from './assignment.service';
import { type Due, leaveHand } from './expiry.queries';
import { ExpiryService } from './expiry.service';
import { type Summary } from './assignment.reader';

let assignment: AssignmentUnderTest;

beforeAll(async () => {
  assignment = await AssignmentUnderTest.start();
});

afterAll(() => assignment.stop());

function next(project: string, worker: number) {
  return assignment.as<GivenWork>(worker, 'POST', `/v1/assignments/${project}`);
}

/** Items that a worker is given, one after the other, until there is none. */
async function allFor(project: string, worker: number): Promise<string[]> {
  const items: string[] = [];
  for (let answer = await next(project, worker); answer.status === 201; answer = await next(project, worker))
    items.push(answer.body.item);
  return items;
}

async function reasonFor(project: string, worker: number): Promise<string | null> {
  const answer = await next(project, worker);
  expect(answer.status).toBe(204);
  return answer.headers.get('assay-reason');
}

async function summary(project: string): Promise<Summary> {
  return assignment.get<Summary>(`/v1/ops/assignment/summary/${project}`);
}

/** Assignments so far by what happened to them. */
async function counted(): Promise<Record<string, number>> {
  const { values } = await assignment.running.service.registry.getSingleMetric('assay_assignments_total')!.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels['outcome'], value]));
}

function items(count: number): Sent[] {
  return Array.from({ length: count }, (_, index) => imported(`i${index + 1}`, { text: `text ${index + 1}` }));
}

/** A project of so many items that want two workers each, and at most three. */
async function aProject(project: string, count: number, policy: Parameters<typeof configured>[0] = {}): Promise<void> {
  const small = { minOverlap: 2, maxOverlap: 3, ...policy.policy };
  await assignment.send(project, [configured({ ...policy, policy: small }), ...items(count)]);
}

describe('a worker who asks for work', () => {
  it('is given an item with what it shows, the questions, and a token that ingestion can read', async () => {
    await aProject('shown', 1);
    const { status, body } = await next('shown', 1);
    expect(status).toBe(201);
    expect(body).toEqual({
      assignment: expect.stringMatching(/^[0-9a-f-]{36}$/),
      token: expect.any(String),
      project: 'shown',
      item: 'i1',
      data: { text: 'text 1' },
      questions: [{ name: 'label', kind: 'choice', labels: ['a', 'b', 'c'], ask: 'Which is it?' }],
      deadline: expect.stringMatching(/Z$/),
    });
    expect(readAssignmentToken(TEST_SECRET, body.token, { project: 'shown', item: 'i1', worker: workerOf(1) })).toEqual(
      { assignment: body.assignment, occasion: 0 },
    );
    const { rows } = await assignment.database.query(
      `select deadline - issued_at = interval '1 hour' as fits from assignment where id = $1`,
      [body.assignment],
    );
    expect(rows).toEqual([{ fits: true }]);
    const held = await assignment.as<{ assignments: GivenWork[] }>(1, 'GET', '/v1/assignments/shown');
    expect(held.body.assignments).toEqual([body]);
  });

  it('is never given an item twice, and is told when nothing is left', async () => {
    await aProject('twice', 3);
    expect((await allFor('twice', 1)).sort()).toEqual(['i1', 'i2', 'i3']);
    expect(await reasonFor('twice', 1)).toBe('nothing-left;text="there is no item left for you at present"');
    const { body } = await assignment.as<{ assignments: GivenWork[] }>(1, 'GET', '/v1/assignments/twice');
    await assignment.as(1, 'DELETE', `/v1/assignments/twice/${body.assignments[0]!.assignment}`);
    expect(await reasonFor('twice', 1)).toMatch(/^nothing-left/);
  });

  it('is not given what it has labelled unasked', async () => {
    await aProject('unasked', 2);
    await assignment.send('unasked', [labelled('i1', 1, 'a')]);
    expect(await allFor('unasked', 1)).toEqual(['i2']);
  });

  it('finds items that others have begun before new ones', async () => {
    await aProject('begun', 20);
    const { body } = await next('begun', 1);
    expect((await next('begun', 2)).body.item).toBe(body.item);
  });

  it('finds the least certain items first where the policy says so', async () => {
    const assigning = { order: 'uncertain' as const, minutes: 60, held: 10, repeats: 0 };
    await aProject('uncertain', 3, { policy: { assignment: assigning } });
    await assignment.send('uncertain', [
      ...[labelled('i1', 8, 'a'), labelled('i2', 8, 'a'), labelled('i3', 8, 'a')],
      decided('i1', 1, { confidence: 0.8, overlap: 1 }),
      decided('i2', 1, { confidence: 0.4, overlap: 1 }),
      decided('i3', 1, { confidence: 0.6, overlap: 1 }),
    ]);
    expect(await allFor('uncertain', 1)).toEqual(['i2', 'i3', 'i1']);
  });

  it.each([
    ['archived', 'archived', { isArchived: true, revision: 2 }],
    ['of another track', 'track', { tracks: ['stem'], revision: 2 }],
    ['whose policy does not count the role', 'role', { policy: { countRoles: ['model' as const] }, revision: 2 }],
  ])('is given nothing of a project %s', async (what, reason, change) => {
    const project = `gate-${reason}`;
    await aProject(project, 1);
    await assignment.send(project, [configured(change)]);
    expect(`${what} ${await reasonFor(project, 1)}`).toMatch(new RegExp(`^${what} ${reason};text=`));
  });

  it('is given work of a track that it is registered for', async () => {
    await aProject('track', 1, { tracks: ['stem'] });
    expect(await reasonFor('track', 41)).toMatch(/^track;/);
    await assignment.send('track', [registered(41, { tracks: ['stem'], revision: 2 })]);
    expect((await next('track', 41)).status).toBe(201);
  });

  it('is given nothing while suspended, in words that tell nothing of gold', async () => {
    await aProject('suspended', 1);
    await assignment.send('suspended', [tiered(1, 'suspended')]);
    expect(await reasonFor('suspended', 1)).toBe(
      'suspended;text="you are offered no work in this project at present; ask its lead"',
    );
    await assignment.send('suspended', [tiered(1, 'standard', 2)]);
    expect((await next('suspended', 1)).status).toBe(201);
  });

  it('holds no more than it may', async () => {
    const assigning = { order: 'steady' as const, minutes: 60, held: 2, repeats: 0 };
    await aProject('held', 5, { policy: { assignment: assigning } });
    expect(await allFor('held', 1)).toHaveLength(2);
    expect(await reasonFor('held', 1)).toMatch(/^held;/);
    // Nor in several windows at once.
    const answers = await Promise.all(Array.from({ length: 8 }, () => next('held', 2)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
  });

  it('is asked about an item again as often as the policy says', async () => {
    const assigning = { order: 'steady' as const, minutes: 60, held: 100, repeats: 0.5 };
    await aProject('often', 40, { policy: { minOverlap: 1, maxOverlap: 1, assignment: assigning } });
    const some = async (count: number) => {
      const given: string[] = [];
      while (given.length < count) given.push((await next('often', 1)).body.item);
      return given;
    };
    const first = await some(20);
    await assignment.send(
      'often',
      first.map((item) => labelled(item, 1, 'a')),
    );
    const repeated = (await some(18)).filter((item) => first.includes(item)).length;
    // Of 18, each with a chance of a half, neither none nor all: 2^-17.
    expect([repeated > 0, repeated < 18]).toEqual([true, true]);
  });

  it('is asked about an item again, blind, where the policy asks for repeats', async () => {
    const assigning = { order: 'steady' as const, minutes: 60, held: 10, repeats: 0.5 };
    await aProject('again', 6, { policy: { minOverlap: 1, maxOverlap: 1, assignment: assigning } });
    const first = await allFor('again', 1);
    expect(new Set(first).size).toBe(6);
    await assignment.send(
      'again',
      first.map((item) => labelled(item, 1, 'a')),
    );
    // At a share of a half nobody waits long.
    const repeat = await eventually(async () => {
      const answer = await next('again', 1);
      return answer.status === 201 ? answer.body : undefined;
    }, 'a repeat');
    const about = { project: 'again', item: repeat.item, worker: workerOf(1) };
    expect(readAssignmentToken(TEST_SECRET, repeat.token, about)?.occasion).toBe(1);
    expect(Object.keys(repeat)).toEqual(['assignment', 'token', 'project', 'item', 'data', 'questions', 'deadline']);
    // It takes nobody's place, nor leaves one: given out, given back and handed in.
    const live = async () => {
      const { rows } = await assignment.database.query(`select distinct live from work where project = 'again'`);
      return rows;
    };
    expect(await live()).toEqual([{ live: 0 }]);
    await assignment.as(1, 'DELETE', `/v1/assignments/again/${repeat.assignment}`);
    expect(await live()).toEqual([{ live: 0 }]);
    const other = await eventually(async () => {
      const answer = await next('again', 1);
      return answer.status === 201 ? answer.body : undefined;
    }, 'another repeat');
    await assignment.send('again', [labelled(other.item, 1, 'a', { occasion: 1 })]);
    expect((await summary('again')).assignments).toMatchObject({ live: 0, released: 1, completed: 7 });
    expect(await live()).toEqual([{ live: 0 }]);
  });
});

describe('an item', () => {
  it('is given to the fewest workers that can decide it, and to one more when consensus is not sure', async () => {
    await aProject('dynamic', 1);
    const offered = async () => {
      const given: number[] = [];
      for (const worker of [1, 2, 3, 4]) if ((await next('dynamic', worker)).status === 201) given.push(worker);
      return given;
    };
    expect(await offered()).toEqual([1, 2]);
    await assignment.send('dynamic', [labelled('i1', 1, 'a'), labelled('i1', 2, 'b')]);
    expect(await offered()).toEqual([]);
    await assignment.send('dynamic', [decided('i1', 1, { confidence: 0.5, overlap: 2 })]);
    expect(await offered()).toEqual([3]);
    await assignment.send('dynamic', [labelled('i1', 3, 'b'), decided('i1', 2, { state: 'disputed', overlap: 3 })]);
    expect(await offered()).toEqual([]);
    expect((await summary('dynamic')).items).toMatchObject({ expert: 1, offered: 0 });
  });

  it('that is reached is offered no more', async () => {
    await aProject('reached', 1);
    await assignment.send('reached', [
      labelled('i1', 8, 'a'),
      decided('i1', 1, { state: 'reached', confidence: 0.99, overlap: 1 }),
    ]);
    expect(await allFor('reached', 1)).toEqual([]);
    expect((await summary('reached')).items['settled']).toBe(1);
  });

  it('that is withdrawn is offered no more', async () => {
    await aProject('gone', 2);
    await assignment.send('gone', [withdrawn('i1')]);
    expect(await allFor('gone', 1)).toEqual(['i2']);
  });

  it('shows the import of the highest revision', async () => {
    await aProject('revised', 1);
    await assignment.send('revised', [imported('i1', { text: 'newer' }, 2), imported('i1', { text: 'older' }, 1)]);
    expect((await next('revised', 1)).body.data).toEqual({ text: 'newer' });
  });

  it('shows one of two imports of a revision, whichever came first', async () => {
    const [one, other] = [imported('i1', { text: 'one' }, 1), imported('i1', { text: 'other' }, 1)];
    await assignment.send('tie', [configured(), one, other]);
    await assignment.send('tie-turned', [configured(), other, one]);
    const shown = async (project: string) => (await next(project, 1)).body.data;
    expect(await shown('tie')).toEqual(await shown('tie-turned'));
  });

  it('goes by the newest decision', async () => {
    await aProject('decided', 1);
    const newest = decided('i1', 2, { state: 'reached', confidence: 0.99, overlap: 1 });
    await assignment.send('decided', [newest, decided('i1', 1, { overlap: 1 })]);
    expect((await summary('decided')).items['settled']).toBe(1);
  });

  it('wants as many as the newest policy says, however many there are', async () => {
    // More of one lane than a slice of its sweep takes.
    const inLane = Array.from({ length: 4000 }, (_, index) => `i${index}`)
      .filter((item) => itemLane({ project: 'slices', item }) === 0)
      .slice(0, 250);
    await assignment.send('slices', [configured(), ...inLane.map((item) => imported(item))]);
    await assignment.send('slices', [configured({ revision: 2, policy: { minOverlap: 7 } })]);
    const { rows } = await assignment.database.query(
      `select wanted, count(*)::int as items from work where project = 'slices' group by wanted`,
    );
    expect(rows).toEqual([{ wanted: 7, items: 250 }]);
  });

  it('wants as many as the newest policy says', async () => {
    await aProject('policy', 1, { policy: { minOverlap: 1, maxOverlap: 1 } });
    expect((await next('policy', 1)).status).toBe(201);
    expect((await next('policy', 2)).status).toBe(204);
    await assignment.send('policy', [configured({ revision: 2, policy: { minOverlap: 2, maxOverlap: 3 } })]);
    expect((await next('policy', 2)).status).toBe(201);
  });

  it('that comes before its project is offered when the project is there', async () => {
    const [item] = items(1);
    await assignment.running.log.append([]);
    const sending = assignment.send('late-project', [item!, configured()]);
    await sending;
    expect(await allFor('late-project', 1)).toEqual(['i1']);
  });
});

describe('an assignment', () => {
  it('is completed by its annotation, and given back by its retraction', async () => {
    await aProject('ends', 1);
    const before = await counted();
    await next('ends', 1);
    await assignment.send('ends', [labelled('i1', 1, 'a')]);
    expect((await summary('ends')).assignments).toMatchObject({ live: 0, completed: 1 });
    await assignment.send('ends', [retracted('i1', 1)]);
    expect((await summary('ends')).assignments).toMatchObject({ completed: 0, released: 1 });
    expect(await counted()).toEqual({
      ...before,
      ...{ issued: before['issued']! + 1, completed: (before['completed'] ?? 0) + 1 },
      released: (before['released'] ?? 0) + 1,
    });
    const types = (await assignment.published<{ version: number }>('assay.assignment.events.v1', 'ends', 3)).map(
      ({ type, data }) => [type, data.version],
    );
    expect(types).toEqual([
      ['assay.assignment.issued.v1', 1],
      ['assay.assignment.completed.v1', 2],
      ['assay.assignment.released.v1', 3],
    ]);
  });

  it('that is given back leaves its place to another', async () => {
    await aProject('back', 1, { policy: { minOverlap: 1, maxOverlap: 1 } });
    const { body } = await next('back', 1);
    expect((await next('back', 2)).status).toBe(204);
    const path = `/v1/assignments/back/${body.assignment}`;
    const before = await counted();
    expect((await assignment.as(2, 'DELETE', path)).status).toBe(404);
    const extended = await assignment.as<{ deadline: string }>(1, 'POST', `${path}/extend`);
    expect((await assignment.as(1, 'DELETE', path)).status).toBe(204);
    expect((await assignment.as(1, 'DELETE', path)).status).toBe(204);
    expect(await counted()).toEqual({
      ...before,
      extended: (before['extended'] ?? 0) + 1,
      released: (before['released'] ?? 0) + 1,
    });
    expect((await next('back', 2)).status).toBe(201);
    const told = await assignment.published<{ version: number; deadline: string }>(
      ...(['assay.assignment.events.v1', 'back', 4] as const),
    );
    expect(told.map(({ type, data }) => [type, data.version, data.deadline])).toEqual([
      ['assay.assignment.issued.v1', 1, body.deadline],
      ['assay.assignment.issued.v1', 2, extended.body.deadline],
      ['assay.assignment.released.v1', 3, extended.body.deadline],
      ['assay.assignment.issued.v1', 1, expect.any(String)],
    ]);
  });

  it('can be extended five times, and not once it has ended', async () => {
    await aProject('longer', 2);
    const { body } = await next('longer', 1);
    const extend = (id = body.assignment) =>
      assignment.as<{ deadline: string; code: string }>(1, 'POST', `/v1/assignments/longer/${id}/extend`);
    // One whose time is over, on a lane that no instance has: nobody has noticed yet.
    const { body: late } = await next('longer', 1);
    await assignment.database.query(`update assignment set lane = 98, deadline = now() where id = $1`, [
      late.assignment,
    ]);
    const ended = (detail: string) => ({
      status: 409,
      body: { code: 'ended', detail: expect.stringContaining(detail) },
    });
    expect(await extend(late.assignment)).toMatchObject(ended('is past its deadline'));
    // After a failover versions begin at a million.
    await assignment.database.query('update assignment set version = 1000001 where id = $1', [late.assignment]);
    expect(await extend(late.assignment)).toMatchObject(ended('is past its deadline'));
    for (let time = 1; time <= 5; time++) {
      const answer = await extend();
      expect([answer.status, answer.body.deadline > body.deadline]).toEqual([200, true]);
    }
    expect(await extend()).toMatchObject(ended('was extended 5 times'));
    await assignment.send('longer', [labelled(body.item, 1, 'a')]);
    expect(await extend()).toMatchObject(ended('is completed'));
    expect(
      (await assignment.as<{ code: string }>(1, 'DELETE', `/v1/assignments/longer/${body.assignment}`)).body.code,
    ).toBe('ended');
  });

  it('expires when annotations were read past its deadline, and leaves its place to another', async () => {
    const assigning = { order: 'steady' as const, minutes: 0.01, held: 10, repeats: 0 };
    await aProject('expires', 1, { policy: { minOverlap: 1, maxOverlap: 1, assignment: assigning } });
    await next('expires', 1);
    await eventually(async () => (await summary('expires')).assignments['expired'] === 1, 'the assignment to expire');
    expect((await next('expires', 2)).status).toBe(201);
  });
});

describe('the expiry of a lane', () => {
  // One that no instance has, so that only the test expires it.
  const LANE = 99;

  it('waits until its annotations were read up to where the log ended after the deadline', async () => {
    await aProject('unread', 2);
    const [{ body: early }, { body: late }] = [await next('unread', 1), await next('unread', 1)];
    const database = { sql: sqlOn({ query: async (...asked) => (await assignment.database.query(...asked)).rows }) };
    const tx = { ...database, lane: LANE, publish: () => undefined, whenCommitted: () => undefined };
    let end = 5;
    const logEnds = { of: async () => end } as unknown as LogEnds;
    const expiry = new ExpiryService(logEnds, { ended: () => undefined } as unknown as AssignmentMetrics);
    const expire = () => expiry.expire(tx as unknown as LaneTransaction);
    const readTo = (position: number) =>
      database.sql(`update lane set positions = jsonb_build_object($2::text, $3::int) where partition = $1`, [
        ...[LANE, ANNOTATION_EVENTS.name, position],
      ]);
    const due = (id: string, since: string) =>
      database.sql('update assignment set lane = $2, deadline = now() - $3::interval where id = $1', [id, LANE, since]);
    const live = async () => {
      const rows = await database.sql<{ id: string }>(
        `select id from assignment where project = 'unread' and status = 'live'`,
      );
      return rows.map(({ id }) => id);
    };

    await database.sql(`insert into lane (kind, partition) values ('item', $1)`, [LANE]);
    await readTo(4);
    await due(early.assignment, '1 hour');
    // Where the log ended is noted; it is not read up to there.
    expect([await expire(), await expire(), await live()]).toEqual([false, false, expect.arrayContaining([early.assignment])]); // prettier-ignore
    await readTo(5);
    // The other one was not due when that was noted.
    await due(late.assignment, '1 minute');
    // It is a repeat, which takes nobody's place: whoever has the item in hand is another.
    await database.sql('update assignment set occasion = 1 where id = $1', [late.assignment]);
    await database.sql(`update lane_watermark set noted_at = now() - interval '30 minutes' where lane = $1`, [LANE]);
    end = 7;
    expect([await expire(), await live()]).toEqual([true, [late.assignment]]);
    expect([await expire(), await expire(), await live()]).toEqual([false, false, [late.assignment]]);
    await readTo(7);
    expect([await expire(), await live()]).toEqual([true, []]);
    expect((await summary('unread')).assignments).toMatchObject({ live: 0, expired: 2 });
    // One that somebody ended meanwhile has left its place already.
    const ended = await database.sql<Due>('select id, key from assignment where id = $1', [early.assignment]);
    expect(await leaveHand(tx as unknown as LaneTransaction, ended)).toEqual([]);
    const inHand = await database.sql(`select live from work where item in ($1, $2) and project = 'unread' order by item = $1`, [late.item, early.item]); // prettier-ignore
    expect(inHand).toEqual([{ live: 0 }, { live: 1 }]);
  });
});

describe('an assignment whose annotation waits for a newer schema', () => {
  it('does not expire before that has come: it was handed in on time', async () => {
    const assigning = { order: 'steady' as const, minutes: 0.01, held: 10, repeats: 0 };
    const policy = { minOverlap: 1, maxOverlap: 1, assignment: assigning };
    await aProject('waits', 2, { policy });
    const { body: late } = await next('waits', 1);
    const { body: never } = await next('waits', 2);
    const questions = [{ ...QUESTION, labels: [...QUESTION.labels, 'd'] }];
    await assignment.append('waits', [labelled(late.item, 1, 'd', { schemaVersion: 2 })]);
    await eventually(
      async () => (await summary('waits')).assignments['expired'] === 1,
      'the other assignment to expire',
    );
    expect((await next('waits', 3)).body.item).toBe(never.item);
    expect((await next('waits', 4)).status).toBe(204);
    await assignment.send('waits', [configured({ revision: 2, schemaVersion: 2, questions, policy })]);
    expect((await summary('waits')).assignments).toMatchObject({ completed: 1 });
  });
});

describe('gold', () => {
  it('is mixed in at the rate of the policy, least exposed first, and never twice to a worker', async () => {
    const policy = { minOverlap: 3, maxOverlap: 3, gold: { target: 0.9, reject: 0.7, rate: 0.5 } };
    await aProject('gold', 60, {
      policy: { ...policy, assignment: { order: 'steady', minutes: 60, held: 100, repeats: 0 } },
    });
    const known = Array.from({ length: 20 }, (_, index) => `i${index + 1}`);
    await assignment.send(
      'gold',
      known.map((item) => gold(item)),
    );
    const first = await allFor('gold', 1);
    expect(new Set(first).size).toBe(first.length);
    // Ordinary work ends it: gold is not work that wants to be done.
    expect(first.filter((item) => !known.includes(item))).toHaveLength(40);
    const given = first.filter((item) => known.includes(item));
    expect(given.length).toBeGreaterThan(0);
    if (given.length < 20) {
      const second = await allFor('gold', 2);
      const firstGold = second.filter((item) => known.includes(item)).slice(0, 20 - given.length);
      expect(firstGold.filter((item) => given.includes(item))).toEqual([]);
    }
  });

  it('ends with the ordinary work, as otherwise the last items would be known for gold', async () => {
    const policy = { minOverlap: 1, maxOverlap: 1, gold: { target: 0.9, reject: 0.7, rate: 1 } };
    await aProject('gold-end', 2, { policy });
    await assignment.send('gold-end', [gold('i1')]);
    const other = await next('gold-end', 2);
    expect(other.body.item).toBe('i1');
    await assignment.send('gold-end', [gold('i1', 2, false), gold('i2', 1)]);
    expect((await next('gold-end', 1)).status).toBe(204);
  });

  it('is not given out before the item is there, as it would be shown without what every other item shows', async () => {
    await aProject('gold-first', 2, { policy: { gold: { target: 0.9, reject: 0.7, rate: 1 } } });
    await assignment.send('gold-first', [gold('i3')]);
    expect((await next('gold-first', 1)).body.item).not.toBe('i3');
    await assignment.send('gold-first', [imported('i3', { text: 'text 3' })]);
    expect((await next('gold-first', 1)).body).toMatchObject({ item: 'i3', data: { text: 'text 3' } });
  });

  it('that is withdrawn from the pool is ordinary work again', async () => {
    await aProject('gold-back', 1);
    await assignment.send('gold-back', [gold('i1')]);
    expect((await next('gold-back', 1)).status).toBe(204);
    await assignment.send('gold-back', [gold('i1', 2, false)]);
    expect((await next('gold-back', 1)).status).toBe(201);
    // Of one revision the withdrawal counts, in either order.
    await assignment.send('gold-back', [gold('i1', 3), gold('i1', 3, false), gold('i1', 3)]);
    expect((await next('gold-back', 2)).status).toBe(201);
  });

  it('looks like any other work', async () => {
    const policy = { gold: { target: 0.9, reject: 0.7, rate: 1 } };
    await aProject('gold-shape', 2, { policy });
    await assignment.send('gold-shape', [gold('i1')]);
    const [one, other] = [await next('gold-shape', 1), await next('gold-shape', 1)];
    expect([one.body.item, other.body.item]).toEqual(['i1', 'i2']);
    const shape = ({ body, headers }: typeof one) => [
      Object.keys(body),
      JSON.stringify(body).length,
      [...headers.keys()].filter((name) => name !== 'date'),
    ];
    expect(shape(one)).toEqual(shape(other));
  });
});

describe('many workers at once', () => {
  it('never take an item beyond what it wants, nor twice, and leave none out', async () => {
    await aProject('crowd', 40, {
      policy: { minOverlap: 3, maxOverlap: 3, assignment: { order: 'steady', minutes: 60, held: 100, repeats: 0 } },
    });
    const workers = Array.from({ length: 12 }, (_, index) => 100 + index);
    for (const worker of workers) await assignment.keyOf(worker);
    // Two loops a worker: the same person in two windows.
    const given = await Promise.all(
      [...workers, ...workers].map(async (worker) =>
        (await allFor('crowd', worker)).map((item) => `${item} ${worker}`),
      ),
    );
    const all = given.flat();
    expect(new Set(all).size).toBe(all.length);
    expect(all).toHaveLength(40 * 3);
    const { rows } = await assignment.database.query<{ most: number; least: number }>(
      `select max(live) as most, min(live) as least from work where project = 'crowd'`,
    );
    expect(rows).toEqual([{ most: 3, least: 3 }]);
  });
});
