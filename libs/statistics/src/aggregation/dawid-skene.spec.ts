import {
  accuracyOf,
  describeWithData,
  readJson,
  readLabelSet,
  type SetName,
} from '../../../../test/support/label-sets';
import { dawidSkene } from './dawid-skene';
import { labelTable } from './label-table';
import { type MatrixPrior } from './matrix-prior';
import { evidenceOf, posteriorOf } from './posterior';

const priors: Record<string, MatrixPrior | undefined> = {
  DawidSkene_converged_mle: { type: 'none' },
  DawidSkene_map_alpha1_diag2: { type: 'diagonal', cell: 1, diagonal: 2 },
  DawidSkene_map_alpha1overK_diag1: undefined,
  DawidSkene_pooled_prior_kappa2: { type: 'pooled', strength: 2 },
};

describe.each<SetName>(['rte', 'weather_sentiment', 'ukp_convincing'])('dawidSkene on %s', (name) => {
  describeWithData(name, 'against reference.json', () => {
    const set = readLabelSet(name);

    it.each(Object.keys(priors))('reaches the accuracy and the log-likelihood of %s', (method) => {
      const reference = set.reference.aggregation[method];
      const fit = dawidSkene(set.table, { prior: priors[method] });
      expect(fit.converged).toBe(true);
      // The reference stops at a relative change of 1e-11: on weather_sentiment with a pooled prior .4 short of the limit.
      expect(fit.logLikelihood).toBeGreaterThan(reference.log_likelihood - 0.005);
      expect(fit.logLikelihood).toBeLessThan(reference.log_likelihood + 0.5);
      expect(accuracyOf(set, fit.posteriors)).toBeCloseTo(reference.accuracy, 9);
    });

    it('has the reference posteriors, as far as those are converged', () => {
      const fit = dawidSkene(set.table);
      const K = set.table.labels.length;
      for (const [item, posterior] of Object.entries<number[]>(set.reference.posterior_samples.map_alpha1overK_diag1)) {
        const t = set.table.items.indexOf(item);
        posterior.forEach((value, k) => expect(Math.abs(fit.posteriors[t * K + k]! - value)).toBeLessThan(2e-4));
      }
    });

    it('publishes a model that gives the same posteriors to 1e-9', () => {
      const fit = dawidSkene(set.table);
      const K = set.table.labels.length;
      let largest = 0;
      set.table.items.forEach((_, t) => {
        const { posterior } = posteriorOf(fit.model, evidenceOf(set.table, t));
        posterior.forEach((value, k) => {
          largest = Math.max(largest, Math.abs(value - fit.posteriors[t * K + k]!));
        });
      });
      expect(largest).toBeLessThan(1e-9);
    });
  });
});

describeWithData('textbook', 'dawidSkene on the patients of Dawid and Skene (1979)', () => {
  const book = readJson('textbook/dawid_skene_1979.json');
  const names = ['1', '2', '3', '4'];
  const rows = book.labels.map(([patient, observer, label]: number[]) => ({
    item: String(patient).padStart(2, '0'),
    worker: String(observer),
    label: String(label),
  }));
  const fit = dawidSkene(labelTable(rows, names), { prior: { type: 'none' } });

  it('finds the converged log-likelihood and class marginals', () => {
    expect(fit.logLikelihood).toBeCloseTo(book.converged.log_likelihood, 8);
    book.converged.class_marginals.forEach((share: number, k: number) => expect(fit.prior[k]).toBeCloseTo(share, 6));
  });

  it('finds the error rates of each observer', () => {
    book.converged.error_rates.forEach((matrix: number[][], w: number) =>
      matrix.forEach((row, truth) =>
        row.forEach((rate, label) => expect(fit.matrices[(w * 4 + label) * 4 + truth]).toBeCloseTo(rate, 5)),
      ),
    );
  });

  it('finds the posterior of each patient', () => {
    book.converged.posteriors
      .flat()
      .forEach((value: number, i: number) => expect(fit.posteriors[i]).toBeCloseTo(value, 5));
  });
});

describe('dawidSkene', () => {
  const rows = [
    ['a', 'u', 'x'], ['a', 'v', 'x'], ['a', 'w', 'y'],
    ['b', 'u', 'y'], ['b', 'v', 'y'], ['b', 'w', 'x'],
    ['c', 'u', 'x'], ['c', 'v', 'y'], ['c', 'w', 'y'],
  ].map(([item, worker, label]) => ({ item: item!, worker: worker!, label: label! })); // prettier-ignore

  it('depends on the set of labels, not on their order', () => {
    const forward = dawidSkene(labelTable(rows));
    const backward = dawidSkene(labelTable([...rows].reverse()));
    expect(backward.posteriors).toEqual(forward.posteriors);
    expect(backward.matrices).toEqual(forward.matrices);
  });

  it('keeps an item within its accepted labels', () => {
    const fit = dawidSkene(labelTable(rows), { accepted: new Map([['a', ['y']]]) });
    expect([...fit.posteriors.slice(0, 2)]).toEqual([0, 1]);
  });

  it('lets several accepted labels compete', () => {
    const three = labelTable(rows, ['x', 'y', 'z']);
    const fit = dawidSkene(three, { accepted: new Map([['a', ['y', 'z']]]) });
    expect(fit.posteriors[0]).toBe(0);
    expect(fit.posteriors[1]).toBeGreaterThan(fit.posteriors[2]!);
  });

  it('names an accepted label that does not exist', () => {
    expect(() => dawidSkene(labelTable(rows), { accepted: new Map([['a', ['q']]]) })).toThrow(
      'accepted label "q" of item "a": expected one of x, y',
    );
  });

  it('has posteriors where there is one item and one worker', () => {
    const fit = dawidSkene(labelTable([rows[0]!], ['x', 'y']));
    expect(fit.posteriors[0]! + fit.posteriors[1]!).toBeCloseTo(1, 12);
    expect(fit.posteriors[0]).toBeGreaterThan(0.5);
  });

  it('has no posteriors where there are no labels', () => {
    expect(dawidSkene(labelTable([], ['x', 'y'])).posteriors).toHaveLength(0);
  });

  it('stays finite on items with hundreds of labels', () => {
    const many = Array.from({ length: 800 }, (_, i) => ({
      item: 'a',
      worker: `w${i}`,
      label: i % 3 === 0 ? 'y' : 'x',
    }));
    const fit = dawidSkene(labelTable(many), { prior: { type: 'none' } });
    expect(Number.isFinite(fit.logLikelihood)).toBe(true);
    expect(fit.posteriors[0]! + fit.posteriors[1]!).toBeCloseTo(1, 12);
  });
});
