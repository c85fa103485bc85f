import { type LabelTable } from '../aggregation/label-table';
import { evidenceOf, posteriorOf } from '../aggregation/posterior';
import { MOST_MATRIX_LABELS, type PublishedModel } from '../aggregation/published-model';
import { belowPool } from './below-pool';
import { believedPosteriors, viewOfOthers } from './believed';
import { biasTest } from './bias-test';
import { confusionCounts, confusionMatrix, pooledConfusion, spammerScore } from './confusion';
import { copyingPairs } from './copying';
import { driftTest } from './drift';
import { adjusted } from './false-discoveries';
import { type Finding, type FindingKind } from './finding';
import { goldTest, type GoldTestPolicy } from './gold-test';
import { type OwnLabel } from './own-labels';
import { repetitionTest } from './patterns';
import { spammerTest } from './spammer-test';
import { speeds } from './speed';

/** Expected share of false findings of a kind. */
export const FALSE_DISCOVERIES = 0.05;

/** The same of copying, which accuses two people. */
export const FALSE_COPIERS = 0.01;

/** Drift by less than this share of wrong labels is no finding. */
const LEAST_WORSENING = 0.1;

/** What a test says of one worker, before it is corrected for how many were tested. */
interface Suspicion {
  worker: number;
  kind: FindingKind;
  pValue: number;
  evidence: Finding['evidence'];
}

interface Context {
  goldPolicy?: GoldTestPolicy;
  order?: ArrayLike<number>;
  seconds?: ArrayLike<number>;
}

/**
 * Everything there is to find on each worker of a table, by worker. What needs an order, times, gold or a matrix is looked for where there is one.
 * @param rows rows of each worker, in the order of occurrence.
 * @param checks whether each answer to a gold item is right, in the order of occurrence.
 */
export function findAll(
  table: LabelTable,
  model: PublishedModel,
  rows: readonly (readonly number[])[],
  checks: readonly (readonly boolean[])[],
  { goldPolicy, order, seconds }: Context,
): Finding[][] {
  const suspicions = [...againstPool(checks), ...(seconds ? tooFast(table, seconds) : [])];
  if (table.labels.length > 1 && table.labels.length <= MOST_MATRIX_LABELS) {
    suspicions.push(...byLabels(table, model, rows, order), ...copying(table, model, rows, order));
  }
  const findings: Finding[][] = table.workers.map((_, w) => (goldPolicy ? belowGold(checks[w]!, goldPolicy) : []));
  for (const kind of new Set(suspicions.map((suspicion) => suspicion.kind))) {
    const threshold = kind === 'copying' ? FALSE_COPIERS : FALSE_DISCOVERIES;
    const ofKind = suspicions.filter((suspicion) => suspicion.kind === kind);
    adjusted(ofKind.map(({ pValue }) => pValue)).forEach((statistic, i) => {
      const { worker, evidence } = ofKind[i]!;
      if (statistic <= threshold) findings[worker]!.push({ kind, statistic, threshold, evidence });
    });
  }
  return findings;
}

function belowGold(outcomes: readonly boolean[], policy: GoldTestPolicy): Finding[] {
  const { status, checks, statistic, suspendAt } = goldTest(outcomes, policy);
  if (status !== 'suspend') return [];
  const right = outcomes.slice(0, checks).filter(Boolean).length;
  return [{ kind: 'belowGold', statistic, threshold: suspendAt, evidence: { checks, right } }];
}

function againstPool(checks: readonly (readonly boolean[])[]): Suspicion[] {
  const tallies = checks.map((own) => ({ right: own.filter(Boolean).length, all: own.length }));
  const tested = tallies.map((tally, worker) => ({ worker, ...tally })).filter(({ all }) => all > 0);
  return belowPool(tested).map((pValue, i) => {
    const { worker, right, all } = tested[i]!;
    return { worker, kind: 'belowPool', pValue, evidence: { checks: all, right } };
  });
}

/** The tests that hold a worker's labels against what the others believe of the items; one worker's views at a time are in memory. */
function byLabels(
  table: LabelTable,
  model: PublishedModel,
  rows: readonly (readonly number[])[],
  order: ArrayLike<number> | undefined,
): Suspicion[] {
  const K = table.labels.length;
  const counts = confusionCounts({ ...table, posteriors: believedPosteriors(model, table) });
  const pooled = pooledConfusion(counts, K);
  const residuals = new Float64Array(table.label.length);
  const found = rows.flatMap((own, worker): Suspicion[] => {
    const said = own.map((row): OwnLabel => ({ label: table.label[row]!, view: viewOfOthers(model, table, row) }));
    said.forEach(({ label, view }, i) => (residuals[own[i]!] = residualOf(label, view)));
    // Who confuses labels with each other in a fixed way does look at the items: that is no spam.
    const informative = spammerScore(confusionMatrix(counts, worker, K), K) > spammerScore(pooled, K) / 2;
    const { informedness, pValue } = informative ? { informedness: NaN, pValue: 1 } : spammerTest(said, K);
    const bias = biasTest(said, pooled, K);
    const excess = { label: table.labels[bias.label]!, excess: bias.excess };
    return [
      { worker, kind: 'spammer', pValue, evidence: { labels: said.length, informedness } },
      { worker, kind: 'biased', pValue: bias.pValue, evidence: excess },
      ...(order ? [patterned(worker, said, K)] : []),
    ];
  });
  return order ? [...found, ...drifting(rows, withoutTrend(residuals, order))] : found;
}

/** How much less a label is believed by the others than a perfect worker's would be. */
function residualOf(label: number, view: Float64Array): number {
  return view.reduce((sum, share) => sum + share * share, 0) - view[label]!;
}

function patterned(worker: number, said: readonly OwnLabel[], K: number): Suspicion {
  const labels = said.map(({ label }) => label);
  const { repeated, expected, pValue } = repetitionTest(labels, (i) => said[i]!.view, K);
  return { worker, kind: 'patterned', pValue, evidence: { repeated, expected } };
}

function drifting(rows: readonly (readonly number[])[], residuals: Float64Array): Suspicion[] {
  return rows.map((own, worker) => {
    const { pValue, changedAt, before, after } = driftTest(own.map((row) => residuals[row]!));
    const evidence = { changedAt, before, after };
    return { worker, kind: 'drifting', pValue: after - before < LEAST_WORSENING ? 1 : pValue, evidence };
  });
}

/** Stretches of time whose mean residual is taken as everybody's. */
const STRETCHES = 20;

/**
 * Residuals less the mean of all workers at the time: where some drift, the others' view of late items gets worse, and everybody would seem to drift
 * with them.
 */
function withoutTrend(residuals: Float64Array, order: ArrayLike<number>): Float64Array {
  const inTime = Int32Array.from(residuals, (_, row) => row).sort((a, b) => order[a]! - order[b]!);
  const level = new Float64Array(residuals.length);
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    const from = Math.floor((stretch * inTime.length) / STRETCHES);
    const rows = inTime.subarray(from, Math.floor(((stretch + 1) * inTime.length) / STRETCHES));
    const mean = rows.reduce((sum, row) => sum + residuals[row]!, 0) / Math.max(1, rows.length);
    for (const row of rows) level[row] = residuals[row]! - mean;
  }
  return level;
}

function tooFast(table: LabelTable, seconds: ArrayLike<number>): Suspicion[] {
  const timings = Array.from(table.worker, (worker, row) => ({ worker, seconds: seconds[row]! }));
  return speeds(timings.filter((timing) => !Number.isNaN(timing.seconds))).map(
    ({ worker, pValue, labels, underFloor, medianSeconds }) => ({
      worker,
      kind: 'tooFast',
      pValue,
      evidence: { labels, underFloor, medianSeconds },
    }),
  );
}

/**
 * Pairs are corrected among pairs, so that a copier's many partners do not dilute each other. Who labelled two thirds of the common items after the other
 * is the one who copied; where nobody did, or the order is unknown, each of the two is named to the other.
 */
function copying(
  table: LabelTable,
  model: PublishedModel,
  rows: readonly (readonly number[])[],
  order: ArrayLike<number> | undefined,
): Suspicion[] {
  const K = table.labels.length;
  const posteriors = new Float64Array(table.items.length * K);
  for (let t = 0; t < table.items.length; t++)
    posteriors.set(posteriorOf(model, evidenceOf(table, t)).posterior, t * K);
  const pairs = copyingPairs({ ...table, posteriors });
  const corrected = adjusted(pairs.map(({ pValue }) => pValue));
  return pairs.flatMap(({ u, v, common }, i): Suspicion[] => {
    if (corrected[i]! > FALSE_COPIERS) return [];
    const later = order ? shareLater(table, rows[u]!, rows[v]!, order) : 0.5;
    const named = (worker: number, other: number): Suspicion => ({
      worker,
      kind: 'copying',
      pValue: corrected[i]!,
      evidence: { with: table.workers[other]!, common },
    });
    return [...(later < 2 / 3 ? [named(u, v)] : []), ...(later > 1 / 3 ? [named(v, u)] : [])];
  });
}

/** Of the items of both, the share that the second worker labelled after the first. */
function shareLater(
  table: LabelTable,
  first: readonly number[],
  second: readonly number[],
  order: ArrayLike<number>,
): number {
  const place = new Map(first.map((row) => [table.item[row]!, order[row]!]));
  const common = second.filter((row) => place.has(table.item[row]!));
  return common.filter((row) => order[row]! > place.get(table.item[row]!)!).length / common.length;
}
