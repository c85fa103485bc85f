import { accuracyOf, describeWithData, readLabelSet, type SetName } from '../../../../test/support/label-sets';
import { ebcc } from './ebcc';
import { glad } from './glad';
import { labelTable, type LabelTable } from './label-table';
import { mace } from './mace';
import { oneCoin } from './one-coin';
import { evidenceOf, posteriorOf } from './posterior';
import { wawa } from './wawa';
import { weightedVote } from './weighted-vote';
import { zeroBasedSkill } from './zero-based-skill';

describe.each<SetName>(['rte', 'weather_sentiment', 'ukp_convincing'])('methods beside the default, on %s', (name) => {
  describeWithData(name, 'against reference.json', () => {
    const set = readLabelSet(name);
    const { aggregation } = set.reference;

    it('has the accuracy of Wawa and of zero-based skill', () => {
      expect(accuracyOf(set, oneHot(set.table, wawa(set.table).labels))).toBeCloseTo(aggregation.Wawa.accuracy, 9);
      expect(accuracyOf(set, oneHot(set.table, zeroBasedSkill(set.table).labels))).toBeCloseTo(
        aggregation.ZeroBasedSkill.accuracy,
        9,
      );
    });

    it('has the accuracy of EBCC', () => {
      expect(accuracyOf(set, ebcc(set.table).posteriors)).toBeCloseTo(aggregation.EBCC_VB?.accuracy, 2);
    });

    // These differ from crowd-kit's on purpose (smoothed, converged, started from vote shares instead of at random): no worse by a point.
    it.each([
      ['OneCoinDawidSkene', oneCoin],
      ['MACE', mace],
      ['GLAD', glad],
    ])('is as accurate as %s', (method, fit) => {
      const result = fit(set.table);
      expect(result.converged).toBe(true);
      expect(accuracyOf(set, result.posteriors)).toBeGreaterThan(aggregation[method].accuracy - 0.01);
    });
  });
});

describeWithData('rte', 'models of the methods beside the default', () => {
  it('give the posteriors of their fits', () => {
    const { table } = readLabelSet('rte');
    const exact = { tolerance: 1e-12, mostIterations: 5000 };
    for (const { model, posteriors } of [oneCoin(table), mace(table), ebcc(table, { subtypes: 3, ...exact })]) {
      const { posterior } = posteriorOf(model, evidenceOf(table, 7));
      posterior.forEach((value, k) => expect(value).toBeCloseTo(posteriors[7 * posterior.length + k]!, 9));
    }
  });
});

describe('methods that EM approaches slowly', () => {
  // Two workers, who differ on every third item: EBCC takes some thousand rounds.
  const table = labelTable(
    Array.from({ length: 240 }, (_, t) => t).flatMap((t) => [
      { item: `t${t}`, worker: 'u', label: 'abc'[(t >> 1) % 3]! },
      { item: `t${t}`, worker: 'v', label: 'abc'[((t >> 1) + Number(t % 3 === 0)) % 3]! },
      ...(t % 7 === 0 ? [{ item: `t${t}`, worker: `w${t % 5}`, label: 'abc'[t % 3]! }] : []),
    ]),
  );

  it('stop where the parameters of GLAD have no gradient left', () => {
    const { posteriors, abilities, easiness } = glad(table);
    const gradient = [abilities.map((ability) => 1 - ability), easiness.map((easy) => -easy)] as const;
    for (let i = 0; i < table.label.length; i++) {
      const [w, t] = [table.worker[i]!, table.item[i]!];
      const scale = Math.exp(easiness[t]!);
      const residual = posteriors[3 * t + table.label[i]!]! - 1 / (1 + Math.exp(-abilities[w]! * scale));
      gradient[0][w]! += residual * scale;
      gradient[1][t]! += residual * abilities[w]! * scale;
    }
    for (const slope of [...gradient[0], ...gradient[1]]) expect(Math.abs(slope)).toBeLessThan(1e-5);
  });

  it('stop where EBCC would go no further', () => {
    const { posteriors, converged } = ebcc(table);
    const exact = ebcc(table, { tolerance: 1e-12, mostIterations: 100_000 }).posteriors;
    expect(converged).toBe(true);
    posteriors.forEach((value, i) => expect(value).toBeCloseTo(exact[i]!, 5));
  });
});

describe('weightedVote', () => {
  const table = labelTable([
    { item: 'a', worker: 'u', label: 'x' },
    { item: 'a', worker: 'v', label: 'y' },
  ]);

  it('gives the label with most weight, and its share', () => {
    expect(weightedVote(table, [3, 1])).toEqual({ labels: Int32Array.of(0), share: Float64Array.of(0.75) });
    expect(weightedVote(table, [1, 3])).toEqual({ labels: Int32Array.of(1), share: Float64Array.of(0.75) });
  });

  it('gives a tie to the first label, and an equal share where nobody has weight', () => {
    expect(weightedVote(table, [0, 0])).toEqual({ labels: Int32Array.of(0), share: Float64Array.of(0.5) });
    expect(weightedVote(table, [2, 2])).toEqual({ labels: Int32Array.of(0), share: Float64Array.of(0.5) });
  });

  it('gives no label that nobody gave', () => {
    const wide = labelTable([{ item: 'a', worker: 'u', label: 'y' }], ['x', 'y', 'z']);
    expect(weightedVote(wide, [0])).toEqual({ labels: Int32Array.of(1), share: Float64Array.of(1 / 3) });
  });
});

function oneHot(table: LabelTable, labels: Int32Array): Float64Array {
  const posteriors = new Float64Array(table.items.length * table.labels.length);
  labels.forEach((label, t) => (posteriors[t * table.labels.length + label] = 1));
  return posteriors;
}
