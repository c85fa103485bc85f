import { type DisputeEvent } from '@assay/contracts/dispute/dispute-event';
import { eventually } from '../../../test/support/eventually';
import {
  AssignmentUnderTest,
  configured,
  decided,
  imported,
  labelled,
  type ProjectChange,
  retracted,
  tiered,
  withdrawn,
} from './assignment.fixture';
import { type Summary } from './assignment.reader';
import { type ClaimedDispute, type DisputeEntry } from './dispute.service';

let assignment: AssignmentUnderTest;

beforeAll(async () => {
  assignment = await AssignmentUnderTest.start();
});

afterAll(() => assignment.stop());

const ANN = 51;
const BOB = 52;

/** A project with one item that workers 1, 2 and 3 could not agree on. */
async function aDispute(project: string, change: ProjectChange = {}): Promise<string> {
  const policy = { minOverlap: 3, maxOverlap: 3, ...change.policy };
  await assignment.send(project, [
    configured({ ...change, policy }),
    imported('i1', { text: 'text 1' }),
    ...[labelled('i1', 1, 'a'), labelled('i1', 2, 'b'), labelled('i1', 3, 'a')],
    decided('i1', 1, { state: 'disputed', label: 'a', confidence: 0.6, labels: 3, overlap: 3 }),
  ]);
  const [entry] = await queue(project, ANN);
  return entry!.dispute;
}

function asExpert<T>(expert: number, method: string, path: string, body?: unknown) {
  return assignment.as<T>(expert, method, path, body, 'expert');
}

async function queue(project: string, expert: number): Promise<DisputeEntry[]> {
  return (await asExpert<{ disputes: DisputeEntry[] }>(expert, 'GET', `/v1/disputes/${project}`)).body.disputes;
}

/** Status and code of an answer. */
async function refusal(expert: number, path: string, body?: unknown): Promise<[number, string]> {
  const answer = await asExpert<{ code: string }>(expert, 'POST', path, body);
  return [answer.status, answer.body?.code];
}

async function disputes(project: string) {
  return (await assignment.get<Summary>(`/v1/ops/assignment/summary/${project}`)).disputes;
}

const DECISION = { label: 'b', reason: 'worker-slip' };

describe('an expert', () => {
  it('sees a claimed dispute blind: the item, the question, labels under letters, and nothing of who said what', async () => {
    const id = await aDispute('blind');
    const { status, body } = await asExpert<ClaimedDispute>(ANN, 'POST', `/v1/disputes/blind/${id}/claim`);
    expect(status).toBe(200);
    expect(body).toEqual({
      dispute: id,
      project: 'blind',
      item: 'i1',
      data: { text: 'text 1' },
      question: { name: 'label', kind: 'choice', labels: ['a', 'b', 'c'], ask: 'Which is it?' },
      candidates: [
        { letter: 'A', label: expect.stringMatching(/^[ab]$/) },
        { letter: 'B', label: expect.stringMatching(/^[ab]$/) },
      ],
      deadline: expect.any(String),
      claimedUntil: expect.any(String),
    });
    const { rows } = await assignment.database.query(
      `select claimed_until > now() + interval '14 minutes' and claimed_until <= now() + interval '15 minutes' as fits
       from dispute where id = $1`,
      [id],
    );
    expect(rows).toEqual([{ fits: true }]);
    // Asked again within the claim it is the same, order included.
    expect((await asExpert(ANN, 'POST', `/v1/disputes/blind/${id}/claim`)).body).toEqual(body);
    expect(await queue('blind', ANN)).toMatchObject([{ dispute: id, status: 'yours' }]);
    expect(await queue('blind', BOB)).toEqual([]);
    const all = await assignment.get<{ disputes: DisputeEntry[] }>('/v1/disputes/blind');
    expect(all.disputes).toMatchObject([{ dispute: id, status: 'claimed' }]);
  });

  it('finds the candidates in another order with another claim', async () => {
    const id = await aDispute('orders');
    const firsts = new Set<string>();
    // The chance that one label is first 20 times in a row is 2^-19.
    for (let time = 0; time < 20; time++) {
      const { body } = await asExpert<ClaimedDispute>(ANN, 'POST', `/v1/disputes/orders/${id}/claim`);
      firsts.add(body.candidates[0]!.label);
      await asExpert(ANN, 'POST', `/v1/disputes/orders/${id}/release`);
    }
    expect([...firsts].sort()).toEqual(['a', 'b']);
  });

  it('decides a claimed dispute, for good', async () => {
    const id = await aDispute('decided');
    const path = `/v1/disputes/decided/${id}`;
    await asExpert(ANN, 'POST', `${path}/claim`);
    expect((await asExpert(ANN, 'POST', `${path}/decision`, { ...DECISION, note: 'see page 3' })).status).toBe(204);
    expect(await disputes('decided')).toMatchObject({ open: 0, claimed: 0, decided: 1 });
    expect(await refusal(ANN, `${path}/decision`, DECISION)).toEqual([409, 'ended']);
    expect(await refusal(BOB, `${path}/claim`)).toEqual([409, 'ended']);
    const events = await assignment.published<DisputeEvent>('assay.dispute.events.v1', 'decided', 2);
    expect(events.map(({ type }) => type)).toEqual(['assay.dispute.claimed.v1', 'assay.dispute.decided.v1']);
    expect(events[1]!.data).toMatchObject({
      ...{ item: 'i1', question: 'label', dispute: id, label: 'b', reason: 'worker-slip', note: 'see page 3' },
      schemaVersion: 1,
    });
    const { rows: audited } = await assignment.database.query('select action, detail from audit where subject = $1', [
      id,
    ]);
    expect(audited).toEqual([{ action: 'dispute.decide', detail: { project: 'decided', reason: 'worker-slip' } }]);
    const ended = await assignment.get<{ disputes: object[] }>('/v1/disputes/decided/ended?limit=1');
    expect(ended.disputes).toMatchObject([
      {
        dispute: id,
        item: 'i1',
        status: 'decided',
        believed: 'a',
        label: 'b',
        reason: 'worker-slip',
        note: 'see page 3',
      },
    ]);
    // A late annotation makes consensus say it again before it knows of the decision: it is not asked twice.
    await assignment.send('decided', [decided('i1', 2, { state: 'disputed', labels: 4, overlap: 4 })]);
    expect(await queue('decided', BOB)).toEqual([]);
  });

  it('can say that there is no answer', async () => {
    const id = await aDispute('unresolvable', { schemaVersion: 2 });
    await asExpert(ANN, 'POST', `/v1/disputes/unresolvable/${id}/claim`);
    const said = { unresolvable: true, reason: 'bad-source' };
    expect((await asExpert(ANN, 'POST', `/v1/disputes/unresolvable/${id}/decision`, said)).status).toBe(204);
    expect(await disputes('unresolvable')).toMatchObject({ unresolvable: 1 });
    const events = await assignment.published('assay.dispute.events.v1', 'unresolvable', 2);
    expect(events[1]).toMatchObject({ type: 'assay.dispute.unresolvable.v1', data: { schemaVersion: 2 } });
    await assignment.send('unresolvable', [decided('i1', 2, { state: 'disputed', labels: 4, overlap: 4 })]);
    expect(await queue('unresolvable', BOB)).toEqual([]);
  });

  it.each([
    ['a label that the question does not have', { label: 'z', reason: 'worker-slip' }],
    ['a reason that is not on the list', { label: 'a', reason: 'whim' }],
    ['no reason', { label: 'a' }],
    ['neither a label nor that there is none', { reason: 'worker-slip' }],
    ['both', { label: 'a', unresolvable: true, reason: 'worker-slip' }],
  ])('is refused %s', async (what, body) => {
    const project = `refused-${what.length}`;
    const id = await aDispute(project);
    await asExpert(ANN, 'POST', `/v1/disputes/${project}/${id}/claim`);
    expect(await refusal(ANN, `/v1/disputes/${project}/${id}/decision`, body)).toEqual([422, 'invalid']);
  });

  it('is refused what another has claimed, and a decision without a claim', async () => {
    const id = await aDispute('claims');
    const path = `/v1/disputes/claims/${id}`;
    expect(await refusal(ANN, `${path}/decision`, DECISION)).toEqual([409, 'not_claimed']);
    expect(await refusal(ANN, `${path}/release`)).toEqual([409, 'not_claimed']);
    await asExpert(ANN, 'POST', `${path}/claim`);
    expect(await refusal(BOB, `${path}/claim`)).toEqual([409, 'already_claimed']);
    expect(await refusal(BOB, `${path}/decision`, DECISION)).toEqual([409, 'not_claimed']);
    expect(await refusal(ANN, `/v1/disputes/claims/00000000-0000-5000-8000-000000000000/claim`)).toEqual([
      404,
      'not_found',
    ]);
    expect(await refusal(ANN, `/v1/disputes/other/${id}/claim`)).toEqual([404, 'not_found']);
    await assignment.send('another', [configured()]);
    expect(await refusal(ANN, `/v1/disputes/another/${id}/claim`)).toEqual([404, 'not_found']);
  });

  it('is refused a decision after the clock, and another gets the dispute', async () => {
    const id = await aDispute('clock', { policy: { disputes: { hours: 72, claimMinutes: 0.01 } } });
    const path = `/v1/disputes/clock/${id}`;
    const { body } = await asExpert<ClaimedDispute>(ANN, 'POST', `${path}/claim`);
    const isOver = async () => {
      const { rows } = await assignment.database.query<{ over: boolean }>('select $1::timestamptz < now() as over', [
        body.claimedUntil,
      ]);
      return rows[0]!.over;
    };
    await eventually(isOver, 'the claim to end');
    const [status, code] = await refusal(ANN, `${path}/decision`, DECISION);
    // Whichever came first: the lane's work has ended the claim, or it is about to.
    expect([status, code === 'claim_expired' || code === 'not_claimed']).toEqual([409, true]);
    expect((await asExpert(BOB, 'POST', `${path}/claim`)).status).toBe(200);
  });

  it('cannot touch what was decided by the clock before the lane noticed', async () => {
    const id = await aDispute('clock-first');
    await asExpert(ANN, 'POST', `/v1/disputes/clock-first/${id}/claim`);
    // A claim of an hour ago, on a lane that has no work in the next second.
    await assignment.database.query(
      `update dispute set lane = 99, claimed_until = now() - interval '1 hour' where id = $1`,
      [id],
    );
    expect(await refusal(ANN, `/v1/disputes/clock-first/${id}/decision`, DECISION)).toEqual([409, 'claim_expired']);
    expect((await asExpert(BOB, 'POST', `/v1/disputes/clock-first/${id}/claim`)).status).toBe(200);
    const events = await assignment.published<{ cause?: string }>('assay.dispute.events.v1', 'clock-first', 3);
    expect(events.map(({ type, data }) => [type, data.cause])).toEqual([
      ['assay.dispute.claimed.v1', undefined],
      ['assay.dispute.released.v1', 'expired'],
      ['assay.dispute.claimed.v1', undefined],
    ]);
  });

  it('is never shown a dispute on an item that the expert labelled, and is refused it, also where that was taken back', async () => {
    const id = await aDispute('own');
    await assignment.send('own', [labelled('i1', BOB, 'b'), retracted('i1', BOB)]);
    expect(await queue('own', BOB)).toEqual([]);
    expect(await refusal(BOB, `/v1/disputes/own/${id}/claim`)).toEqual([403, 'own_work']);
    // Labelled after the claim: looked at again with the decision.
    await asExpert(ANN, 'POST', `/v1/disputes/own/${id}/claim`);
    await assignment.send('own', [labelled('i1', ANN, 'b')]);
    expect(await refusal(ANN, `/v1/disputes/own/${id}/decision`, DECISION)).toEqual([403, 'own_work']);
  });

  it.each([
    [
      'of other tracks',
      'tracks',
      (project: string) => assignment.send(project, [configured({ revision: 2, tracks: ['stem'] })]),
    ],
    ['while suspended', 'suspended', (project: string) => assignment.send(project, [tiered(ANN, 'suspended')])],
  ])('is refused the disputes %s', async (_what, project, close) => {
    const id = await aDispute(project);
    await close(project);
    expect(await refusal(ANN, `/v1/disputes/${project}/${id}/claim`)).toEqual([403, 'forbidden']);
    expect((await asExpert(ANN, 'GET', `/v1/disputes/${project}`)).status).toBe(403);
  });

  it('wins alone when many decide at once', async () => {
    const id = await aDispute('race');
    const experts = [61, 62, 63, 64, 65, 66];
    for (const expert of experts) await assignment.keyOf(expert, 'expert');
    const claims = await Promise.all(experts.map((expert) => refusal(expert, `/v1/disputes/race/${id}/claim`)));
    expect(claims.filter(([status]) => status === 200)).toHaveLength(1);
    const winner = experts[claims.findIndex(([status]) => status === 200)]!;
    const decisions = await Promise.all(
      [1, 2, 3].map(() => refusal(winner, `/v1/disputes/race/${id}/decision`, DECISION)),
    );
    expect(decisions.map(([status]) => status).sort()).toEqual([204, 409, 409]);
  });
});

describe('the queue', () => {
  it('has the most pressing hour first, within it what is least sure, page by page', async () => {
    const sure = [0.9, 0.3, 0.6];
    await assignment.send('queue', [
      configured({ policy: { minOverlap: 1, maxOverlap: 1 } }),
      ...sure.flatMap((confidence, index) => [
        imported(`i${index}`),
        decided(`i${index}`, 1, { state: 'disputed', confidence, overlap: 1 }),
      ]),
    ]);
    // Of one hour all of them, whenever they were raised.
    await assignment.database.query(
      `update dispute set deadline = date_trunc('hour', now()) + interval '72 hours 5 minutes' where project = 'queue'`,
    );
    const confidenceOf = async (id: string) => {
      const { rows } = await assignment.database.query<{ confidence: number }>(
        'select confidence from dispute where id = $1',
        [id],
      );
      return rows[0]!.confidence;
    };
    const seen: number[] = [];
    let path = '/v1/disputes/queue?limit=1';
    for (let page = 0; page < 3; page++) {
      const { body, headers } = await asExpert<{ disputes: DisputeEntry[] }>(ANN, 'GET', path);
      for (const { dispute } of body.disputes) seen.push(await confidenceOf(dispute));
      path = /<([^>]+)>/.exec(headers.get('link') ?? '')?.[1] ?? '';
    }
    expect([seen, path]).toEqual([[0.3, 0.6, 0.9], '']);
    await assignment.database.query(
      `update dispute set deadline = deadline - interval '1 day' where project = 'queue' and item = 'i0'`,
    );
    const [first] = await queue('queue', ANN);
    expect(await confidenceOf(first!.dispute)).toBe(0.9);
  });

  it('leaves what has ended to a list of its own, page by page', async () => {
    const all = (version: number, state: 'disputed' | 'reached') =>
      ['i1', 'i2', 'i3'].map((item) => decided(item, version, { state, overlap: 1 }));
    await assignment.send('listed', [configured(), ...all(1, 'disputed')]);
    await assignment.send('listed', all(2, 'reached'));
    const authorization = `Bearer ${assignment.running.adminKey}`;
    const items: string[][] = [];
    for (let path = '/v1/disputes/listed/ended?limit=2'; path !== '';) {
      const response = await fetch(`${assignment.running.url}${path}`, { headers: { authorization } });
      const { disputes: ended } = (await response.json()) as { disputes: { item: string }[] };
      items.push(ended.map(({ item }) => item));
      path = /<([^>]+)>/.exec(response.headers.get('link') ?? '')?.[1] ?? '';
    }
    expect([items.map((page) => page.length), items.flat().sort()]).toEqual([
      [2, 1],
      ['i1', 'i2', 'i3'],
    ]);
    await expect(assignment.get('/v1/disputes/nowhere/ended')).rejects.toThrow('404');
  });
});

describe('a dispute that consensus settles', () => {
  const reached = (version: number) => decided('i1', version, { state: 'reached', confidence: 0.99, overlap: 4 });

  it('is withdrawn while nobody has claimed it, and raised anew when it is disputed again', async () => {
    const id = await aDispute('settles');
    await assignment.send('settles', [reached(2)]);
    expect(await queue('settles', ANN)).toEqual([]);
    expect(await refusal(ANN, `/v1/disputes/settles/${id}/claim`)).toEqual([409, 'ended']);
    await assignment.send('settles', [decided('i1', 3, { state: 'disputed', overlap: 5 })]);
    const [again] = await queue('settles', ANN);
    expect([again!.dispute === id, again!.status]).toEqual([false, 'open']);
    expect(await disputes('settles')).toMatchObject({ open: 1, withdrawn: 1 });
  });

  it('stays with the expert who has claimed it, whose decision counts', async () => {
    const id = await aDispute('settles-claimed');
    await asExpert(ANN, 'POST', `/v1/disputes/settles-claimed/${id}/claim`);
    await assignment.send('settles-claimed', [reached(2)]);
    expect((await asExpert(ANN, 'POST', `/v1/disputes/settles-claimed/${id}/decision`, DECISION)).status).toBe(204);
  });

  it('is withdrawn when its claim is given back', async () => {
    const id = await aDispute('settles-back');
    await asExpert(ANN, 'POST', `/v1/disputes/settles-back/${id}/claim`);
    await assignment.send('settles-back', [reached(2)]);
    expect((await asExpert(ANN, 'POST', `/v1/disputes/settles-back/${id}/release`)).status).toBe(204);
    expect(await disputes('settles-back')).toMatchObject({ open: 0, claimed: 0, withdrawn: 1 });
    const events = await assignment.published<{ cause?: string }>('assay.dispute.events.v1', 'settles-back', 2);
    expect(events[1]).toMatchObject({ type: 'assay.dispute.released.v1', data: { cause: 'given-back' } });
  });

  it('is withdrawn when its claim has run out, and is claimed by nobody', async () => {
    const id = await aDispute('settles-late');
    await asExpert(ANN, 'POST', `/v1/disputes/settles-late/${id}/claim`);
    await assignment.send('settles-late', [reached(2)]);
    // On a lane that no instance has: nobody has noticed yet.
    await assignment.database.query(`update dispute set lane = 99, claimed_until = now() where id = $1`, [id]);
    expect(await refusal(BOB, `/v1/disputes/settles-late/${id}/claim`)).toEqual([409, 'ended']);
    expect(await disputes('settles-late')).toMatchObject({ open: 0, claimed: 0, withdrawn: 1 });
  });

  it('is open again when its claim is given back after it was disputed anew', async () => {
    const id = await aDispute('unsettled');
    await asExpert(ANN, 'POST', `/v1/disputes/unsettled/${id}/claim`);
    await assignment.send('unsettled', [reached(2)]);
    await assignment.send('unsettled', [decided('i1', 3, { state: 'disputed', overlap: 5 })]);
    expect((await asExpert(ANN, 'POST', `/v1/disputes/unsettled/${id}/release`)).status).toBe(204);
    expect(await disputes('unsettled')).toMatchObject({ open: 1, claimed: 0, withdrawn: 0 });
    const { rows } = await assignment.database.query('select expert, claimed_until from dispute where id = $1', [id]);
    expect(rows).toEqual([{ expert: null, claimed_until: null }]);
  });

  it('ends with its item, also in an expert’s hand', async () => {
    const id = await aDispute('item-gone');
    await asExpert(ANN, 'POST', `/v1/disputes/item-gone/${id}/claim`);
    await assignment.send('item-gone', [withdrawn('i1')]);
    expect(await refusal(ANN, `/v1/disputes/item-gone/${id}/decision`, DECISION)).toEqual([409, 'ended']);
    const events = await assignment.published<{ cause?: string }>('assay.dispute.events.v1', 'item-gone', 2);
    expect(events[1]).toMatchObject({ type: 'assay.dispute.released.v1', data: { cause: 'withdrawn' } });
    // What consensus said before it knew of that comes later.
    await assignment.send('item-gone', [decided('i1', 2, { state: 'disputed', overlap: 4 })]);
    expect(await queue('item-gone', BOB)).toEqual([]);
  });
});
