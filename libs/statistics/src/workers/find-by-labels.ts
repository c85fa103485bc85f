import { type LabelTable } from '../aggregation/label-table';
import { type PublishedModel } from '../aggregation/published-model';
import { type Beliefs, viewOfOthers } from './believed';
import { belowPoolByLabels, type LeadSums, leadSums } from './below-pool-by-labels';
import { biasTest } from './bias-test';
import { confusionCounts, confusionMatrix, pooledConfusion, spammerScore } from './confusion';
import { driftTest } from './drift';
import { othersViews } from './others-views';
import { type OwnLabel } from './own-labels';
import { repetitionTest } from './patterns';
import { spammerTest } from './spammer-test';
import { type Suspicion } from './suspicion';

/** Drift by less than this share of wrong labels is no finding. */
const LEAST_WORSENING = 0.1;

/**
 * The tests that hold a worker's labels against what the others believe of the items: who is below the pool, spams or is biased, and with an order of occurrence the drifting
 * and the patterned. One worker's views at a time are in memory.
 */
export function findByLabels(
  table: LabelTable,
  model: PublishedModel,
  { believed }: Beliefs,
  rows: readonly Int32Array[],
  order: ArrayLike<number> | undefined,
): Suspicion[] {
  const K = table.labels.length;
  const counts = confusionCounts({ ...table, posteriors: believed });
  const pooled = pooledConfusion(counts, K);
  const residuals = new Float64Array(table.label.length);
  const leads: LeadSums[] = [];
  const saidOf = labelsOfWorkers(table, model);
  const found = rows.flatMap((own, worker): Suspicion[] => {
    const said = saidOf(own);
    said.forEach(({ label, view }, i) => (residuals[own[i]!] = residualOf(label, view)));
    leads.push(leadSums(said, pooled, K));
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
  found.push(...belowPool(leads));
  if (!order) return found;
  takeTrend(residuals, order);
  return [...found, ...drifting(rows, residuals)];
}

/** Labels of one worker with what the others believe; overwritten by the next worker's. */
function labelsOfWorkers(table: LabelTable, model: PublishedModel): (rows: Int32Array) => readonly OwnLabel[] {
  const view =
    model.form === 'matrix'
      ? othersViews(model, table)
      : (row: number, into: Float64Array) => into.set(viewOfOthers(model, table, row));
  const all: { label: number; view: Float64Array }[] = [];
  return (rows) => {
    while (all.length < rows.length) all.push({ label: 0, view: new Float64Array(table.labels.length) });
    rows.forEach((row, i) => {
      all[i]!.label = table.label[row]!;
      view(row, all[i]!.view);
    });
    return all.slice(0, rows.length);
  };
}

function belowPool(leads: readonly LeadSums[]): Suspicion[] {
  return belowPoolByLabels(leads).map(({ accuracy, pool, pValue }, worker) => ({
    worker,
    kind: 'belowPool',
    pValue,
    evidence: { labels: leads[worker]!.labels, accuracy, pool },
  }));
}

/** How much less a label is believed by the others than a perfect worker's would be. */
function residualOf(label: number, view: Float64Array): number {
  let perfect = 0;
  for (let k = 0; k < view.length; k++) perfect += view[k]! * view[k]!;
  return perfect - view[label]!;
}

function patterned(worker: number, said: readonly OwnLabel[], K: number): Suspicion {
  const labels = said.map(({ label }) => label);
  const { repeated, expected, pValue } = repetitionTest(labels, (i) => said[i]!.view, K);
  return { worker, kind: 'patterned', pValue, evidence: { repeated, expected } };
}

function drifting(rows: readonly Int32Array[], residuals: Float64Array): Suspicion[] {
  return rows.map((own, worker) => {
    const { pValue, changedAt, before, after } = driftTest(Float64Array.from(own, (row) => residuals[row]!));
    const evidence = { changedAt, before, after };
    return { worker, kind: 'drifting', pValue: after - before < LEAST_WORSENING ? 1 : pValue, evidence };
  });
}

/** Stretches of time whose mean residual is taken as everybody's. */
const STRETCHES = 20;

/**
 * Takes the mean of all workers at the time out of residuals: where some drift, the others' view of late items gets worse, and everybody would seem to drift
 * with them.
 */
function takeTrend(residuals: Float64Array, order: ArrayLike<number>): void {
  const inTime = rowsInTime(order, residuals.length);
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    const from = Math.floor((stretch * inTime.length) / STRETCHES);
    const rows = inTime.subarray(from, Math.floor(((stretch + 1) * inTime.length) / STRETCHES));
    const mean = rows.reduce((sum, row) => sum + residuals[row]!, 0) / Math.max(1, rows.length);
    for (const row of rows) residuals[row]! -= mean;
  }
}

/** Rows by rising order; whole numbers that are not far apart find their places without being compared. */
function rowsInTime(order: ArrayLike<number>, length: number): Int32Array {
  const rows = new Int32Array(length);
  let [least, most] = [Infinity, -Infinity];
  let areWhole = true;
  for (let row = 0; row < length; row++) {
    rows[row] = row;
    least = Math.min(least, order[row]!);
    most = Math.max(most, order[row]!);
    areWhole &&= Number.isInteger(order[row]!);
  }
  if (!areWhole || most - least > 4 * length) return rows.sort((a, b) => order[a]! - order[b]!);
  const place = new Int32Array(most - least + 2);
  for (let row = 0; row < length; row++) place[order[row]! - least + 1]! += 1;
  for (let at = 1; at < place.length; at++) place[at]! += place[at - 1]!;
  for (let row = 0; row < length; row++) rows[place[order[row]! - least]!++] = row;
  return rows;
}
