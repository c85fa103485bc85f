import { countingEntries, type Entry } from '@assay/contracts/annotation/entry';
import { type Decision } from '@assay/contracts/consensus/decision';
import { type AssignmentPolicy, type Policy, type Question } from '@assay/contracts/project/label-schema';
import { DEFAULT_ASSIGNMENT } from '@assay/contracts/project/project-defaults';

/** What of a project says how an item is given out. */
export interface WorkProject {
  questions: readonly Question[];
  policy: Policy;
  isArchived: boolean;
}

/** What is known of an item that says how it is given out. */
export interface KnownItem {
  entries: readonly Entry[];
  /** What consensus decided last, by question; empty before it has. */
  decisions: readonly Decision[];
  isWithdrawn: boolean;
}

/** An item as work. It is offered while `live + overlap < wanted`, where live are those who have it in hand. */
export interface Work {
  /** Distinct workers who have labelled it, of the roles that the policy counts. */
  overlap: number;
  wanted: number;
  /** Of its least sure open question; 0 before consensus has decided it. */
  confidence: number;
  /** All its open questions have the confidence that the policy asks for, but not the workers. */
  isSure: boolean;
  byUncertainty: boolean;
}

/** How work is given out in a project. */
export function assignmentPolicy({ assignment }: Policy): AssignmentPolicy {
  return assignment ?? DEFAULT_ASSIGNMENT;
}

/**
 * How many workers an item wants, and where it stands among the others. An open question wants `minOverlap` workers, and one more each time
 * that consensus has seen all of its labels and is not sure: so nobody is asked between an annotation and the decision that it leads to. Never
 * more than `maxOverlap`; a settled or disputed question wants nobody.
 */
export function workOf(item: KnownItem, { questions, policy, isArchived }: WorkProject): Work {
  const workers = questions.map((question) => workersOf(item.entries, question, policy));
  const overlap = new Set(workers.flatMap((some) => [...some])).size;
  const byUncertainty = assignmentPolicy(policy).order === 'uncertain';
  if (item.isWithdrawn || isArchived) return { overlap, wanted: 0, confidence: 0, isSure: false, byUncertainty };
  const open = questions.flatMap((question, index) => {
    const decision = item.decisions.find((one) => one.question === question.name);
    if (decision !== undefined && decision.state !== 'open') return [];
    const { minOverlap, maxOverlap, minConfidence } = thresholdsOf(question, policy);
    const target = Math.min(maxOverlap, Math.max(minOverlap, (decision?.overlap ?? 0) + 1));
    const confidence = decision?.label === undefined ? 0 : decision.confidence;
    return [{ missing: target - workers[index]!.size, confidence, isSure: confidence >= minConfidence }];
  });
  const most = Math.max(...questions.map((question) => thresholdsOf(question, policy).maxOverlap));
  return {
    overlap,
    wanted: Math.min(most, overlap + Math.max(0, ...open.map((one) => one.missing))),
    confidence: open.length === 0 ? 0 : Math.min(...open.map((one) => one.confidence)),
    isSure: open.length > 0 && open.every((one) => one.isSure),
    byUncertainty,
  };
}

function workersOf(entries: readonly Entry[], { name }: Question, policy: Policy): Set<string> {
  const counting = countingEntries(entries, name, policy.repeats);
  return new Set(counting.filter(({ role }) => policy.countRoles.includes(role)).map(({ worker }) => worker));
}

function thresholdsOf(question: Question, policy: Policy) {
  return {
    minOverlap: question.minOverlap ?? policy.minOverlap,
    maxOverlap: question.maxOverlap ?? policy.maxOverlap,
    minConfidence: question.minConfidence ?? policy.minConfidence,
  };
}

/** Name of one worker's annotation of an item on one occasion. */
export function cellOf(entry: Pick<Entry, 'worker' | 'occasion'>): string {
  return `${entry.worker} ${entry.occasion}`;
}

/** The workers and occasions (`cellOf`) whose labels stand: handed in and not taken back. */
export function standingCells(entries: readonly Entry[], { questions, policy }: WorkProject): Set<string> {
  return new Set(questions.flatMap(({ name }) => countingEntries(entries, name, policy.repeats).map(cellOf)));
}
