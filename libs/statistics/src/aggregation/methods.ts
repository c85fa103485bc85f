import { auto } from './auto';
import { dawidSkene } from './dawid-skene';
import { ebcc } from './ebcc';
import { glad } from './glad';
import { type LabelTable } from './label-table';
import { mace } from './mace';
import { vote } from './majority';
import { type Aggregation, type Method } from './aggregation';
import { type Cost, withinReach } from './methods-within-reach';
import { oneCoin } from './one-coin';
import { confidenceIn, evidenceOf, indexOfMax, posteriorsOf } from './posterior';
import { type PublishedModel } from './published-model';
import { wawa } from './wawa';
import { type WeightedVote } from './weighted-vote';
import { zeroBasedSkill } from './zero-based-skill';

const COMPUTED: Readonly<Record<string, { cost: Cost; method: Method }>> = {
  auto: { cost: 'items', method: (table, accepted) => aggregationOf(table, auto(table, accepted).model) },
  'posterior-median': { cost: 'items', method: (table, accepted) => medians(table, auto(table, accepted).model) },
  majority: { cost: 'votes', method: (table) => fromVote(vote(table)) },
  wawa: { cost: 'votes', method: (table) => fromVote(wawa(table)) },
  'zero-based-skill': { cost: 'votes', method: (table) => fromVote(zeroBasedSkill(table)) },
  'dawid-skene': {
    cost: 'matrices',
    method: (table, accepted) => aggregationOf(table, dawidSkene(table, { accepted }).model),
  },
  'dawid-skene-unsmoothed': {
    cost: 'matrices',
    method: (table, accepted) => aggregationOf(table, dawidSkene(table, { accepted, prior: { type: 'none' } }).model),
  },
  'dawid-skene-pooled': {
    cost: 'matrices',
    method: (table, accepted) =>
      aggregationOf(table, dawidSkene(table, { accepted, prior: { type: 'pooled', strength: 2 } }).model),
  },
  'one-coin': {
    cost: 'matrices',
    method: (table, accepted) => aggregationOf(table, oneCoin(table, { accepted }).model),
  },
  mace: { cost: 'matrices', method: (table, accepted) => aggregationOf(table, mace(table, { accepted }).model) },
  glad: { cost: 'steps', method: (table) => fromShares(table, glad(table).posteriors) },
  ebcc: { cost: 'subtypes', method: (table) => aggregationOf(table, ebcc(table).model) },
};

/** The methods for one label an item, by the name that `--method` takes. `auto` is the default, and what the pipeline settles to. */
export const METHODS: Readonly<Record<string, Method>> = Object.fromEntries(
  Object.entries(COMPUTED).map(([name, { cost, method }]) => [name, withinReach(name, cost, method)]),
);

/** What a published model believes of each item of a table. */
export function aggregationOf(table: LabelTable, model: PublishedModel): Aggregation {
  const aggregation = { ...empty(table.items.length), model };
  const posteriorOfItem = posteriorsOf(table, model);
  for (let t = 0; t < table.items.length; t++) {
    const { label, posterior, confidence } = posteriorOfItem(t);
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
  const posteriorOfItem = posteriorsOf(table, model);
  for (let t = 0; t < table.items.length; t++) {
    const { posterior } = posteriorOfItem(t);
    let label = 0;
    for (let sum = posterior[0]!; sum < 0.5 && label < posterior.length - 1;) sum += posterior[++label]!;
    aggregation.labels[t] = label;
    aggregation.posterior[t] = posterior[label]!;
    aggregation.confidence[t] = confidenceIn(model, evidenceOf(table, t), label);
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
