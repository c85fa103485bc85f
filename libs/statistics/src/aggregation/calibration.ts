/** One decided item whose label is known: how sure it was, and whether it was right. */
export interface Decided {
  confidence: number;
  right: boolean;
}

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  /** Confidences from `low` up to but without `high`; the last bin holds 1 too. */
  low: number;
  high: number;
  count: number;
  /** Mean confidence; NaN where the bin is empty, as is `accuracy`. */
  confidence: number;
  /** Share that was right. */
  accuracy: number;
}

/** Reliability diagram: how often what was this sure was right, in bins of equal width. */
export function reliabilityDiagram(decided: readonly Decided[], bins = 10): ReliabilityBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const { confidence, right } of decided) {
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.floor(confidence * bins)))]!;
    bin.count += 1;
    bin.confidence += confidence;
    bin.right += Number(right);
  }
  return sums.map(({ count, confidence, right }, i) => ({
    low: i / bins,
    high: (i + 1) / bins,
    count,
    confidence: confidence / count,
    accuracy: right / count,
  }));
}

/**
 * Expected calibration error (Naeini, Cooper and Hauskrecht, AAAI 2015): mean over items of the distance of a bin's accuracy from its mean
 * confidence, in bins of equal width. 0 without items.
 */
export function expectedCalibrationError(decided: readonly Decided[], bins = 10): number {
  if (decided.length === 0) return 0;
  let sum = 0;
  for (const { count, confidence, accuracy } of reliabilityDiagram(decided, bins)) {
    if (count > 0) sum += count * Math.abs(accuracy - confidence);
  }
  return sum / decided.length;
}

/** Mean of -log of the probability that was given to what happened (right or wrong); certainty that was wrong costs as 1 - 1e-15. 0 without items. */
export function logLoss(decided: readonly Decided[]): number {
  let sum = 0;
  for (const { confidence, right } of decided) {
    sum -= Math.log(Math.max(1e-15, right ? confidence : 1 - confidence));
  }
  return decided.length === 0 ? 0 : sum / decided.length;
}
