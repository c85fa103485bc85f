import { type LabelTable } from './label-table';
import { agreementWith, weightedVote, type WeightedVote } from './weighted-vote';

const MOST_ROUNDS = 100;
/** The learning rate is halved after so many rounds, so that two labelings which call each other forth do not alternate for ever. */
const HALVE_AFTER = 20;

/**
 * Weighted vote and skills in turn: a skill moves towards the share of the worker's labels that agree with the weighted vote, until no skill moves by
 * 1e-9 or 100 rounds are over (the rule of Toloka's crowd-kit). Starts from equal skills, so from the majority.
 */
export function zeroBasedSkill(table: LabelTable): WeightedVote & { skills: Float64Array } {
  let skills: Float64Array = new Float64Array(table.workers.length).fill(1 / table.labels.length);
  let rate = 1;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    if (round % HALVE_AFTER === 0) rate /= 2;
    const agreement = agreementWith(table, weightedVote(table, skills).labels);
    const next = skills.map((skill, w) => skill + rate * (agreement[w]! - skill));
    const move = next.reduce((most, skill, w) => Math.max(most, Math.abs(skill - skills[w]!)), 0);
    skills = next;
    if (move < 1e-9) break;
  }
  return { ...weightedVote(table, skills), skills };
}
