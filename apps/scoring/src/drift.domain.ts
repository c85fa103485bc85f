/** How accurate a worker is taken to be on a question, and how many labels that rests on. */
export interface KnownAccuracy {
  question: string;
  worker: string;
  labels: number;
  accuracy: number;
}

/**
 * How far what was in force had drifted from what a fit over everything gives: the mean absolute change of accuracy, by label, over workers
 * and questions that both know. Undefined where both know none.
 */
export function driftFromBatch(
  inForce: readonly KnownAccuracy[],
  fitted: readonly KnownAccuracy[],
): number | undefined {
  const known = new Map(inForce.map((one) => [`${one.question} ${one.worker}`, one.accuracy]));
  let [change, labels] = [0, 0];
  for (const one of fitted) {
    const before = known.get(`${one.question} ${one.worker}`);
    if (before === undefined) continue;
    change += one.labels * Math.abs(one.accuracy - before);
    labels += one.labels;
  }
  return labels > 0 ? change / labels : undefined;
}
