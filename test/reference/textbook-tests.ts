import betaCdf from '@stdlib/stats-base-dists-beta-cdf';
import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import chisquareCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { betaInterval } from '../../libs/statistics/src/workers/beta-interval';
import { atLeast, atMost } from '../../libs/statistics/src/workers/binomial-test';
import { adjusted } from '../../libs/statistics/src/workers/false-discoveries';
import { goldTest } from '../../libs/statistics/src/workers/gold-test';
import { type Rule, same, sameRatio, words } from './known-values';

const EXACT = 1e-13;

export function discoveryRules({ p, alpha }: { p: number[]; alpha: number }): Rule[] {
  const rejected = (values: readonly number[]) => values.filter((value) => value <= alpha).length;
  return [
    same('bh_rejected', () => rejected(adjusted(p))),
    same('bonferroni_rejected', () => rejected(p.map((value) => value * p.length))),
    same('bh_adjusted/*', (i) => adjusted(p)[Number(i)], EXACT),
    same('by_adjusted/*', (i) => adjusted(p, 'benjaminiYekutieli')[Number(i)], EXACT),
    same('holm_adjusted/*', (i) => adjusted(p, 'holm')[Number(i)], EXACT),
    ...words('input', 'p/*', 'alpha'),
  ];
}

/** Outcomes are 1 where the worker is right. The path goes on past the first crossing: there a test with thresholds out of reach follows it. */
export function sequentialRules(book: {
  h0_accuracy: number;
  h1_accuracy: number;
  alpha: number;
  beta: number;
  outcomes: number[];
}): Rule[] {
  const outcomes = book.outcomes.map(Boolean);
  const accuracies = { target: book.h0_accuracy, reject: book.h1_accuracy };
  const policy = { ...accuracies, falseAlarm: book.alpha, miss: book.beta };
  const endless = { ...accuracies, falseAlarm: 1e-9, miss: 1e-9 };
  const test = goldTest(outcomes, policy);
  return [
    same('upper_reject_h0', () => test.suspendAt, EXACT),
    same('lower_accept_h0', () => test.clearAt, EXACT),
    same('first_crossing_upper', () => (test.status === 'suspend' ? test.checks : null)),
    same('llr_path/*', (i) => goldTest(outcomes.slice(0, Number(i) + 1), endless).statistic, 1e-12),
    ...words('input', 'h0_accuracy', 'h1_accuracy', 'alpha', 'beta', 'outcomes/*'),
  ];
}

type Rows = Record<string, Record<string, number>[]>;

/** Distribution functions, by the functions that the product calls: relative to the value, since tails are small. */
export function functionRules(book: unknown): Rule[] {
  const row = (of: string, i: string) => (book as Rows)[of]![Number(i)]!;
  const ratio = (path: string, of: (row: Record<string, number>) => number, within = 1e-11) =>
    sameRatio(path.replace('.', '/*/'), (i) => of(row(path.split('.')[0]!, i!)), within);
  return [
    ratio('beta_ppf.ppf', ({ a, b, q }) => betaQuantile(q!, a!, b!)),
    ratio('beta_cdf.cdf', ({ a, b, x }) => betaCdf(x!, a!, b!)),
    ratio('beta_cdf.sf', ({ a, b, x }) => betaCdf(1 - x!, b!, a!)),
    ratio('norm_cdf.cdf', ({ z }) => normalCdf(z!, 0, 1)),
    // As the search for patterns asks for it: absolutely exact, so that a small tail has fewer digits.
    same('chi2_sf/*/sf', (i) => 1 - chisquareCdf(row('chi2_sf', i!)['x']!, row('chi2_sf', i!)['df']!), 1e-13),
    ratio('binom_sf.sf_ge_k', ({ k, n, p }) => atLeast(k!, n!, p!)),
    ratio('binom_sf.cdf_le_k', ({ k, n, p }) => atMost(k!, n!, p!)),
    // Eight digits is what the package has; it only widens intervals.
    ratio('t_ppf.t', ({ q, df }) => tQuantile(q!, df!), 1e-8),
    // Clopper and Pearson's interval is two intervals of Beta posteriors, with a wrong label added for the one end and a right one for the other.
    ratio('clopper_pearson.low', ({ k, n }) => betaInterval(k!, n! - k!, { prior: { right: 0, wrong: 1 } }).low),
    ratio('clopper_pearson.high', ({ k, n }) => betaInterval(k!, n! - k!, { prior: { right: 1, wrong: 0 } }).high),
    ...words('input', ...['beta_ppf/*/a', 'beta_ppf/*/b', 'beta_ppf/*/q', 'beta_cdf/*/a', 'beta_cdf/*/b', 'beta_cdf/*/x', 'norm_cdf/*/z', 'chi2_sf/*/x', 'chi2_sf/*/df', 'binom_sf/*/k', 'binom_sf/*/n', 'binom_sf/*/p', 't_ppf/*/q', 't_ppf/*/df', 'clopper_pearson/*/k', 'clopper_pearson/*/n', 'clopper_pearson/*/alpha']), // prettier-ignore
    ...words('no part of Assay computes it', 'norm_ppf/*/*', 'beta_cdf/*/logpdf', 'hypergeom_sf/*/*', 'wilson/*/*'),
  ];
}
