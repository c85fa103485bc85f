/**
 * The label that is nearest to all the others under their weights: the index of the smallest weighted sum of distances, ties to the first.
 * For anything that has a distance and no mean: texts, sets, shapes. -1 without labels. O(n^2) distances.
 */
export function medoid<Label>(
  labels: readonly Label[],
  distance: (a: Label, b: Label) => number,
  weights: ArrayLike<number> = new Float64Array(labels.length).fill(1),
): number {
  let best = -1;
  let least = Infinity;
  labels.forEach((candidate, i) => {
    let sum = 0;
    labels.forEach((other, j) => (sum += i === j ? 0 : weights[j]! * distance(candidate, other)));
    if (sum < least) [best, least] = [i, sum];
  });
  return best;
}
