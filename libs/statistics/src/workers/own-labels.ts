/** One label of a worker: which, and what the others' labels make of the item. */
export interface OwnLabel {
  label: number;
  view: Float64Array;
}

/** What follows from a worker's labels and the others' views; all of it is the same in any order of the labels. */
export interface OwnSums {
  labels: number;
  /** Sum of what the others believe of the label given. */
  believed: number;
  /** Mean view of the worker's items, K: how often each label would be right. */
  mean: Float64Array;
  /** Sum over items of sum_k view_k^2: what a perfect worker's labels would be believed. */
  perfect: number;
}

export function ownSums(own: readonly OwnLabel[], K: number): OwnSums {
  const mean = new Float64Array(K);
  let [believed, perfect] = [0, 0];
  for (const { label, view } of own) {
    believed += view[label]!;
    for (let k = 0; k < K; k++) {
      mean[k]! += view[k]! / own.length;
      perfect += view[k]! ** 2;
    }
  }
  return { labels: own.length, believed, mean, perfect };
}

/**
 * Accuracy of the worker, with the others' errors taken out: the share a for which labels that are right with a, and else fall as the pool's errors do,
 * would be believed as much as these are. Between 0 and 1.
 * @param pooled Pr(label | truth) of all workers, K * K cells [label * K + truth].
 */
export function accuracyAgainstOthers(own: readonly OwnLabel[], pooled: Float64Array, K: number): number {
  const { believed, perfect } = ownSums(own, K);
  const errors = errorProfiles(pooled, K);
  let astray = 0;
  for (const { view } of own) {
    for (let truth = 0; truth < K; truth++) {
      for (let label = 0; label < K; label++) astray += view[truth]! * errors[label * K + truth]! * view[label]!;
    }
  }
  return perfect > astray ? Math.min(1, Math.max(0, (believed - astray) / (perfect - astray))) : 0.5;
}

/** Pr(label | truth, wrong) over all workers, K * K cells [label * K + truth]; even where they never err. */
export function errorProfiles(pooled: Float64Array, K: number): Float64Array {
  return pooled.map((share, cell) => {
    const truth = cell % K;
    if (cell === truth * K + truth) return 0;
    const wrong = 1 - pooled[truth * K + truth]!;
    return wrong > 1e-9 ? share / wrong : 1 / (K - 1);
  });
}
