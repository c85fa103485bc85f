import { type LabelTable } from './label-table';
import { majority } from './majority';
import { agreementWith, weightedVote, type WeightedVote } from './weighted-vote';

/**
 * Worker agreement with aggregate: each worker's weight is the share of their labels that agree with the majority (ties to the first label), then the
 * weighted vote. Circular where a group shares an error.
 */
export function wawa(table: LabelTable): WeightedVote & { skills: Float64Array } {
  const skills = agreementWith(table, majority(table));
  return { ...weightedVote(table, skills), skills };
}
