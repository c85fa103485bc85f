import fc from 'fast-check';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { Registry } from 'prom-client';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type Transactions } from '@assay/platform/transport/transactions';
import { addItem, emptyStatistics, mergeStatistics } from '@assay/statistics/agreement/categorical-statistics';
import { type Relay } from '@assay/platform/transport/relay';
import { ConsensusGauges } from './consensus.gauges';
import { rowKey } from '@assay/platform/copies/annotated-item';
import { configured, ConsensusUnderTest, imported, labelled, retracted, withdrawn } from './consensus.fixture';
import { type Sent } from '../../../test/support/sent-events';
import { describeWithData, readLabelSet } from '../../../test/support/label-sets';

let consensus: ConsensusUnderTest;

beforeAll(async () => {
  consensus = await ConsensusUnderTest.start();
});

afterAll(async () => {
  await consensus?.stop();
});

/** Thirty items by six workers with revisions, repeats, retractions, occasions, slices and withdrawals, drawn from a seed. */
function aStory(seed: number): Sent[] {
  const random = xoroshiro128plus(seed);
  const chance = (percent: number) => uniformInt(random, 0, 99) < percent;
  const label = () => ['a', 'b', 'c'][uniformInt(random, 0, 2)]!;
  const story: Sent[] = [];
  for (let i = 0; i < 30; i++) {
    const item = `item ${i}`;
    if (chance(70)) story.push(imported(item, i % 3 === 0 ? 'north' : undefined));
    if (chance(20)) story.push(imported(item, 'south', 1));
    for (let worker = 0; worker < 6; worker++) {
      const truth = ['a', 'b', 'c'][i % 3]!;
      story.push(labelled(item, worker, chance(70) ? truth : label(), { order: 1 }));
      if (chance(15)) story.push(labelled(item, worker, label(), { order: 2 }));
      if (chance(15)) story.push(labelled(item, worker, label(), { revision: 1, order: 3 }));
      if (chance(10)) story.push(retracted(item, worker, { order: 2 }));
      if (chance(10)) story.push(retracted(item, worker, { revision: 1, order: 4 }));
      if (chance(10)) story.push(labelled(item, worker, label(), { occasion: 1, order: 5 }));
    }
    if (chance(10)) story.push(withdrawn(item));
  }
  return story;
}

const shuffled = <T>(values: readonly T[], seed: number): T[] =>
  fc.sample(fc.shuffledSubarray([...values], { minLength: values.length, maxLength: values.length }), {
    seed,
    numRuns: 1,
  })[0]!;

const seed = 20260101;
const annotations = (story: readonly Sent[]) =>
  story.filter((event) => event('p').topic === 'assay.annotation.events.v1');

describe('consensus', () => {
  const story = aStory(seed);

  it('comes to one digest, and balances, whatever the order and however often events come', async () => {
    await consensus.send('clean', [configured(), ...story]);
    await consensus.rest('clean');
    const digest = await consensus.digest('clean');
    const balanced = await consensus.accounting('clean');
    const received = annotations(story).length;
    expect(balanced).toMatchObject({ accepted: received, duplicate: 0, pending: 0, deadLettered: 0 });
    expect(balanced.applied + balanced.superseded).toBe(received);
    expect(balanced.superseded).toBeGreaterThan(0);

    const arrivals: [string, Sent[]][] = [
      ['backwards', [...story.toReversed(), configured()]],
      ['shuffled', shuffled([...story, configured()], seed)],
      ['doubled', shuffled([...story, ...story, configured(), configured()], seed + 1)],
    ];
    for (const [project, events] of arrivals) {
      await consensus.sendInPieces(project, events, 60);
      await consensus.rest(project);
      expect([project, await consensus.digest(project)]).toEqual([project, digest]);
      const { applied, superseded, ...rest } = await consensus.accounting(project);
      expect([project, applied, superseded]).toEqual([project, balanced.applied, balanced.superseded]);
      const duplicate = project === 'doubled' ? received : 0;
      expect(rest).toMatchObject({ accepted: received, duplicate, pending: 0, deadLettered: 0 });
    }
  });

  it('keeps agreement by increments that equal a recomputation, stripe sums and slices alike', async () => {
    const { rows: stripes } = await consensus.database.query(
      `select slice, statistics from agreement_stripe where project = 'shuffled'`,
    );
    const { rows: items } = await consensus.database.query(`select contribution from item where project = 'shuffled'`);
    for (const slice of ['', 'north', 'south']) {
      const [kept, counted] = [emptyStatistics(), emptyStatistics()];
      for (const stripe of stripes) if (stripe.slice === slice) mergeStatistics(kept, stripe.statistics);
      for (const { contribution } of items) {
        if (slice === '' || contribution.slice === slice) addItem(counted, contribution.labels.label ?? [], false);
      }
      expect(kept).toEqual(counted);
      expect(Object.keys(counted.buckets).length).toBeGreaterThan(0);
    }
  });

  it('decides again by a policy that comes later as if it had been there from the start', async () => {
    const lenient = configured({ revision: 2, policy: { minConfidence: 0.6, repeats: 'keep-last', maxOverlap: 6 } });
    await consensus.send('swept', [configured(), ...story]);
    await consensus.rest('swept');
    const before = await consensus.digest('swept');
    await consensus.send('swept', [lenient]);
    await consensus.send('lenient', [lenient, ...story]);
    await consensus.rest('lenient');
    const stale = `select count(*)::int as n from item where project = 'swept' and policy_revision <> 2`;
    await consensus.rest('swept');
    expect((await consensus.database.query(stale)).rows).toEqual([{ n: 0 }]);
    expect(await consensus.digest('swept')).toBe(await consensus.digest('lenient'));
    expect(await consensus.digest('swept')).not.toBe(before);
    const [swept, fresh] = [await consensus.accounting('swept'), await consensus.accounting('lenient')];
    expect(swept).toEqual(fresh);
  });

  it('keeps an older configuration from coming back', async () => {
    for (const [sent, revision] of [
      [[configured()], 2],
      [[configured({ revision: 3 }), configured()], 3],
    ] as const) {
      await consensus.send('swept', sent);
      await consensus.rest('swept');
      expect(await consensus.get('/v1/ops/consensus/summary/swept')).toMatchObject({ policyRevision: revision });
    }
  });
});

describe('an annotation of a schema that is not known yet', () => {
  const labels = ['a', 'b', 'c', 'd'];
  const grown = configured({ revision: 2, schemaVersion: 2, questions: [{ name: 'label', kind: 'choice', labels }] });

  it('waits, and hides nothing that waits behind it', async () => {
    // More than a slice of lane work that waits for schema 2, all of one item: one lane.
    const later = Array.from({ length: 250 }, (_, worker) => labelled('one', worker, 'd', { schemaVersion: 2 }));
    await consensus.send('grown', [...later, labelled('one', 900, 'a')]);
    await consensus.rest('grown', 251);
    expect(await consensus.accounting('grown')).toMatchObject({ accepted: 251, pending: 251, applied: 0 });

    await consensus.send('grown', [configured()]);
    await consensus.rest('grown', 250);
    expect(await consensus.accounting('grown')).toMatchObject({ accepted: 251, pending: 250, applied: 1 });

    await consensus.send('grown', [grown]);
    await consensus.rest('grown');
    expect(await consensus.accounting('grown')).toMatchObject({ accepted: 251, pending: 0, applied: 251 });
    const { items } = await consensus.get<{ items: unknown[] }>('/v1/consensus/grown');
    expect(items).toMatchObject([{ item: 'one', state: 'reached', decisions: [{ label: 'd', overlap: 251 }] }]);
  });
});

describe('an annotation that cannot be applied', () => {
  it('is put aside alone, and accounted for', async () => {
    await consensus.send('refused', [
      configured(),
      labelled('one', 1, 'a'),
      labelled('one', 2, 'z'),
      labelled('one', 3, 'a'),
    ]);
    await consensus.rest('refused');
    expect(await consensus.accounting('refused')).toMatchObject({ accepted: 3, applied: 2, deadLettered: 1 });
  });

  it('is put aside where it bears the id of another', async () => {
    const first = labelled('one', 1, 'a');
    const impostor: Sent = (project) => {
      const { event, ...place } = labelled('one', 1, 'b')(project);
      return { ...place, event: { ...event, id: first(project).event.id } };
    };
    await consensus.send('impostor', [configured(), first, first, impostor]);
    await consensus.rest('impostor');
    expect(await reasons('impostor')).toEqual(['id_conflict']);
    expect(await consensus.accounting('impostor')).toMatchObject({
      accepted: 2,
      applied: 1,
      duplicate: 1,
      deadLettered: 1,
    });
  });

  it('is put aside where another item has its key, never merged', async () => {
    await consensus.send('keys', [configured(), labelled('mine', 1, 'a')]);
    await consensus.rest('keys');
    const key = rowKey({ project: 'keys', item: 'yours' });
    await consensus.database.query(`update item set key = $1 where project = 'keys' and item = 'mine'`, [key]);
    await consensus.send('keys', [labelled('yours', 1, 'b')]);
    await consensus.rest('keys');
    expect(await reasons('keys')).toEqual(['key_conflict']);
    expect(await consensus.accounting('keys')).toMatchObject({ accepted: 2, applied: 1, deadLettered: 1 });
  });

  async function reasons(project: string): Promise<string[]> {
    const { rows } = await consensus.database.query('select reason from dead_letter where project = $1', [project]);
    return rows.map((row) => row.reason);
  }
});

describe('what consensus publishes', () => {
  const typesOf = (records: { headers: Record<string, string> }[]) =>
    records.map((record) => record.headers['ce_type']!.replace(/^assay\.|\.v1$/g, ''));

  it('tells what happened to a question, and tools what they may know', async () => {
    await consensus.send('told', [configured({ policy: { maxOverlap: 4 } })]);
    const step = async (...events: Sent[]) => {
      await consensus.send('told', events);
      await consensus.rest('told');
    };
    await step(labelled('one', 1, 'a'));
    await step(labelled('one', 2, 'a'), labelled('one', 3, 'b'), labelled('one', 4, 'b'));
    await step(labelled('one', 3, 'a', { revision: 1 }), labelled('one', 4, 'a', { revision: 1 }));
    await step(...[1, 2, 3, 4].map((worker) => labelled('one', worker, 'c', { revision: 2 })));
    await step(retracted('one', 1, { revision: 3 }), retracted('one', 2, { revision: 3 }));

    const records = await consensus.published('assay.consensus.events.v1', 'told', (types) => types.length >= 9);
    expect(typesOf(records)).toEqual([
      'consensus.updated',
      'consensus.updated',
      'consensus.disputed',
      'consensus.updated',
      'consensus.reached',
      'consensus.dispute-withdrawn',
      'consensus.updated',
      'consensus.corrected',
      'consensus.updated',
    ]);
    expect(new Set(records.map((record) => record.headers['ce_id'])).size).toBe(records.length);
    expect(JSON.parse(String(records[7]!.value))).toMatchObject({ previousLabel: 'a', decision: { label: 'c' } });

    const told = await consensus.published('assay.public.decisions.v1', 'told', (types) => types.length >= 4);
    expect(told.map((record) => JSON.parse(String(record.value)))).toMatchObject([
      { state: 'disputed' },
      { state: 'reached', label: 'a' },
      { state: 'reached', label: 'c' },
      { state: 'open' },
    ]);
    const [allowed] = told.map((record) => Object.keys(JSON.parse(String(record.value))).sort());
    expect(allowed).toEqual(['confidence', 'item', 'label', 'labels', 'project', 'question', 'state', 'version']);
  });

  it('says the same under the same id, whatever the batches that led there', async () => {
    const events = [1, 2, 3].map((worker) => labelled('one', worker, 'a'));
    await consensus.send('told-twice', [configured()]);
    await consensus.rest('told-twice');
    await consensus.send('told-twice', events.toReversed());
    await consensus.rest('told-twice');
    const isReached = (types: string[]) => types.includes('assay.consensus.reached.v1');
    const [first] = (await consensus.published('assay.consensus.events.v1', 'told-twice', isReached)).slice(-1);
    await consensus.database.query(`delete from item where project = 'told-twice'`);
    for (const event of events) {
      await consensus.send('told-twice', [event]);
      await consensus.rest('told-twice');
    }
    const isReachedAgain = (types: string[]) =>
      types.filter((type) => type === 'assay.consensus.reached.v1').length === 2;
    const records = await consensus.published('assay.consensus.events.v1', 'told-twice', isReachedAgain);
    expect(records.at(-1)!.headers['ce_id']).toBe(first!.headers['ce_id']);
  });
});

describeWithData('rte/labels.csv', 'the agreement of rte', () => {
  it('is that of the reference, from labels in any order', async () => {
    const { table, reference } = readLabelSet('rte');
    const events: Sent[] = [];
    table.items.forEach((item, t) => {
      for (let i = table.itemStart[t]!; i < table.itemStart[t + 1]!; i++) {
        events.push(labelled(item, table.worker[i]!, table.labels[table.label[i]!]!, { order: i }));
      }
    });
    const questions = [{ name: 'label', kind: 'choice' as const, labels: ['0', '1'] }];
    await consensus.send('rte', [configured({ questions }), ...shuffled(events, seed)]);
    await consensus.rest('rte');
    expect(await consensus.accounting('rte')).toMatchObject({ accepted: 8000, applied: 8000, pending: 0 });
    const answer = await consensus.get<any>('/v1/agreement/rte?pairwise=true'); // eslint-disable-line @typescript-eslint/no-explicit-any -- as it comes
    const { items, labels, workers, coefficients } = answer.agreement.label;
    expect({ items, labels, workers }).toEqual({ items: 800, labels: 8000, workers: 164 });
    // reference.json: fast-krippendorff, irrCAC, statsmodels.
    const { krippendorff_alpha_nominal, gwet_ac1, pairwise_cohen_kappa } = reference.agreement;
    expect(coefficients.krippendorffAlpha.value).toBeCloseTo(krippendorff_alpha_nominal, 9);
    expect(coefficients.gwetAC1.value).toBeCloseTo(gwet_ac1, 9);
    expect(coefficients.meanPairwiseCohenKappa.value).toBeCloseTo(pairwise_cohen_kappa.mean, 9);
    expect(coefficients.krippendorffAlpha.low).toBeLessThan(krippendorff_alpha_nominal);
    expect(coefficients.krippendorffAlpha.high).toBeGreaterThan(krippendorff_alpha_nominal);
  });
});

describe('HTTP', () => {
  const questions = [
    { name: 'label', kind: 'choice' as const, labels: ['a', 'b', 'c'] },
    { name: 'tone', kind: 'rating' as const, labels: ['low', 'high'] },
  ];

  beforeAll(async () => {
    const labels = [1, 2, 3].flatMap((worker) => [
      labelled('x/1', worker, 'a'),
      labelled('x 2', worker, 'abc'[worker - 1]!),
    ]);
    const revised = labelled('x/1', 1, 'a', { revision: 1 });
    const gone = [imported('x 3'), ...[1, 2, 3].map((worker) => labelled('x 3', worker, 'a')), withdrawn('x 3')];
    await consensus.send('http', [configured({ questions }), ...labels, revised, ...gone]);
    await consensus.rest('http');
  });

  const list = (query: string) =>
    consensus.get<{ items: { item: string; decisions: object[] }[] }>(`/v1/consensus/http${query}`);

  it('lists items in the order of their names, by page', async () => {
    expect((await list('')).items.map((one) => one.item)).toEqual(['x 2', 'x/1']);
    const response = await consensus.fetch('/v1/consensus/http?limit=1');
    const next = /<(.*)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    expect((await consensus.get<{ items: object[] }>(next!)).items).toMatchObject([{ item: 'x/1' }]);
  });

  it('lists by the state of an item, or of a question of it', async () => {
    expect((await list('?state=reached')).items).toEqual([]);
    const { items } = await list('?state=reached&question=label');
    expect(items).toMatchObject([{ item: 'x/1', decisions: [{ question: 'label', label: 'a', state: 'reached' }] }]);
    expect(items[0]!.decisions).toHaveLength(1);
    expect((await consensus.fetch('/v1/consensus/http?question=mood')).status).toBe(404);
    expect((await consensus.fetch('/v1/consensus/nowhere')).status).toBe(404);
  });

  it('gives every item on a line of its own', async () => {
    const response = await consensus.fetch('/v1/consensus/http', { accept: 'application/x-ndjson' });
    expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual((await list('')).items);
    const unknown = await consensus.fetch('/v1/consensus/nowhere', { accept: 'application/x-ndjson' });
    expect(unknown.status).toBe(404);
  });

  it('shows where a decision came from, entry by entry', async () => {
    const item = await consensus.get<any>(`/v1/consensus/http/${encodeURIComponent('x/1')}`); // eslint-disable-line @typescript-eslint/no-explicit-any -- as it comes
    const [label] = item.questions;
    expect(label.annotations.map((one: { why: string }) => one.why).sort()).toEqual([
      'a later revision outdoes it',
      'it counts',
      'it counts',
      'it counts',
    ]);
    const total = Object.values<number>(label.posterior).reduce((sum, one) => sum + one, 0);
    expect(total).toBeCloseTo(1, 12);
    expect(label.posterior.a).toBeGreaterThan(0.9);
  });

  it('shows no decision of an item that was withdrawn, and that nothing of it counts', async () => {
    const item = await consensus.get<{ questions: { annotations: object[] }[] }>('/v1/consensus/http/x%203');
    expect(item).toMatchObject({ state: 'withdrawn', isWithdrawn: true, decisions: [] });
    const why = { counts: false, why: 'the item was withdrawn' };
    expect(item.questions[0]!.annotations).toMatchObject([why, why, why]);
  });

  it('counts items by state as they are', async () => {
    expect(await consensus.get('/v1/ops/consensus/summary/http')).toMatchObject({
      items: { total: 2, open: 2, reached: 0, withdrawn: 1 },
    });
    const { rows } = await consensus.database.query(
      `select coalesce(sum(abs(coalesce(c.items, 0) - coalesce(i.items, 0))), 0)::int as difference
       from (select project, state, sum(items) as items from item_count group by 1, 2) c
       full join (select project, state, count(*) as items from item group by 1, 2) i using (project, state)
       where coalesce(c.project, i.project) <> 'told-twice'`,
    );
    expect(rows).toEqual([{ difference: 0 }]);
  });

  it('reads gauges of items and agreement', async () => {
    const registry = new Registry();
    let isAway = false;
    const sql = async <Row>(statement: string, parameters: readonly unknown[] = []) => {
      if (isAway && statement.includes('agreement_stripe')) throw new Error('Connection terminated');
      return (await consensus.database.query(statement, [...parameters])).rows as Row[];
    };
    const run = <Result>(work: (tx: Transaction) => Promise<Result>) => work({ sql } as Transaction);
    const gauges = new ConsensusGauges(registry, { run } as unknown as Transactions, { isLeading: false } as Relay);
    await gauges.read();
    const text = await registry.metrics();
    expect(text).toMatch(/assay_consensus_items\{state="reached"\} [1-9]/);
    expect(text).toMatch(
      /assay_agreement_coefficient\{project="clean",question="label",coefficient="krippendorffAlpha"\} 0\.\d/,
    );
    expect(text).toMatch(/assay_agreement_interval_low\{project="clean",question="label",coefficient="gwetAC1"\} /);
    // Where they cannot be read they stay, and at a scrape while they are read they are all there.
    isAway = true;
    const again = gauges.read();
    expect(await registry.metrics()).toBe(text);
    await expect(again).rejects.toThrow('Connection terminated');
    expect(await registry.metrics()).toBe(text);
  });
});
