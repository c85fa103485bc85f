import { DECISION_STATES, type Decision, type DecisionState } from '@assay/contracts/consensus/decision';
import { type Policy, type Question } from '@assay/contracts/project/label-schema';
import { posteriorOf } from '@assay/statistics/aggregation/posterior';
import { type PublishedModel } from '@assay/statistics/aggregation/published-model';
import { countingEntries, type Entry, labelOf } from '@assay/contracts/annotation/entry';

/** What a question of an item is decided by, besides the entries. */
export interface Basis {
  question: Question;
  policy: Policy;
  model: PublishedModel;
  /** The fit that the model is of; 0 before the first. */
  epoch: number;
}

/**
 * The decision on one question of one item: a function of the entries that count, the model and the policy, without memory.
 * *reached* from `minOverlap` workers on with the confidence that the policy wants; *disputed* when `maxOverlap` workers could not
 * give it; *open* else. Everybody's labels are evidence; overlap counts the distinct workers of the roles that the policy counts.
 */
export function decide(entries: readonly Entry[], { question, policy, model, epoch }: Basis): Decision {
  const counting = countingEntries(entries, question.name, policy.repeats);
  const evidence = counting.map((entry) => ({ worker: entry.worker, label: labelOf(entry, question.name) ?? 0 }));
  const { posterior, label, confidence } = posteriorOf(model, evidence);
  const overlap = new Set(counting.filter(({ role }) => policy.countRoles.includes(role)).map(({ worker }) => worker))
    .size;
  const decision = {
    question: question.name,
    state: stateOf(overlap, confidence, question, policy),
    // A sum of exponentials can end a rounding error above 1.
    posterior: Math.min(1, posterior[label] ?? 0),
    confidence: Math.min(1, confidence),
    labels: counting.length,
    overlap,
    epoch,
  };
  return counting.length === 0 ? { ...decision, state: 'open' } : { ...decision, label: question.labels[label] };
}

function stateOf(overlap: number, confidence: number, question: Question, policy: Policy): DecisionState {
  const { minOverlap, maxOverlap, minConfidence } = { ...policy, ...definedOnly(question) };
  if (overlap >= minOverlap && confidence >= minConfidence) return 'reached';
  return overlap >= maxOverlap ? 'disputed' : 'open';
}

function definedOnly({ minOverlap, maxOverlap, minConfidence }: Question): Partial<Policy> {
  return Object.fromEntries(
    Object.entries({ minOverlap, maxOverlap, minConfidence }).filter(([, value]) => value !== undefined),
  );
}

/** The least settled of the states of an item's questions. */
export function stateOfItem(decisions: readonly Decision[]): DecisionState {
  const places = decisions.map((decision) => DECISION_STATES.indexOf(decision.state));
  return DECISION_STATES[Math.min(...places)] ?? 'open';
}

/** What a change of one decision is worth telling. */
export type Transition = 'reached' | 'disputed' | 'dispute-withdrawn' | 'corrected' | 'published';

/** What happened between two decisions on a question; `before` is absent for a question that was never decided. */
export function transitions(before: Decision | undefined, after: Decision): Transition[] {
  const was = before?.state ?? 'open';
  const told: Transition[] = [];
  if (after.state === 'reached' && was !== 'reached') told.push('reached');
  if (after.state === 'disputed' && was !== 'disputed') told.push('disputed');
  if (was === 'disputed' && after.state !== 'disputed') told.push('dispute-withdrawn');
  if ((was === 'reached' || was === 'adjudicated') && before?.label !== undefined && after.label !== undefined) {
    if (before.label !== after.label) told.push('corrected');
  }
  const isPublic = was !== 'open' || after.state !== 'open';
  if (isPublic && (was !== after.state || before?.label !== after.label)) told.push('published');
  return told;
}

/** Whether two decisions say the same. */
export function isSameDecision(a: Decision | undefined, b: Decision): boolean {
  return (
    a !== undefined &&
    a.state === b.state &&
    a.label === b.label &&
    a.posterior === b.posterior &&
    a.confidence === b.confidence &&
    a.labels === b.labels &&
    a.overlap === b.overlap &&
    a.epoch === b.epoch
  );
}
