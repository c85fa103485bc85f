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
    suspicions.push(...byLabels(table, model, rows, order !== undefined), ...copying(table, model));
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
  ordered: boolean,
): Suspicion[] {
  const K = table.labels.length;
  const counts = confusionCounts({ ...table, posteriors: believedPosteriors(model, table) });
  const pooled = pooledConfusion(counts, K);
  return rows.flatMap((own, worker) => {
    const said = own.map((row): OwnLabel => ({ label: table.label[row]!, view: viewOfOthers(model, table, row) }));
    // Who confuses labels with each other in a fixed way does look at the items: that is no spam.
    const informative = spammerScore(confusionMatrix(counts, worker, K), K) > spammerScore(pooled, K) / 2;
    const spammer = informative ? { informedness: NaN, pValue: 1 } : spammerTest(said, K);
    const bias = biasTest(said, pooled, K);
    const found: Suspicion[] = [
      {
        worker,
        kind: 'spammer',
        pValue: spammer.pValue,
        evidence: { labels: said.length, informedness: spammer.informedness },
      },
      {
        worker,
        kind: 'biased',
        pValue: bias.pValue,
        evidence: { label: table.labels[bias.label]!, excess: bias.excess },
      },
    ];
    return ordered ? [...found, ...inTime(worker, said, K)] : found;
  });
}

function inTime(worker: number, said: readonly OwnLabel[], K: number): Suspicion[] {
  const drift = driftTest(
    said.map(({ label, view }) => view.reduce((sum, share) => sum + share * share, 0) - view[label]!),
  );
  const repetition = repetitionTest(
    said.map(({ label }) => label),
    (i) => said[i]!.view,
    K,
  );
  const { changedAt, before, after } = drift;
  const { repeated, expected } = repetition;
  return [
    { worker, kind: 'drifting', pValue: drift.pValue, evidence: { changedAt, before, after } },
    { worker, kind: 'patterned', pValue: repetition.pValue, evidence: { repeated, expected } },
  ];
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

/** Pairs are corrected among pairs, so that a copier's many partners do not dilute each other; each of the two is named to the other. */
function copying(table: LabelTable, model: PublishedModel): Suspicion[] {
  const K = table.labels.length;
  const posteriors = new Float64Array(table.items.length * K);
  for (let t = 0; t < table.items.length; t++)
    posteriors.set(posteriorOf(model, evidenceOf(table, t)).posterior, t * K);
  const pairs = copyingPairs({ ...table, posteriors });
  const corrected = adjusted(pairs.map(({ pValue }) => pValue));
  return pairs.flatMap(({ u, v, common }, i): Suspicion[] =>
    corrected[i]! > FALSE_COPIERS
      ? []
      : [
          { worker: u, kind: 'copying', pValue: corrected[i]!, evidence: { with: table.workers[v]!, common } },
          { worker: v, kind: 'copying', pValue: corrected[i]!, evidence: { with: table.workers[u]!, common } },
        ],
  );
}
