import { describeWithData, readJson, readLabelSet, type SetName } from '../../../../test/support/label-sets';
import { auto } from '../aggregation/auto';
import { dawidSkene } from '../aggregation/dawid-skene';
import { labelTable } from '../aggregation/label-table';
import { meanRanks } from '../agreement/kendall-w';
import { type Population } from '../simulation/population';
import { simulate } from '../simulation/simulate';
import { believedPosteriors, rowsOfWorkers, viewOfOthers } from './believed';
import { belowPool } from './below-pool';
import { belowPoolByLabels, leadSums } from './below-pool-by-labels';
import { betaInterval } from './beta-interval';
import { atLeast, atMost, atMostOfDifferent, evenChance } from './binomial-test';
import { confusionCounts, confusionMatrix, spammerScore } from './confusion';
import { estimatedAccuracies } from './estimated-accuracy';
import { adjusted } from './false-discoveries';
import { othersViews } from './others-views';

describe('betaInterval', () => {
  it("has the mean and tails of Jeffreys' posterior", () => {
    // Beta(400.5, 33.5): scipy's quantiles at .025 and .975.
    const { value, low, high } = betaInterval(400, 33);
    expect(value).toBeCloseTo(400.5 / 434, 14);
    expect(low).toBeCloseTo(0.8959505517326911, 12);
    expect(high).toBeCloseTo(0.9459863861438162, 12);
  });

  it('reaches to the end where nothing, or all, was right', () => {
    expect(betaInterval(0, 10).low).toBe(0);
    expect(betaInterval(10, 0).high).toBe(1);
    expect(betaInterval(0, 0)).toEqual({ value: 0.5, low: 0, high: 1 });
  });
});

describe('binomial tails', () => {
  it('are exact far out', () => {
    expect(atLeast(20, 20, 0.001) / 1e-60).toBeCloseTo(1, 10);
    expect(atMost(-1, 5, 0.5)).toBe(0);
    expect(evenChance(5, 10)).toBe(1);
  });

  it('of different chances are those of the binomial where the chances are alike', () => {
    expect(atMostOfDifferent(3, new Array<number>(12).fill(0.4))).toBeCloseTo(atMost(3, 12, 0.4), 14);
    // .5 and .2: both fail with .4, one succeeds with .5.
    expect(atMostOfDifferent(1, [0.5, 0.2])).toBeCloseTo(0.9, 14);
  });
});

describe('belowPool', () => {
  it('compares each worker with all others', () => {
    // The others have 30 of 40: scipy.stats.fisher_exact([[2, 8], [30, 10]], alternative='less').
    const [pValue] = belowPool([
      { right: 2, all: 10 },
      { right: 20, all: 25 },
      { right: 10, all: 15 },
    ]);
    expect(pValue).toBeCloseTo(0.0022685879037093863, 15);
    // fisher_exact([[700, 300], [90000, 10000]], alternative='less')
    const many = belowPool([{ right: 700, all: 1000 }, { right: 90_000, all: 100_000 }]); // prettier-ignore
    expect(many[0]! / 6.164856768200284e-68).toBeCloseTo(1, 9);
    expect(belowPool([{ right: 0, all: 9 }])).toEqual([1]);
  });

  it('does not call one slip impossible where the others made none', () => {
    const [, , , slipped] = belowPool([
      ...Array.from({ length: 3 }, () => ({ right: 6, all: 6 })),
      { right: 5, all: 6 },
    ]);
    // The one wrong answer of 24 is as likely anybody's.
    expect(slipped).toBeCloseTo(1 / 4, 14);
  });
});

describe('spammerScore', () => {
  it('is 0 for who ignores the item, 1 for who is always right, and 1 for who always swaps', () => {
    expect(spammerScore(Float64Array.of(0.7, 0.7, 0.3, 0.3), 2)).toBe(0);
    expect(spammerScore(Float64Array.of(1, 0, 0, 1), 2)).toBe(1);
    expect(spammerScore(Float64Array.of(0, 1, 1, 0), 2)).toBe(1);
  });
});

describe('viewOfOthers', () => {
  it('does not see the own label', () => {
    const rows = ['u', 'v', 'w'].flatMap((worker) =>
      ['1', '2', '3'].map((item) => ({ item, worker, label: item === '1' ? 'a' : 'b' })),
    );
    const with_ = (own: string) =>
      labelTable([...rows, { item: '4', worker: 'u', label: own }, { item: '4', worker: 'v', label: 'b' }], ['a', 'b']);
    const { model } = auto(with_('a'));
    const last = (own: string) => {
      const table = with_(own);
      return viewOfOthers(model, table, rowsOfWorkers(table)[0]!.at(-1)!);
    };
    expect(last('a')).toEqual(last('b'));
    expect(last('a')[1]).toBeGreaterThan(0.5);
  });
});

describe('othersViews', () => {
  it('are the views of others, row by row, also where a worker labelled an item twice', () => {
    const labels = ['a', 'b', 'c'];
    const crowd: Population['workers'] = [
      { behaviour: 'honest', count: 9 },
      { behaviour: 'spammer', count: 3 },
    ];
    const simulation = simulate({
      seed: 3,
      labels,
      items: 80,
      labelsPerItem: { least: 1, most: 6 },
      repeats: 0.1,
      workers: crowd,
    });
    const table = labelTable(simulation.labels, labels);
    const { model } = auto(table);
    if (model.form !== 'matrix') throw new Error(`form ${model.form} of a model of three labels: expected matrix`);
    const viewOf = othersViews(model, table);
    const view = new Float64Array(labels.length);
    for (let row = 0; row < table.label.length; row++) {
      const expected = viewOfOthers(model, table, row);
      viewOf(row, view);
      view.forEach((share, k) => expect(share).toBeCloseTo(expected[k]!, 10));
    }
  });
});

function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [meanRanks(a).ranks, meanRanks(b).ranks];
  const middle = (a.length + 1) / 2;
  const product = (u: Float64Array, v: Float64Array) =>
    u.reduce((sum, value, i) => sum + (value - middle) * (v[i]! - middle), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

describeWithData('rte', 'workers of the real sets', () => {
  // The best single method of reference.json has .820, .911 and .882.
  it.each<[SetName, number]>([
    ['rte', 0.83],
    ['weather_sentiment', 0.91],
    ['ukp_convincing', 0.85],
  ])('are ordered without gold about as gold orders them: %s', (name, least) => {
    const { table, gold, reference } = readLabelSet(name);
    const estimates = estimatedAccuracies({ ...table, posteriors: believedPosteriors(auto(table).model, table) });
    const judged = table.workers.flatMap((worker, w) => {
      const { gold_n, gold_accuracy } = reference.workers[worker] ?? { gold_n: 0 };
      return gold_n >= 10 ? [{ estimate: estimates[w]!.value, accuracy: gold_accuracy as number }] : [];
    });
    expect(gold.size).toBeGreaterThan(0);
    expect(judged).toHaveLength(reference.worker_scoring.workers_with_10_or_more_gold);
    expect(
      spearman(
        judged.map(({ estimate }) => estimate),
        judged.map(({ accuracy }) => accuracy),
      ),
    ).toBeGreaterThan(least);
  });

  it.each<SetName>(['rte', 'weather_sentiment', 'ukp_convincing'])(
    'have the spammer scores of the reference: %s',
    (name) => {
      const { table, reference } = readLabelSet(name);
      const K = table.labels.length;
      const counts = confusionCounts({ ...table, posteriors: dawidSkene(table).posteriors });
      table.workers.forEach((worker, w) => {
        const expected = reference.workers[worker]?.ds_recommended_spammer_score;
        if (expected === undefined) return;
        // The reference stopped a little early.
        expect(spammerScore(confusionMatrix(counts, w, K), K)).toBeCloseTo(expected, 3);
      });
    },
  );

  it.each<SetName>(['rte', 'weather_sentiment', 'ukp_convincing'])(
    'are below the pool on gold as the reference finds: %s',
    (name) => {
      const { table, reference } = readLabelSet(name);
      const { pooled_label_accuracy, bad_by_gold } = reference.worker_scoring;
      const judged = table.workers.filter((worker) => (reference.workers[worker]?.gold_n ?? 0) >= 10);
      const pValues = judged.map((worker) => {
        const { gold_correct, gold_n } = reference.workers[worker];
        return atMost(gold_correct, gold_n, pooled_label_accuracy);
      });
      const corrected = adjusted(pValues);
      expect(judged.filter((_, i) => corrected[i]! <= 0.05)).toEqual(bad_by_gold);
    },
  );
});

describeWithData('textbook', 'workers by published figures', () => {
  it('corrects the fifteen p-values of Benjamini and Hochberg 1995', () => {
    const { p, bh_adjusted, by_adjusted, holm_adjusted, bh_rejected } = readJson(
      'textbook/fdr_benjamini_hochberg_1995.json',
    );
    expect(adjusted(p).filter((value) => value <= 0.05)).toHaveLength(bh_rejected);
    const expectAll = (actual: number[], expected: number[]) =>
      actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 14));
    expectAll(adjusted(p), bh_adjusted);
    expectAll(adjusted(p, 'benjaminiYekutieli'), by_adjusted);
    expectAll(adjusted(p, 'holm'), holm_adjusted);
    expectAll(adjusted([...p].reverse()).reverse(), bh_adjusted);
  });

  it("has scipy's binomial tails and beta quantiles", () => {
    const { binom_sf, beta_ppf } = readJson('textbook/stats_functions.json');
    for (const { k, n, p, sf_ge_k, cdf_le_k } of binom_sf) {
      expect(atLeast(k, n, p) / sf_ge_k).toBeCloseTo(1, 11);
      expect(atMost(k, n, p)).toBeCloseTo(cdf_le_k, 13);
    }
    for (const { a, b, ppf } of beta_ppf.filter((row: { q: number }) => row.q === 0.025)) {
      const prior = { right: a, wrong: b };
      // Without counts the interval is the whole range; a trace of them keeps the quantile.
      expect(betaInterval(1e-300, 1e-300, { prior }).low / ppf).toBeCloseTo(1, 9);
    }
  });
});

describe('belowPoolByLabels', () => {
  const pooled = Float64Array.of(0.9, 0.1, 0.1, 0.9);
  const sure = (truth: number) => Float64Array.of(Number(truth === 0), Number(truth === 1));
  /** A worker who is right on so many of a hundred items whose label the others know. */
  const rightOn = (right: number) =>
    leadSums(
      Array.from({ length: 100 }, (_, i) => ({ label: i < right ? i % 2 : 1 - (i % 2), view: sure(i % 2) })),
      pooled,
      2,
    );

  it('takes the share that is right for the accuracy, where the others are sure', () => {
    const [own] = belowPoolByLabels([rightOn(70), rightOn(90), rightOn(94)]);
    expect(own!.accuracy).toBeCloseTo(0.7, 12);
    expect(own!.pool).toBeCloseTo(0.92, 12);
  });

  it('takes the errors of the others out, where they are not', () => {
    // The others are right with .8; who is right with .9 says their label on .9 * .8 + .1 * .2 = .74 of the items.
    const view = Float64Array.of(0.8, 0.2);
    const own = Array.from({ length: 100 }, (_, i) => ({ label: Number(i >= 74), view }));
    const [worker] = belowPoolByLabels([leadSums(own, pooled, 2), rightOn(90)]);
    expect(worker!.accuracy).toBeCloseTo(0.9, 12);
  });

  it('accuses beyond ten points under the pool, and not within them', () => {
    const [far, near] = belowPoolByLabels([rightOn(60), rightOn(83), ...Array.from({ length: 20 }, () => rightOn(92))]);
    expect(far!.pValue).toBeLessThan(1e-4);
    expect(near!.pValue).toBeGreaterThan(0.5);
  });

  it('accuses nobody of few labels, and nobody who is alone', () => {
    const few = leadSums(Array.from({ length: 19 }, () => ({ label: 0, view: sure(1) })), pooled, 2); // prettier-ignore
    expect(belowPoolByLabels([few, rightOn(90)])[0]!.pValue).toBe(1);
    expect(belowPoolByLabels([rightOn(20)])[0]!.pValue).toBe(1);
  });
});
