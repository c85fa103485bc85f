import { countingEntries, type Entry, labelOf } from '@assay/contracts/annotation/entry';
import { type Decision } from '@assay/contracts/consensus/decision';
import { type DisputePolicy, type Policy, type Question } from '@assay/contracts/project/label-schema';
import { DEFAULT_DISPUTES } from '@assay/contracts/project/project-defaults';

/** How disputes are put to experts in a project. */
export function disputePolicy(policy: Policy | undefined): DisputePolicy {
  return policy?.disputes ?? DEFAULT_DISPUTES;
}

/** The decisions that are for an expert. */
export function disputesOf(decisions: readonly Decision[]): Decision[] {
  return decisions.filter(({ state }) => state === 'disputed');
}

/** A label that workers gave, under a letter. */
export interface Candidate {
  letter: string;
  label: string;
}

/**
 * The labels that workers gave to a question, each once, in an order that tells nothing: by `rankOf`, a random number for each label that stays
 * the same within a claim. No names, no counts, no reliabilities. A is the first; behind Z comes AA.
 */
export function candidatesOf(
  entries: readonly Entry[],
  question: Question,
  policy: Policy,
  rankOf: (label: string) => string,
): Candidate[] {
  const given = countingEntries(entries, question.name, policy.repeats).map((entry) => labelOf(entry, question.name));
  const labels = [...new Set(given)].flatMap((index) => question.labels[index ?? -1] ?? []);
  const ranked = labels.map((label) => ({ label, rank: rankOf(label) }));
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return ranked.map(({ label }, place) => ({ letter: letterOf(place), label }));
}

function letterOf(place: number): string {
  const letter = String.fromCharCode(65 + (place % 26));
  return place < 26 ? letter : letterOf(Math.floor(place / 26) - 1) + letter;
}
