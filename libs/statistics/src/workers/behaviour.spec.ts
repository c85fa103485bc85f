import { describeWithData, readLabelSet } from '../../../../test/support/label-sets';
import { dawidSkene } from '../aggregation/dawid-skene';
import { labelTable, type LabelTable } from '../aggregation/label-table';
import { dice } from '../simulation/random';
import { biasTest } from './bias-test';
import { copyingPairs } from './copying';
import { cusum, cusumThreshold, driftTest } from './drift';
import { adjusted } from './false-discoveries';
import { type OwnLabel } from './own-labels';
import { patternOf, positionBias, repetitionTest } from './patterns';
import { selfConsistency } from './self-consistency';
import { speeds } from './speed';
import { spammerTest } from './spammer-test';
import { transitivity } from './transitivity';

/** A worker's labels on items of known label (truth i % K, believed .9). */
function ownLabels(n: number, K: number, say: (truth: number, i: number) => number): OwnLabel[] {
  return Array.from({ length: n }, (_, i) => {
    const truth = i % K;
    const view = new Float64Array(K).fill(0.1 / (K - 1));
    view[truth] = 0.9;
    return { label: say(truth, i), view };
  });
}

const EVEN = Float64Array.of(0.8, 0.1, 0.1, 0.1, 0.8, 0.1, 0.1, 0.1, 0.8);

describe('spammerTest', () => {
  it('finds who always says the same, or anything', () => {
    const { below } = dice(3);
    const always = spammerTest(
      ownLabels(60, 3, () => 0),
      3,
    );
    expect(always.informedness).toBeCloseTo(0, 12);
    expect(always.pValue).toBeLessThan(0.02);
    expect(
      spammerTest(
        ownLabels(90, 3, () => below(3)),
        3,
      ).pValue,
    ).toBeLessThan(0.05);
  });

  it('leaves who looks at the items alone, and says informedness 1 for the perfect', () => {
    const { uniform, below } = dice(4);
    const careful = spammerTest(
      ownLabels(90, 3, (truth) => truth),
      3,
    );
    expect(careful.pValue).toBeGreaterThan(0.999);
    expect(careful.informedness).toBeGreaterThan(1);
    expect(
      spammerTest(
        ownLabels(90, 3, (truth) => (uniform() < 0.7 ? truth : below(3))),
        3,
      ).pValue,
    ).toBeGreaterThan(0.9);
  });

  it('says nothing on few labels, or where the items cannot be told apart', () => {
    expect(
      spammerTest(
        ownLabels(14, 3, () => 0),
        3,
      ).pValue,
    ).toBe(1);
    const same = Array.from({ length: 50 }, () => ({ label: 0, view: Float64Array.of(0.5, 0.5) }));
    expect(spammerTest(same, 2).pValue).toBe(1);
  });
});

describe('biasTest', () => {
  it('finds the label that is said too often', () => {
    const biased = biasTest(
      ownLabels(90, 3, (truth, i) => (i % 5 < 2 ? 1 : truth)),
      EVEN,
      3,
    );
    expect(biased).toMatchObject({ label: 1 });
    expect(biased.excess).toBeGreaterThan(0.2);
    expect(biased.pValue).toBeLessThan(0.05);
  });

  it('takes even errors, many as they may be, for no bias', () => {
    const { uniform, below } = dice(5);
    expect(
      biasTest(
        ownLabels(300, 3, (truth) => (uniform() < 0.4 ? truth : below(3))),
        EVEN,
        3,
      ).pValue,
    ).toBeGreaterThan(0.5);
  });
});

describe('cusum', () => {
  it('raises the alarm and names the change', () => {
    const wrong = [...new Array<number>(50).fill(0), 1, 1, 0, 1, 1, 1, 1];
    const found = cusum(wrong, new Array<number>(57).fill(0.1));
    expect(found).toMatchObject({ alarm: true, changedAt: 51 });
    expect(found.at).toBeGreaterThan(53);
  });

  it('finds .9 to .7 after about 29 checks, and rarely where nothing changed', () => {
    const { uniform } = dice(7);
    let [delay, alarms] = [0, 0];
    for (let worker = 0; worker < 300; worker++) {
      delay += cusum(
        Array.from({ length: 1000 }, () => Number(uniform() < 0.3)),
        new Array<number>(1000).fill(0.1),
      ).at;
      const unchanged = Array.from({ length: 500 }, () => Number(uniform() < 0.1));
      const expected = new Array<number>(500).fill(0.1);
      if (cusum(unchanged, expected, { threshold: cusumThreshold(500, 0.01) }).alarm) alarms += 1;
    }
    expect(delay / 300).toBeGreaterThan(24);
    expect(delay / 300).toBeLessThan(34);
    expect(alarms).toBeLessThanOrEqual(3);
  });

  it('takes probabilities of being wrong too, and says nothing of nothing', () => {
    expect(cusum([0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], new Array<number>(7).fill(0.1)).alarm).toBe(true);
    expect(cusum([], [])).toEqual({ alarm: false, statistic: 0, at: 0, changedAt: 0 });
  });
});

describe('driftTest', () => {
  it('finds the change and its levels', () => {
    const residuals = Array.from({ length: 120 }, (_, i) => Number(i < 60 ? i % 10 === 0 : i % 2 === 0));
    const found = driftTest(residuals);
    expect(found.pValue).toBeLessThan(0.001);
    expect(Math.abs(found.changedAt - 61)).toBeLessThan(4);
    expect(found.before).toBeLessThan(found.after);
  });

  it('does not call it drift when somebody gets better, is bad throughout, or gave few labels', () => {
    expect(driftTest(Array.from({ length: 120 }, (_, i) => Number(i < 60))).pValue).toBe(1);
    expect(driftTest(Array.from({ length: 120 }, (_, i) => i % 2)).pValue).toBeGreaterThan(0.5);
    expect(driftTest([0, 0, 0, 1, 1, 1]).pValue).toBe(1);
    expect(driftTest(new Array<number>(50).fill(1)).pValue).toBe(1);
  });

  it('accuses by chance no more often than its p-value says', () => {
    const { uniform } = dice(8);
    let accused = 0;
    for (let worker = 0; worker < 1000; worker++) {
      if (driftTest(Array.from({ length: 80 }, () => Number(uniform() < 0.15))).pValue <= 0.05) accused += 1;
    }
    expect(accused).toBeLessThanOrEqual(50);
  });
});

describe('selfConsistency', () => {
  it('holds a worker against the ambiguity of the items', () => {
    const clear = { shares: [0.95, 0.05] };
    const open = { shares: [0.5, 0.5] };
    const unequal = (n: number, of: { shares: number[] }) =>
      Array.from({ length: n }, (_, i) => ({ first: 0, again: i % 2, ...of }));
    expect(selfConsistency(unequal(12, clear), 2).pValue).toBeLessThan(0.01);
    expect(selfConsistency(unequal(12, open), 2).pValue).toBeGreaterThan(0.4);
  });

  it('has a kappa of self with self', () => {
    const said = (first: number, again: number) => ({ first, again, shares: [0.5, 0.5] });
    expect(selfConsistency([said(0, 0), said(1, 1), said(0, 1), said(1, 1)], 2)).toMatchObject({
      repeats: 4,
      equal: 3,
      kappa: 0.5,
      expected: 2,
    });
    expect(selfConsistency([said(0, 0)], 2).kappa).toBeNull();
    expect(selfConsistency([], 2)).toMatchObject({ repeats: 0, pValue: 1 });
  });
});

describe('speeds', () => {
  const timings = (worker: number, seconds: number, n = 20, kind?: string) =>
    Array.from({ length: n }, (_, i) => ({ worker, seconds: seconds * (1 + (i % 5) / 10), kind }));

  it('finds answers faster than can be read, not fast people', () => {
    const pool = [10, 11, 12, 13, 9].flatMap((seconds, worker) => timings(worker, seconds));
    const [fast] = speeds([...pool, ...timings(5, 4)]).slice(-1);
    expect(fast!.statistic).toBeLessThan(-3);
    expect(fast!.pValue).toBe(1);
    const [rushing] = speeds([...pool, ...timings(5, 0.3)]).slice(-1);
    expect(rushing).toMatchObject({ underFloor: 20, labels: 20 });
    expect(rushing!.pValue).toBeLessThan(1e-9);
  });

  it('accuses nobody where all times are 0, as tools write that do not measure them', () => {
    const unknown = [0, 1, 2].flatMap((worker) => timings(worker, 0));
    for (const speed of speeds(unknown)) expect(speed).toMatchObject({ underFloor: 0, pValue: 1 });
  });

  it('compares within kinds of item, and with the floor of the item where one is given', () => {
    const kinds = [0, 1, 2].flatMap((worker) =>
      timings(worker, worker === 2 ? 100 : 1, 20, worker === 2 ? 'long' : 'short'),
    );
    expect(speeds(kinds).every(({ statistic }) => Math.abs(statistic) < 1)).toBe(true);
    const [slow] = speeds(timings(0, 5).map((timing) => ({ ...timing, floor: 8 })));
    expect(slow!.underFloor).toBe(20);
  });
});

describe('patterns', () => {
  it('describe the longest run, the entropy and the dependence on the label before', () => {
    expect(patternOf([0, 0, 0, 1], 2)).toMatchObject({ longestRun: 3, labels: 4 });
    expect(patternOf([0, 1, 0, 1], 2).entropy).toBe(1);
    const alternating = patternOf(
      Array.from({ length: 60 }, (_, i) => i % 2),
      2,
    );
    expect(alternating.lagPValue).toBeLessThan(1e-6);
    expect(alternating.runPValue).toBe(1);
    expect(
      patternOf([...new Array<number>(15).fill(0), ...Array.from({ length: 45 }, (_, i) => i % 3)], 3).runPValue,
    ).toBeLessThan(0.05);
    expect(patternOf([], 2)).toMatchObject({ longestRun: 0, entropy: 0, lagPValue: 1 });
  });

  it('are no finding where a batch of alike items explains them', () => {
    const batches = (i: number) => Math.floor(i / 20) % 2;
    const sequence = Array.from({ length: 80 }, (_, i) => batches(i));
    const knowing = (i: number) => (batches(i) === 0 ? [0.95, 0.05] : [0.05, 0.95]);
    expect(repetitionTest(sequence, knowing, 2).pValue).toBeGreaterThan(0.01);
    expect(repetitionTest(sequence, () => [0.5, 0.5], 2).pValue).toBeLessThan(1e-6);
  });

  it('include the side that is preferred', () => {
    expect(positionBias(5, 5)).toEqual({ share: 0.5, pValue: 1 });
    expect(positionBias(10, 0).pValue).toBeCloseTo(2 / 1024, 14);
    expect(positionBias(0, 0)).toEqual({ share: null, pValue: 1 });
  });
});

describe('transitivity', () => {
  const over = (...pairs: string[]) => pairs.map(([better, worse]) => ({ better: better!, worse: worse! }));

  it('counts the triples that run in a circle', () => {
    expect(transitivity(over('ab', 'bc', 'ca'))).toMatchObject({ triples: 1, circular: 1 });
    expect(transitivity(over('ab', 'bc', 'ac', 'ad', 'bd', 'dc'))).toMatchObject({ triples: 4, circular: 0 });
  });

  it('takes the majority where a pair was judged again, and an even one as a tie', () => {
    expect(transitivity(over('ab', 'bc', 'ca', 'ac', 'ac'))).toMatchObject({ triples: 1, circular: 0 });
    expect(transitivity(over('ab', 'bc', 'ca', 'ac'))).toMatchObject({ triples: 0, pValue: 1, ordered: 1 });
  });

  it('tells an order from a coin', () => {
    const things = [...'abcdefgh'];
    const ordered = things.flatMap((better, i) => things.slice(i + 1).map((worse) => ({ better, worse })));
    expect(transitivity(ordered).ordered).toBeLessThan(0.001);
    const { uniform } = dice(2);
    const tossed = ordered.map(({ better, worse }) =>
      uniform() < 0.5 ? { better, worse } : { better: worse, worse: better },
    );
    expect(transitivity(tossed).pValue).toBeLessThan(0.05);
  });
});

describeWithData('rte', 'copyingPairs on rte', () => {
  const found = (table: LabelTable) => {
    const pairs = copyingPairs({ ...table, posteriors: dawidSkene(table).posteriors });
    const corrected = adjusted(pairs.map(({ pValue }) => pValue));
    return pairs.filter((_, i) => corrected[i]! <= 0.01).map(({ u, v }) => `${table.workers[u]} ${table.workers[v]}`);
  };

  it('accuses nobody of the real workers', () => {
    expect(found(readLabelSet('rte').table)).toEqual([]);
  });

  it('finds most planted near-copies, and no other pair', () => {
    const { table } = readLabelSet('rte');
    const { uniform } = dice(1);
    const rows = Array.from(table.label, (label, i) => ({
      item: table.items[table.item[i]!]!,
      worker: table.workers[table.worker[i]!]!,
      label: table.labels[label]!,
    }));
    // Every third worker with 40 labels or more gets a shadow who repeats nineteen labels in twenty and else says the other.
    const many = table.workers.filter((worker) => rows.filter((row) => row.worker === worker).length >= 40);
    const copied = new Set(many.filter((_, i) => i % 3 === 0));
    const shadows = rows
      .filter(({ worker }) => copied.has(worker))
      .map(({ item, worker, label }) => ({
        item,
        worker: `${worker}x`,
        label: uniform() < 0.95 ? label : label === '0' ? '1' : '0',
      }));
    const accused = found(labelTable([...rows, ...shadows]));
    const planted = accused.filter((pair) => pair.split(' ')[1] === `${pair.split(' ')[0]}x`);
    expect(planted.length).toBeGreaterThan(0.6 * copied.size);
    expect(accused.length - planted.length).toBe(0);
  });
});

describeWithData('ukp_convincing', 'positionBias on ukp_convincing', () => {
  it('has the reference p-value', () => {
    const { table, reference } = readLabelSet('ukp_convincing');
    const count = (name: string) => table.label.filter((label) => table.labels[label] === name).length;
    const { share, pValue } = positionBias(count('left'), count('right'));
    expect(share).toBeCloseTo(reference.pairwise.position.left_share_without_ties, 12);
    // The reference's is the normal approximation.
    expect(pValue).toBeCloseTo(reference.pairwise.position.p_two_sided, 2);
  });
});
