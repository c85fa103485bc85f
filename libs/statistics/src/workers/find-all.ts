import { type LabelTable } from '../aggregation/label-table';
import { MOST_MATRIX_LABELS, type PublishedModel } from '../aggregation/published-model';
import { type Beliefs } from './believed';
import { belowPool } from './below-pool';
import { adjusted } from './false-discoveries';
import { findByLabels } from './find-by-labels';
import { FALSE_COPIERS, findCopying } from './find-copying';
import { findInconsistent, type RepeatedLabel } from './find-inconsistent';
import { type Finding } from './finding';
import { goldTest, type GoldTestPolicy } from './gold-test';
import { speeds } from './speed';
import { type Suspicion } from './suspicion';

/** Expected share of false findings of a kind. */
const FALSE_DISCOVERIES = 0.05;

interface Context {
  goldPolicy?: GoldTestPolicy;
  order?: ArrayLike<number>;
  seconds?: ArrayLike<number>;
  repeats?: readonly RepeatedLabel[];
}

/**
 * Everything there is to find on each worker of a table, by worker. What needs an order, times, gold or a matrix is looked for where there is one.
 * @param rows rows of each worker, in the order of occurrence.
 * @param checks whether each answer to a gold item is right, in the order of occurrence.
 */
export function findAll(
  table: LabelTable,
  model: PublishedModel,
  beliefs: Beliefs,
  rows: readonly Int32Array[],
  checks: readonly (readonly boolean[])[],
  { goldPolicy, order, seconds, repeats = [] }: Context,
): Finding[][] {
  const suspicions = seconds ? tooFast(table, seconds) : [];
  if (table.labels.length > 1 && table.labels.length <= MOST_MATRIX_LABELS) {
    suspicions.push(
      ...findByLabels(table, model, beliefs, rows, order),
      ...findCopying(table, beliefs, rows, order),
      ...findInconsistent(table, beliefs, repeats),
    );
  }
  const belowPool = strongest(
    againstPool(checks),
    suspicions.filter(({ kind }) => kind === 'belowPool'),
  );
  const others = suspicions.filter(({ kind }) => kind !== 'belowPool');
  const findings: Finding[][] = table.workers.map((_, w) => (goldPolicy ? belowGold(checks[w]!, goldPolicy) : []));
  const all = [...others, ...belowPool];
  for (const kind of new Set(all.map((suspicion) => suspicion.kind))) {
    const threshold = kind === 'copying' ? FALSE_COPIERS : FALSE_DISCOVERIES;
    const ofKind = all.filter((suspicion) => suspicion.kind === kind);
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

/** Of two tests of the same worker the one that says more, its p-value doubled: it was chosen out of two. */
function strongest(onGold: readonly Suspicion[], onLabels: readonly Suspicion[]): Suspicion[] {
  const byLabels = new Map(onLabels.map((suspicion) => [suspicion.worker, suspicion]));
  const both = onGold.map((gold) => {
    const labels = byLabels.get(gold.worker);
    byLabels.delete(gold.worker);
    if (!labels) return gold;
    const chosen = gold.pValue <= labels.pValue ? gold : labels;
    return { ...chosen, pValue: Math.min(1, 2 * chosen.pValue) };
  });
  return [...both, ...byLabels.values()];
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
