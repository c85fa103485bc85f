import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithData, readJson, SHARED_DATA } from '../../../../test/support/label-sets';
import { bradleyTerry } from './bradley-terry';
import { comparisonsOf, type Preference } from './comparisons';
import { crowdBt } from './crowd-bt';

function wins(matrix: number[][]) {
  const rows = matrix.flatMap((row, a) => row.map((count, b) => ({ a, b, count }))).filter(({ count }) => count > 0);
  return {
    items: matrix.map((_, i) => String(i)),
    winner: Int32Array.from(rows, ({ a }) => a),
    loser: Int32Array.from(rows, ({ b }) => b),
    weight: Float64Array.from(rows, ({ count }) => count),
  };
}

describeWithData('textbook/bradley_terry.json', 'bradleyTerry on four teams', () => {
  const book = readJson('textbook/bradley_terry.json');
  const comparisons = wins(book.wins_row_beats_column);

  it('finds the published strengths without a ridge', () => {
    const { scores } = bradleyTerry(comparisons, { ridge: 0 });
    const mean = scores.reduce((a, b) => a + b, 0) / 4;
    scores.forEach((score, i) => {
      expect(Math.exp(score - mean)).toBeCloseTo(book.strength_geometric_mean_1.exact[i], 8);
    });
  });

  it('finds the MAP scores and the objective with a ridge of .1', () => {
    const { scores, objective } = bradleyTerry(comparisons);
    scores.forEach((score, i) => expect(score).toBeCloseTo(book.map_ridge_0_1.log_scores[i], 8));
    expect(objective).toBeCloseTo(book.map_ridge_0_1.objective, 9);
  });
});

describeWithData('ukp_convincing', 'preferences of ukp_convincing', () => {
  const rows = readFileSync(join(SHARED_DATA, 'ukp_convincing/labels.csv'), 'utf8').trim().split(/\r?\n/).slice(1); // prettier-ignore
  const workers = new Map<string, number>();
  const reported = rows.map((line) => {
    const [, worker, winner, , , left, right] = line.split(',');
    if (!workers.has(worker!)) workers.set(worker!, workers.size);
    return { worker: workers.get(worker!)!, preference: { left, right, winner } as Preference };
  });
  const preferences = reported.map(({ preference }) => preference);
  const { methods, scores: references } = readJson('ukp_convincing/reference.json').pairwise;

  it.each([
    ['half', 'bradley_terry_map_ties_half', 'bt_ties_half'],
    ['drop', 'bradley_terry_map_ties_dropped', 'bt_ties_dropped'],
  ] as const)('reaches the reference with ties: %s', (ties, method, column) => {
    const comparisons = comparisonsOf(preferences, ties);
    const { scores, objective } = bradleyTerry(comparisons);
    expect(objective).toBeCloseTo(methods[method].objective, 7);
    comparisons.items.forEach((item, i) => expect(scores[i]).toBeCloseTo(references[item][column], 5));
  });

  it('reaches the reference of CrowdBT', () => {
    const comparisons = comparisonsOf(preferences, 'drop');
    const fit = crowdBt(comparisons, comparisons.rows.map((row) => reported[row]!.worker), workers.size); // prettier-ignore
    expect(fit.converged).toBe(true);
    expect(fit.objective).toBeCloseTo(methods.crowd_bt_map_ties_dropped.objective, 8);
    comparisons.items.forEach((item, i) => expect(fit.scores[i]).toBeCloseTo(references[item].crowd_bt, 5));
  });
});

describe('bradleyTerry', () => {
  it('has an answer where one item always won and another was never compared', () => {
    const { scores } = bradleyTerry({ ...wins([[0, 5], [0, 0]]), items: ['a', 'b', 'c'] }); // prettier-ignore
    expect(scores[0]).toBeGreaterThan(0);
    expect(scores[1]).toBeCloseTo(-scores[0]!, 9);
    expect(scores[2]).toBe(0);
  });

  it('leaves no slope, though the objective stops rising before', () => {
    const random = fc.tuple(fc.nat(6), fc.integer({ min: 1, max: 6 }), fc.constantFrom(0.5, 1));
    fc.assert(
      fc.property(fc.array(random, { minLength: 1, maxLength: 40 }), (all) => {
        const winner = Int32Array.from(all, ([one]) => one);
        const loser = Int32Array.from(all, ([one, by]) => (one + by) % 7);
        const weight = Float64Array.from(all, ([, , each]) => each);
        const { scores } = bradleyTerry({ items: [...'abcdefg'], winner, loser, weight });
        const slope = scores.map((score) => -0.1 * score);
        weight.forEach((each, i) => {
          const lost = each / (1 + Math.exp(scores[winner[i]!]! - scores[loser[i]!]!));
          slope[winner[i]!]! += lost;
          slope[loser[i]!]! -= lost;
        });
        expect(Math.max(...slope.map(Math.abs))).toBeLessThan(1e-9);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('is all zero without comparisons', () => {
    expect([...bradleyTerry(wins([[0, 0], [0, 0]])).scores]).toEqual([0, 0]); // prettier-ignore
  });
});
