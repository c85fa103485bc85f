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
