import { type Coefficient, NO_OVERLAP, ONE_LABEL, undefinedBecause } from './coefficient';

/** Squared distance of labels k < l. */
export type LabelDistance = (k: number, l: number) => number;

/**
 * Krippendorff's alpha, 1 - (n - 1) sum_{k<l} o_kl d_kl / sum_{k<l} n_k n_l d_kl, of a coincidence matrix.
 * @param coincidences K * K cells [k * K + l]; only those with k < l are looked at.
 * @param counts n_k, pairable labels by label.
 */
export function alphaOfCoincidences(
  coincidences: Float64Array,
  counts: Float64Array,
  distance: LabelDistance,
): Coefficient {
  const K = counts.length;
  let labels = 0;
  let observed = 0;
  let expected = 0;
  for (let k = 0; k < K; k++) {
    labels += counts[k]!;
    if (counts[k] === 0) continue;
    for (let l = k + 1; l < K; l++) {
      if (counts[l] === 0) continue;
      const squared = distance(k, l);
      observed += coincidences[k * K + l]! * squared;
      expected += counts[k]! * counts[l]! * squared;
    }
  }
  if (labels < 2) return undefinedBecause(NO_OVERLAP);
  if (expected === 0) return undefinedBecause(ONE_LABEL);
  return { value: 1 - ((labels - 1) * observed) / expected };
}

/** Krippendorff's ordinal distance: (the labels given from k to l, the two ends counted half)^2. It depends on the data's own counts. */
export function ordinalDistance(counts: Float64Array): LabelDistance {
  const upTo = new Float64Array(counts.length + 1);
  for (let k = 0; k < counts.length; k++) upTo[k + 1] = upTo[k]! + counts[k]!;
  return (k, l) => (upTo[l + 1]! - upTo[k]! - (counts[k]! + counts[l]!) / 2) ** 2;
}
