/** The thresholds of dynamic overlap. */
export interface OverlapPolicy {
  minOverlap: number;
  maxOverlap: number;
  minConfidence: number;
}

/**
 * Whether an item has labels enough.
 *   ask      not yet
 *   reached  sure enough
 *   unsure   not sure, and no more labels are allowed
 */
export type Stop = 'ask' | 'reached' | 'unsure';

/**
 * Dynamic overlap: stop when the confidence, which is tempered, reaches the policy's at or above its least overlap; give up at its most. The thresholds
 * themselves suffice. `overlap` counts distinct workers.
 */
export function stopRule(overlap: number, confidence: number, policy: OverlapPolicy): Stop {
  if (overlap < policy.minOverlap) return 'ask';
  if (confidence >= policy.minConfidence) return 'reached';
  return overlap < policy.maxOverlap ? 'ask' : 'unsure';
}
