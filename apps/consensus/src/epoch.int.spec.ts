import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { eventId } from '@assay/platform/transport/event-id';
import { auto } from '@assay/statistics/aggregation/auto';
import { type LabelTable, labelTable } from '@assay/statistics/aggregation/label-table';
import { evidenceOf, posteriorOf } from '@assay/statistics/aggregation/posterior';
import { type PublishedModel } from '@assay/statistics/aggregation/published-model';
import {
  adjudicated,
  configured,
  ConsensusUnderTest,
  fitted,
  fittedNothing,
  labelled,
  pooled,
} from './consensus.fixture';
import { keepEpochs, momentOf, movePointers } from './epoch.queries';
import { type Sent } from '../../../test/support/sent-events';

let consensus: ConsensusUnderTest;

beforeAll(async () => {
  consensus = await ConsensusUnderTest.start();
});

afterAll(async () => {
  await consensus?.stop();
});

const LABELS = ['a', 'b', 'c'];

/** Items by eight workers of whom two answer at random, drawn from a seed: as events, and as the table that a fit sees. */
function aCrowd(items: number, seed: number): { events: Sent[]; table: LabelTable } {
  const random = xoroshiro128plus(seed);
  const rows: { item: string; worker: string; label: string }[] = [];
  const events: Sent[] = [];
  for (let i = 0; i < items; i++) {
    for (let worker = 0; worker < 8; worker++) {
      const isRight = worker < 6 && uniformInt(random, 0, 99) < 80;
      const label = LABELS[isRight ? i % 3 : uniformInt(random, 0, 2)]!;
      events.push(labelled(`item ${i}`, worker, label));
      rows.push({ item: `item ${i}`, worker: eventId('worker', worker), label });
    }
  }
  return { events, table: labelTable(rows, LABELS) };
}

interface Listed {
  item: string;
  state: string;
  decisions: { label?: string; posterior: number; confidence: number; epoch: number }[];
}

async function itemsOf(project: string): Promise<Listed[]> {
  return (await consensus.get<{ items: Listed[] }>(`/v1/consensus/${project}?limit=1000`)).items;
}

async function sendAndRest(project: string, ...events: Sent[]): Promise<void> {
  await consensus.send(project, events);
  await consensus.rest(project);
}

/** The model with some workers who say anything but the truth. */
function withLiars(model: PublishedModel, liars: readonly string[]): PublishedModel {
  const workers = new Map(model.workers);
  const liar = Float64Array.from([0.02, 0.49, 0.49, 0.49, 0.02, 0.49, 0.49, 0.49, 0.02].map(Math.log));
  for (const worker of liars) workers.set(worker, liar);
  return { ...model, workers } as PublishedModel;
}

describe('an epoch', () => {
  const { events, table } = aCrowd(90, 5);
  const { model } = auto(table);

  it('decides every item as the fit does, when all its chunks are there', async () => {
    const { chunks, close } = fitted(model, { epoch: 1, isSettling: true, chunks: 3 });
    await sendAndRest('whole', configured(), ...events, chunks[2]!, close, chunks[0]!);
    expect(await consensus.get('/v1/ops/consensus/summary/whole')).toMatchObject({ epoch: 0 });
    await sendAndRest('whole', chunks[1]!);
    expect(await consensus.get('/v1/ops/consensus/summary/whole')).toMatchObject({ epoch: 1 });

    const decided = new Map((await itemsOf('whole')).map((one) => [one.item, one.decisions[0]!]));
    expect(decided.size).toBe(90);
    table.items.forEach((item, t) => {
      const { posterior, label, confidence } = posteriorOf(model, evidenceOf(table, t));
      const decision = decided.get(item)!;
      expect([item, decision.label, decision.epoch]).toEqual([item, LABELS[label], 1]);
      expect(decision.posterior).toBeCloseTo(posterior[label]!, 12);
      expect(decision.confidence).toBeCloseTo(confidence, 12);
    });
  });

  it('comes to the same whether it comes before the labels, after them or twice', async () => {
    const digest = await consensus.digest('whole');
    const { chunks, close } = fitted(model, { epoch: 1, isSettling: true, chunks: 2 });
    await sendAndRest('first', ...chunks, close, configured());
    await sendAndRest('first', ...events, ...chunks, close);
    expect(await consensus.digest('first')).toBe(digest);
  });

  it('outdoes the one before it, and never the other way round', async () => {
    const digest = await consensus.digest('whole');
    const older = fitted(withLiars(model, [...model.workers.keys()]), { epoch: 1, isSettling: true });
    const newer = fitted(model, { epoch: 2, isSettling: true, chunks: 2 });
    await sendAndRest('ordered', configured(), ...events, ...newer.chunks, newer.close, ...older.chunks, older.close);
    expect(await consensus.get('/v1/ops/consensus/summary/ordered')).toMatchObject({ epoch: 2 });
    expect(await consensus.digest('ordered')).toBe(digest);
    const kept = async () => {
      const { rows } = await consensus.database.query<{ epoch: number }>(
        `select epoch, chunk as n, workers::text as what from model_chunk where project = 'ordered'
         union all select epoch, chunks, is_settling::text from epoch where project = 'ordered' order by 1, 2, 3`,
      );
      return rows;
    };
    const before = await kept();
    expect(before.map(({ epoch }) => epoch)).toEqual([2, 2, 2]);
    // Neither where it comes later, nor where it was given the number of the one that items are decided by.
    const outdone = fitted(withLiars(model, [...model.workers.keys()]), { epoch: 2 });
    for (const late of [older, outdone]) {
      await sendAndRest('ordered', ...late.chunks, late.close);
      expect(await kept()).toEqual(before);
    }
  });

  it('touches what flips alone, also of what is open; a settling one touches everything', async () => {
    const first = fitted(model, { epoch: 1, isSettling: true });
    await sendAndRest(
      'ordinary',
      configured({ policy: { minConfidence: 0.7 } }),
      ...events,
      labelled('lonely', 3, 'a'),
      ...first.chunks,
      first.close,
    );
    const before = new Map((await itemsOf('ordinary')).map((one) => [one.item, one]));

    // Two honest workers are taken for liars: what rests on them flips or opens.
    const liars = [0, 1].map((worker) => eventId('worker', worker));
    const second = fitted(withLiars(model, liars), { epoch: 2 });
    await sendAndRest('ordinary', ...second.chunks, second.close);
    let kept = 0;
    let moved = 0;
    for (const { item, state, decisions } of await itemsOf('ordinary')) {
      const [was, is] = [before.get(item)!, decisions[0]!];
      const isSame = was.state === state && state !== 'disputed' && was.decisions[0]!.label === is.label;
      if (isSame) kept++;
      else moved++;
      if (item === 'lonely') expect([was.state, state, isSame]).toEqual(['open', 'open', true]);
      expect([item, is.epoch]).toEqual([item, isSame ? 1 : 2]);
    }
    expect(kept).toBeGreaterThan(5);
    expect(moved).toBeGreaterThan(5);

    const third = fitted(withLiars(model, liars), { epoch: 3, isSettling: true });
    await sendAndRest('ordinary', ...third.chunks, third.close);
    expect(new Set((await itemsOf('ordinary')).map((one) => one.decisions[0]!.epoch))).toEqual(new Set([3]));
  });

  it('is whole with its own chunks, where one of its number had more of which the end was lost', async () => {
    const lost = fitted(withLiars(model, [...model.workers.keys()]), { epoch: 1, isSettling: true, chunks: 3 });
    await sendAndRest('lost-end', configured(), ...events, ...lost.chunks);
    const { chunks, close } = fitted(model, { epoch: 1, isSettling: true, chunks: 2 });
    await sendAndRest('lost-end', ...chunks, close);
    expect(await consensus.get('/v1/ops/consensus/summary/lost-end')).toMatchObject({ epoch: 1 });
    expect(await consensus.digest('lost-end')).toBe(await consensus.digest('whole'));
  });

  it('of no labels at all decides as nothing was fitted, and is the newest all the same', async () => {
    const { chunks, close } = fitted(model, { epoch: 1, isSettling: true });
    await sendAndRest('emptied', configured(), ...events, ...chunks, close);
    await sendAndRest('emptied', fittedNothing(2));
    expect(await consensus.get('/v1/ops/consensus/summary/emptied')).toMatchObject({ epoch: 2 });
    expect(new Set((await itemsOf('emptied')).map((one) => one.decisions[0]!.epoch))).toEqual(new Set([0]));
  });

  it('settles everything where an ordinary one overtakes it', async () => {
    const settling = fitted(model, { epoch: 1, isSettling: true });
    const ordinary = fitted(model, { epoch: 2 });
    const epochs = [...ordinary.chunks, ...settling.chunks, settling.close, ordinary.close];
    await sendAndRest('overtaken', configured(), ...events);
    await sendAndRest('overtaken', ...epochs);
    expect(await consensus.digest('overtaken')).toBe(await consensus.digest('whole'));
    expect(new Set((await itemsOf('overtaken')).map((one) => one.decisions[0]!.epoch))).toEqual(new Set([2]));
  });

  it('is remembered as the newest that settles when an ordinary one comes before items have followed it', async () => {
    const sql = async <Row>(statement: string, parameters: readonly unknown[] = []) =>
      (await consensus.database.query(statement, [...parameters])).rows as Row[];
    for (const [epoch, isSettling] of [
      [1, true],
      [2, false],
      [3, false],
    ] as const) {
      const covers = { schemaVersion: 1, policyRevision: 1, covers: [], questions: [] };
      await keepEpochs({ sql }, [{ project: 'unswept', epoch, isSettling, ...covers }]);
      await movePointers({ sql }, ['unswept']);
    }
    const { pointers } = await momentOf({ sql }, ['unswept']);
    expect(pointers.get('unswept')).toEqual({ epoch: 3, settlingEpoch: 1 });
  });

  it('is not used for a question that has grown since, until a fit knows its labels', async () => {
    const { chunks, close } = fitted(model, { epoch: 1, isSettling: true });
    const questions = [{ name: 'label', kind: 'choice' as const, labels: [...LABELS, 'd'] }];
    const grown = configured({ revision: 2, schemaVersion: 2, questions });
    await sendAndRest('outgrown', configured(), ...events, ...chunks, close, grown);
    const epochs = (await itemsOf('outgrown')).map((one) => one.decisions[0]!.epoch);
    expect(new Set(epochs)).toEqual(new Set([0]));
  });

  it('sweeps lanes of more items than one slice holds', async () => {
    const many = Array.from({ length: 3600 }, (_, i) => labelled(`item ${i}`, i % 8, LABELS[i % 3]!));
    const { chunks, close } = fitted(model, { epoch: 1, isSettling: true });
    await sendAndRest('many', configured(), ...many);
    await sendAndRest('many', ...chunks, close);
    const { rows } = await consensus.database.query(
      `select (select max(items) from (select count(*)::int as items from item where project = 'many' group by lane) l) as largest,
              (select count(*)::int from item where project = 'many' and epoch <> 1) as behind`,
    );
    expect(rows).toEqual([{ largest: expect.any(Number), behind: 0 }]);
    expect(rows[0].largest).toBeGreaterThan(200);
  });
});

describe('a disputed item', () => {
  const split = [1, 2, 3, 4].map((worker) => labelled('one', worker, worker % 2 ? 'a' : 'b'));
  const setUp = configured({ policy: { maxOverlap: 4 } });

  it('is what the earliest expert decided, in any order, and stays so', async () => {
    const [first, later] = [
      adjudicated('one', 'c', { dispute: 'd2', at: '2026-01-01T00:00:00.000Z' }),
      adjudicated('one', 'b', { dispute: 'd1', at: '2026-01-02T00:00:00.000Z' }),
    ];
    await sendAndRest('expert', setUp, ...split);
    expect(await itemsOf('expert')).toMatchObject([{ state: 'disputed' }]);
    await sendAndRest('expert', first, later);
    await sendAndRest('expert', labelled('one', 5, 'a'), labelled('one', 6, 'a'), labelled('one', 7, 'a'));
    expect(await itemsOf('expert')).toMatchObject([
      { state: 'adjudicated', decisions: [{ label: 'c', posterior: 1, confidence: 1, labels: 7 }] },
    ]);
    await consensus.send('expert-late', [later, labelled('one', 7, 'a'), first, labelled('one', 6, 'a')]);
    await sendAndRest('expert-late', setUp, labelled('one', 5, 'a'), ...split);
    expect(await consensus.digest('expert-late')).toBe(await consensus.digest('expert'));
    const types = ['assay.consensus.adjudicated.v1'];
    const told = await consensus.published('assay.consensus.events.v1', 'expert', (all) => all.includes(types[0]!));
    expect(told.filter((record) => types.includes(record.headers['ce_type']!))).toHaveLength(1);
    expect(await consensus.get('/v1/consensus/expert/one')).toMatchObject({
      questions: [{ adjudication: { reason: 'ambiguous-item', outcome: 'label', label: 'c' } }],
    });
  });

  it('is unresolvable where the expert says so', async () => {
    await sendAndRest('hopeless', setUp, ...split, adjudicated('one', undefined));
    expect(await itemsOf('hopeless')).toMatchObject([{ state: 'unresolvable' }]);
  });

  it('waits for the schema that its decision was made by, and refuses a label that no schema has', async () => {
    await sendAndRest('foreign', setUp, ...split, adjudicated('one', 'z'));
    const { rows } = await consensus.database.query(`select reason from dead_letter where project = 'foreign'`);
    expect(rows).toEqual([{ reason: 'refused' }]);
    await consensus.send('foreign', [adjudicated('one', 'd', { schemaVersion: 2, dispute: 'd3' })]);
    await consensus.rest('foreign', 1);
    const questions = [{ name: 'label', kind: 'choice' as const, labels: [...LABELS, 'd'] }];
    await sendAndRest('foreign', configured({ revision: 2, schemaVersion: 2, questions, policy: { maxOverlap: 4 } }));
    expect(await itemsOf('foreign')).toMatchObject([{ state: 'adjudicated', decisions: [{ label: 'd' }] }]);
  });

  it('is no dispute while the item is gold, and nothing that anybody reads says why', async () => {
    await sendAndRest('gold', setUp, pooled('one', 1), ...split, ...split.map((event) => event));
    expect(await itemsOf('gold')).toMatchObject([{ state: 'open' }]);
    expect(JSON.stringify(await consensus.get('/v1/consensus/gold/one'))).not.toMatch(/gold(?!"|\/)/);
    await sendAndRest('gold', pooled('one', 2, false), pooled('one', 1));
    expect(await itemsOf('gold')).toMatchObject([{ state: 'disputed' }]);
    await sendAndRest('gold', pooled('one', 3));
    expect(await itemsOf('gold')).toMatchObject([{ state: 'open' }]);
    const told = await consensus.published('assay.consensus.events.v1', 'gold', (all) => all.length >= 4);
    expect(new Set(told.map((record) => record.headers['ce_id'])).size).toBe(told.length);
  });
});
