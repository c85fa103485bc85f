/** One vote, with what is known of its voter from checks on known items. */
export interface CheckedVote {
  label: string;
  /** Accuracy as estimated by `checkedAccuracy`, or given. */
  accuracy: number;
}

const PSEUDO_CHECKS = 0.5;

/** Accuracy from checks on known items, smoothed by half a right and half a wrong one: (.5 + correct) / (1 + total). */
export function checkedAccuracy(correct: number, total: number): number {
  return (PSEUDO_CHECKS + correct) / (2 * PSEUDO_CHECKS + total);
}

/**
 * The rule of Toloka's dynamic overlap, for who comes from there: each vote has the likelihood of its voter's accuracy q where it is right, (1 - q) / (Y - 1)
 * where it is wrong, the prior is uniform over Y labels. Returns the most probable label (ties to the first in `labels`) and its probability,
 * untempered: labels of one item are not independent, so it is surer than it is right.
 */
export function tolokaOverlap(
  votes: readonly CheckedVote[],
  labels: readonly string[],
): { label: string; confidence: number } {
  const logs = labels.map((label) =>
    votes.reduce((sum, vote) => {
      const { accuracy } = vote;
      return sum + Math.log(vote.label === label ? accuracy : (1 - accuracy) / (labels.length - 1));
    }, 0),
  );
  const best = logs.indexOf(Math.max(...logs));
  const total = logs.reduce((sum, value) => sum + Math.exp(value - logs[best]!), 0);
  return { label: labels[best]!, confidence: 1 / total };
}
