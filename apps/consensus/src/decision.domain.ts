import { DECISION_STATES, type Decision, type DecisionState } from '@assay/contracts/consensus/decision';
import { type Policy, type Question } from '@assay/contracts/project/label-schema';
import { posteriorOf } from '@assay/statistics/aggregation/posterior';
import { type PublishedModel } from '@assay/statistics/aggregation/published-model';
import { type Adjudication } from './adjudication.domain';
import { type Entry, labelOf } from '@assay/contracts/annotation/entry';

/** What a question of an item is decided by, besides the entries. */
export interface Basis {
  question: Question;
  policy: Policy;
  model: PublishedModel;
  /** The fit that the model is of; 0 before the first. */
  epoch: number;
  /** What an expert decided: it outdoes everything. */
  adjudication?: Adjudication;
  /** Gold audits workers: it is decided like any item, but no expert is asked about it. */
  isGold?: boolean;
}

/**
 * The decision on one question of one item: a function of the entries that count (`countingEntries`), the model and the policy, without memory.
 * *reached* from `minOverlap` workers on with the confidence that the policy wants; *disputed* when `maxOverlap` workers could not
 * give it; *open* else, and instead of disputed for gold. What an expert decided is final: *adjudicated*, or *unresolvable*. Everybody's labels are evidence; overlap counts the distinct workers of the roles that the policy counts.
 */
export function decide(counting: readonly Entry[], basis: Basis): Decision {
  const { question, policy, model, epoch, adjudication, isGold = false } = basis;
  const evidence = counting.map((entry) => ({ worker: entry.worker, label: labelOf(entry, question.name) ?? 0 }));
  const { posterior, label, confidence } = posteriorOf(model, evidence);
  const overlap = new Set(counting.filter(({ role }) => policy.countRoles.includes(role)).map(({ worker }) => worker))
    .size;
  const decision = {
    question: question.name,
    state: stateOf(overlap, confidence, question, policy, isGold),
    posterior: posterior[label] ?? 0,
    confidence,
    labels: counting.length,
    overlap,
    epoch,
  };
  if (adjudication) return adjudicated(decision, adjudication, question, counting.length > 0 ? label : undefined);
  return counting.length === 0 ? { ...decision, state: 'open' } : { ...decision, label: question.labels[label] };
}

/** The decision with what the expert said; an unresolvable question keeps what the workers make of it. */
function adjudicated(
  decision: Omit<Decision, 'label'>,
  { label }: Adjudication,
  question: Question,
  believed: number | undefined,
): Decision {
  if (label !== undefined)
    return { ...decision, state: 'adjudicated', label: question.labels[label], posterior: 1, confidence: 1 };
  return { ...decision, state: 'unresolvable', ...(believed !== undefined && { label: question.labels[believed] }) };
}

function stateOf(
  overlap: number,
  confidence: number,
  question: Question,
  policy: Policy,
  isGold: boolean,
): DecisionState {
  const minOverlap = question.minOverlap ?? policy.minOverlap;
  const maxOverlap = question.maxOverlap ?? policy.maxOverlap;
  const minConfidence = question.minConfidence ?? policy.minConfidence;
  if (overlap >= minOverlap && confidence >= minConfidence) return 'reached';
  return overlap >= maxOverlap && !isGold ? 'disputed' : 'open';
}

/** The least settled of the states of an item's questions. */
export function stateOfItem(decisions: readonly Decision[]): DecisionState {
  const places = decisions.map((decision) => DECISION_STATES.indexOf(decision.state));
  return DECISION_STATES[Math.min(...places)] ?? 'open';
}

/** What a change of one decision is worth telling. */
export type Transition = 'reached' | 'disputed' | 'dispute-withdrawn' | 'adjudicated' | 'corrected' | 'published';

/** What happened between two decisions on a question; `before` is absent for a question that was never decided. */
export function transitions(before: Decision | undefined, after: Decision): Transition[] {
  const was = before?.state ?? 'open';
  const told: Transition[] = [];
  if (after.state === 'reached' && was !== 'reached') told.push('reached');
  if (after.state === 'disputed' && was !== 'disputed') told.push('disputed');
  if (was === 'disputed' && (after.state === 'open' || after.state === 'reached')) told.push('dispute-withdrawn');
  if (isFinal(after.state) && (was !== after.state || before?.label !== after.label)) told.push('adjudicated');
  if ((was === 'reached' || was === 'adjudicated') && before?.label !== undefined && after.label !== undefined) {
    if (before.label !== after.label) told.push('corrected');
  }
  const isPublic = was !== 'open' || after.state !== 'open';
  if (isPublic && (was !== after.state || before?.label !== after.label)) told.push('published');
  return told;
}

/** Whether an expert decided. */
function isFinal(state: DecisionState): boolean {
  return state === 'adjudicated' || state === 'unresolvable';
}

/**
 * Whether a decision by a newer fit is worth keeping where not everything is to be settled: it flips state or label, or who works by it would
 * do otherwise. Experts' queues follow the confidence of a dispute, and work is given out by whether it suffices, or by all of it where the
 * policy wants the uncertain first. What else stays open follows with its next label.
 */
export function isNews(before: Decision | undefined, after: Decision, question: Question, policy: Policy): boolean {
  if (!before || before.state !== after.state || before.label !== after.label) return true;
  if (after.state !== 'open') return after.state === 'disputed';
  const minConfidence = question.minConfidence ?? policy.minConfidence;
  const isEnough = (decision: Decision) => decision.confidence >= minConfidence;
  return policy.assignment?.order === 'uncertain' || isEnough(before) !== isEnough(after);
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
