import { type Evidence, labelLikelihood, posteriorOf, statePosterior } from '../aggregation/posterior';
import { type PublishedModel } from '../aggregation/published-model';

/** What one more label by a worker is expected to bring for an item. */
export interface ValueOfLabel {
  /** Expected rise of the posterior of the best label: how much oftener the decision is right. Never below 0. */
  accuracy: number;
  /** Expected rise of the confidence, which is tempered; it can fall, when a contradiction is likely. */
  confidence: number;
}

/**
 * Value of one more label of a candidate worker: E_y[max_k P(k | y)] - max_k P(k), over what the worker may say, weighed by how likely that is. A worker
 * whom the model does not know is taken for the pooled one. O(K * labels of the item * states).
 */
export function valueOfLabel(model: PublishedModel, evidence: readonly Evidence[], worker: string): ValueOfLabel {
  const now = posteriorOf(model, evidence);
  const states = statePosterior(model, evidence);
  let accuracy = 0;
  let confidence = 0;
  for (let label = 0; label < model.labels; label++) {
    const likelihood = labelLikelihood(model, worker, label);
    const chance = states.reduce((sum, share, s) => sum + share * likelihood[s]!, 0);
    if (chance === 0) continue;
    const then = posteriorOf(model, [...evidence, { worker, label }]);
    accuracy += chance * then.posterior[then.label]!;
    confidence += chance * then.confidence;
  }
  // A matrix whose columns do not quite sum to 1 (mean field) or rounding would make a tiny loss of what can only be a gain.
  return { accuracy: Math.max(0, accuracy - now.posterior[now.label]!), confidence: confidence - now.confidence };
}
