/** Prices in one unit, whatever it is. */
export interface Prices {
  /** What a wrong label costs the project. */
  error: number;
  /** What one more label of a worker costs. */
  label: number;
  /** What an expert's decision costs. */
  expert: number;
}

export interface Standing {
  /** Tempered probability that the label is right. */
  confidence: number;
  /** Expected rise of it by one more label of the best worker at hand; 0 where nobody is left. */
  valueOfLabel: number;
}

/**
 * What to do with an item now.
 *   decide  accept the label: nothing saves more than it costs
 *   label   ask one more worker
 *   expert  ask an expert, who is taken to be right
 */
export type NextStep = 'decide' | 'label' | 'expert';

/** Expected loss of deciding now: the probability of being wrong times what that costs. */
export function expectedLoss(confidence: number, errorCost: number): number {
  return (1 - confidence) * errorCost;
}

/**
 * The step with the smallest expected cost, looking one step ahead: decide at the expected loss; ask a worker at their price and the expected loss after
 * their label; ask an expert at their price. Of equal costs the cheapest to do. Looking further ahead would ask a little more.
 */
export function nextStep({ confidence, valueOfLabel }: Standing, prices: Prices): NextStep {
  const decide = expectedLoss(confidence, prices.error);
  const label = prices.label + expectedLoss(Math.min(1, confidence + valueOfLabel), prices.error);
  if (decide <= label && decide <= prices.expert) return 'decide';
  return label <= prices.expert ? 'label' : 'expert';
}
