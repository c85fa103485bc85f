/** Labels by item and worker (a `LabelTable`), with what each item is believed to be. */
export interface BelievedLabels {
  items: { readonly length: number };
  workers: { readonly length: number };
  labels: { readonly length: number };
  item: Int32Array;
  worker: Int32Array;
  label: Int32Array;
  /** T * K: probability of each label of each item, by whatever method; 0 and 1 where it is known. */
  posteriors: Float64Array;
}

/** Expected confusion counts of every worker: W * K * K, cell [(worker * K + label) * K + truth]. */
export function confusionCounts({ workers, labels, item, worker, label, posteriors }: BelievedLabels): Float64Array {
  const K = labels.length;
  const counts = new Float64Array(workers.length * K * K);
  for (let i = 0; i < label.length; i++) {
    const row = (worker[i]! * K + label[i]!) * K;
    for (let k = 0; k < K; k++) counts[row + k]! += posteriors[item[i]! * K + k]!;
  }
  return counts;
}

/**
 * Pr(label | truth) of one worker, K * K cells [label * K + truth], from their expected counts with pseudo-counts: 1/K in every cell and 1 more on the
 * diagonal, which must not grow with K (or a long list of labels flattens everyone).
 */
export function confusionMatrix(counts: Float64Array, worker: number, K: number): Float64Array {
  const matrix = counts.slice(worker * K * K, (worker + 1) * K * K);
  for (let truth = 0; truth < K; truth++) {
    let total = 0;
    for (let label = 0; label < K; label++) total += matrix[label * K + truth]! += 1 / K + Number(label === truth);
    for (let label = 0; label < K; label++) matrix[label * K + truth]! /= total;
  }
  return matrix;
}

/**
 * Spammer score of Raykar and Yu (2012, Eliminating spammers and ranking annotators for crowdsourced labeling tasks): the mean over pairs of
 * truths of half the squared distance of their rows of Pr(label | truth). 0 where the answers ignore the item, 1 for a perfect worker; a
 * systematic swapper scores high too. Histories are short: show it with the number of labels.
 */
export function spammerScore(matrix: Float64Array, K: number): number {
  let sum = 0;
  for (let first = 0; first < K; first++) {
    for (let second = 0; second < first; second++) {
      for (let label = 0; label < K; label++) sum += (matrix[label * K + first]! - matrix[label * K + second]!) ** 2;
    }
  }
  return K < 2 ? 0 : sum / (K * (K - 1));
}

/** Pr(label | truth) over all workers together, K * K cells [label * K + truth]; even for a truth that nobody met. */
export function pooledConfusion(counts: Float64Array, K: number): Float64Array {
  const pooled = new Float64Array(K * K);
  counts.forEach((count, at) => (pooled[at % (K * K)]! += count));
  for (let truth = 0; truth < K; truth++) {
    let total = 0;
    for (let label = 0; label < K; label++) total += pooled[label * K + truth]!;
    for (let label = 0; label < K; label++) {
      pooled[label * K + truth] = total > 0 ? pooled[label * K + truth]! / total : 1 / K;
    }
  }
  return pooled;
}
