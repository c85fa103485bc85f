import { type AcceptedLabels } from './accepted-labels';
import { auto } from './auto';
import { dawidSkene } from './dawid-skene';
import { ebcc } from './ebcc';
import { glad } from './glad';
import { type LabelTable } from './label-table';
import { mace } from './mace';
import { vote } from './majority';
import { oneCoin } from './one-coin';
import { confidenceIn, evidenceOf, indexOfMax, posteriorOf } from './posterior';
import { type PublishedModel } from './published-model';
import { wawa } from './wawa';
import { type WeightedVote } from './weighted-vote';
import { zeroBasedSkill } from './zero-based-skill';

/** What a method believes of each item of a table. */
export interface Aggregation {
  /** T: index of the label; -1 for an item without labels. */
  labels: Int32Array;
  /** T: posterior of that label; of a vote its share. */
  posterior: Float64Array;
  /** T: what a policy would look at; equal to the posterior where a method does not temper. */
  confidence: Float64Array;
  /** Of the methods that the pipeline could use. */
  model?: PublishedModel;
}

export type Method = (table: LabelTable, accepted?: AcceptedLabels) => Aggregation;

/** The methods for one label an item, by the name that `--method` takes. `auto` is the default, and what the pipeline settles to. */
export const METHODS: Readonly<Record<string, Method>> = {
  auto: (table, accepted) => aggregationOf(table, auto(table, accepted).model),
  'posterior-median': (table, accepted) => medians(table, auto(table, accepted).model),
  majority: (table) => fromVote(vote(table)),
  wawa: (table) => fromVote(wawa(table)),
  'zero-based-skill': (table) => fromVote(zeroBasedSkill(table)),
  'dawid-skene': (table, accepted) => aggregationOf(table, dawidSkene(table, { accepted }).model),
  'dawid-skene-unsmoothed': (table, accepted) =>
    aggregationOf(table, dawidSkene(table, { accepted, prior: { type: 'none' } }).model),
  'dawid-skene-pooled': (table, accepted) =>
    aggregationOf(table, dawidSkene(table, { accepted, prior: { type: 'pooled', strength: 2 } }).model),
  'one-coin': (table, accepted) => aggregationOf(table, oneCoin(table, { accepted }).model),
  mace: (table, accepted) => aggregationOf(table, mace(table, { accepted }).model),
  glad: (table) => fromShares(table, glad(table).posteriors),
  ebcc: (table) => aggregationOf(table, ebcc(table).model),
};

/** What a published model believes of each item of a table. */
export function aggregationOf(table: LabelTable, model: PublishedModel): Aggregation {
  const aggregation = { ...empty(table.items.length), model };
  for (let t = 0; t < table.items.length; t++) {
    const { label, posterior, confidence } = posteriorOf(model, evidenceOf(table, t));
    aggregation.labels[t] = label;
    aggregation.posterior[t] = posterior[label]!;
    aggregation.confidence[t] = confidence;
  }
  return aggregation;
}

/**
 * Of labels in order, the first at which half of the posterior of `auto` is reached: off by fewer steps than the most probable label, and less often
 * exactly right.
 */
function medians(table: LabelTable, model: PublishedModel): Aggregation {
  const aggregation = { ...empty(table.items.length), model };
  for (let t = 0; t < table.items.length; t++) {
    const evidence = evidenceOf(table, t);
    const { posterior } = posteriorOf(model, evidence);
    let label = 0;
    for (let sum = posterior[0]!; sum < 0.5 && label < posterior.length - 1;) sum += posterior[++label]!;
    aggregation.labels[t] = label;
    aggregation.posterior[t] = posterior[label]!;
    aggregation.confidence[t] = confidenceIn(model, evidence, label);
  }
  return aggregation;
}

function fromVote({ labels, share }: WeightedVote): Aggregation {
  return { labels, posterior: share, confidence: share.slice() };
}

/** The label with the largest share of each item, ties to the first. */
function fromShares(table: LabelTable, shares: Float64Array): Aggregation {
  const K = table.labels.length;
  const aggregation = empty(table.items.length);
  for (let t = 0; t < table.items.length; t++) {
    const row = shares.subarray(t * K, (t + 1) * K);
    const chosen = indexOfMax(row);
    aggregation.labels[t] = chosen;
    aggregation.posterior[t] = aggregation.confidence[t] = row[chosen]!;
  }
  return aggregation;
}

function empty(items: number): Aggregation {
  return { labels: new Int32Array(items), posterior: new Float64Array(items), confidence: new Float64Array(items) };
}
