import { type AssignmentPolicy, type DisputePolicy, type Policy } from './label-schema';

/** How work is given out, and disputes put to experts, where the project file says nothing about it. */
export const DEFAULT_ASSIGNMENT: AssignmentPolicy = { order: 'steady', minutes: 60, held: 10, repeats: 0 };
export const DEFAULT_DISPUTES: DisputePolicy = { hours: 72, claimMinutes: 15 };

/** The policy of a project whose file says nothing about it. */
export const DEFAULT_POLICY: Policy = {
  minOverlap: 3,
  maxOverlap: 10,
  minConfidence: 0.95,
  repeats: 'keep-first',
  countRoles: ['human'],
  gold: { target: 0.9, reject: 0.7, rate: 0.1 },
  epoch: { growth: 0.25, afterLabels: 1000, quietSeconds: 60 },
  assignment: DEFAULT_ASSIGNMENT,
  disputes: DEFAULT_DISPUTES,
};

/** The tracks of a project whose file names none. */
export const DEFAULT_TRACKS: readonly string[] = ['general'];

/** A field of the project file as `assay project explain` shows it. */
export interface ExplainedField {
  path: string;
  /** What is filled in, as a word for people where it depends on other fields; `required` where there is no default. */
  default: unknown;
  meaning: string;
}

const explained: readonly [path: string, meaning: string, preset?: unknown][] = [
  ['project', 'name of the project: 1 to 63 of a-z, 0-9 and -'],
  ['title', 'what people read', 'the name of the project'],
  [
    'questions[].name',
    'name of the question; labels are given to it by this name',
    'label, where there is one question',
  ],
  ['questions[].kind', 'kind of label: choice (a set), rating (a set in order)', 'choice'],
  ['questions[].labels', 'the labels, of a rating lowest first; they are only ever appended'],
  ['questions[].ask', 'what the worker is asked', 'nothing'],
  ['questions[].minOverlap', 'overrides the policy for this question', 'policy.minOverlap'],
  ['questions[].maxOverlap', 'overrides the policy for this question', 'policy.maxOverlap'],
  ['questions[].minConfidence', 'overrides the policy for this question', 'policy.minConfidence'],
  ['policy.minOverlap', 'distinct workers before a decision is possible', DEFAULT_POLICY.minOverlap],
  ['policy.maxOverlap', 'at this many an undecided item is a dispute', DEFAULT_POLICY.maxOverlap],
  ['policy.minConfidence', 'confidence that a label needs to be reached', DEFAULT_POLICY.minConfidence],
  ['policy.repeats', 'the same worker on the same item again: keep-first, keep-last, keep-all', DEFAULT_POLICY.repeats],
  ['policy.countRoles', 'whose annotations count towards overlap: human, model', DEFAULT_POLICY.countRoles],
  ['policy.gold.target', 'accuracy on gold that is asked for', DEFAULT_POLICY.gold.target],
  ['policy.gold.reject', 'accuracy on gold that is too low', DEFAULT_POLICY.gold.reject],
  ['policy.gold.rate', 'share of gold in the work that is given out', DEFAULT_POLICY.gold.rate],
  ['policy.epoch.growth', 'fit again when new labels reach this share of those fitted', DEFAULT_POLICY.epoch.growth],
  ['policy.epoch.afterLabels', 'but not before so many new labels', DEFAULT_POLICY.epoch.afterLabels],
  ['policy.epoch.quietSeconds', 'or when the stream was quiet so long', DEFAULT_POLICY.epoch.quietSeconds],
  [
    'policy.assignment.order',
    'next item: steady (begun, then new, then sure), uncertain (lowest confidence)',
    DEFAULT_ASSIGNMENT.order,
  ],
  ['policy.assignment.minutes', 'how long a worker has for an item', DEFAULT_ASSIGNMENT.minutes],
  ['policy.assignment.held', 'assignments that a worker may hold at once', DEFAULT_ASSIGNMENT.held],
  [
    'policy.assignment.repeats',
    'share of work that the worker did before, blind: how steady is the worker',
    DEFAULT_ASSIGNMENT.repeats,
  ],
  ['policy.disputes.hours', 'hours after which a dispute is overdue', DEFAULT_DISPUTES.hours],
  ['policy.disputes.claimMinutes', 'how long an expert may keep a claim', DEFAULT_DISPUTES.claimMinutes],
  ['tracks', 'kinds of work that the project belongs to', DEFAULT_TRACKS],
];

/** Every field of a project file with its default and its meaning, in the order of the file. */
export function explainProject(): ExplainedField[] {
  return explained.map(([path, meaning, preset]) => ({ path, default: preset ?? 'required', meaning }));
}
