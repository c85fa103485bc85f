import { checkFields } from '../check-fields';
import { type FieldError, fieldError } from '../field-error';
import { nearestName } from '../nearest-name';
import { type Policy, type Question, ROLES } from './label-schema';
import { DEFAULT_POLICY, DEFAULT_TRACKS } from './project-defaults';
import { ProjectDefinition } from './project-definition';

/** A project file that holds, or what is wrong with it. */
export type CompletedProject =
  { type: 'project'; project: ProjectDefinition } | { type: 'refused'; errors: FieldError[] };

/**
 * A project file, parsed from YAML or JSON, with every default filled in, or what is wrong with it. Labels that YAML reads as
 * numbers or booleans become strings (`labels: [0, 1]`); a single question may go without a name: it is called `label`.
 * An empty field (`title:`, null) is one that was left out.
 */
export function completeProject(file: unknown): CompletedProject {
  if (!isObject(file)) return { type: 'refused', errors: [fieldError('', file, 'an object, the project file')] };
  const completed: Record<string, unknown> = {
    ...file,
    // Where the name is wrong, that is told once, not of the title as well.
    title: file['title'] ?? (typeof file['project'] === 'string' ? file['project'] : 'untitled'),
    questions: completeQuestions(file['questions']),
    policy: withDefaults(file['policy'] ?? {}, { ...DEFAULT_POLICY }),
    tracks: file['tracks'] ?? [...DEFAULT_TRACKS],
  };
  const errors = checkFields(ProjectDefinition, completed);
  if (errors.length > 0) return { type: 'refused', errors };
  const project = completed as unknown as ProjectDefinition;
  const contradictions = [
    ...questionContradictions(project.questions, project.policy),
    ...policyContradictions(project.policy),
  ];
  return contradictions.length > 0 ? { type: 'refused', errors: contradictions } : { type: 'project', project };
}

function completeQuestions(questions: unknown): unknown {
  if (!Array.isArray(questions)) return questions;
  return questions.map((question: unknown) => {
    if (!isObject(question)) return question;
    const { name, kind, labels, ...rest } = question;
    return {
      name: name ?? (questions.length === 1 ? 'label' : undefined),
      kind: kind ?? 'choice',
      labels: Array.isArray(labels) ? labels.map(written) : labels,
      ...rest,
    };
  });
}

function written(label: unknown): unknown {
  return typeof label === 'boolean' || Number.isFinite(label) ? String(label) : label;
}

/** A default for each field that the value leaves out, field by field where both are objects. */
function withDefaults(value: unknown, defaults: object): unknown {
  if (!isObject(value)) return value;
  const completed: Record<string, unknown> = { ...value };
  for (const [name, preset] of Object.entries(defaults) as [string, unknown][]) {
    if (value[name] == null) completed[name] = structuredCopy(preset);
    else if (isObject(preset)) completed[name] = withDefaults(value[name], preset);
  }
  return completed;
}

/** So that nobody changes the defaults by changing a project. */
function structuredCopy(preset: unknown): unknown {
  if (Array.isArray(preset)) return [...(preset as unknown[])];
  return isObject(preset) ? { ...preset } : preset;
}

function questionContradictions(questions: readonly Question[], policy: Policy): FieldError[] {
  return questions.flatMap((question, index) => {
    const errors: FieldError[] = [];
    const at = `questions[${index}]`;
    if (questions.findIndex((other) => other.name === question.name) !== index) {
      errors.push(fieldError(`${at}.name`, question.name, 'a name that no other question has'));
    }
    const least = question.minOverlap ?? policy.minOverlap;
    const most = question.maxOverlap ?? policy.maxOverlap;
    const overrides = question.minOverlap !== undefined || question.maxOverlap !== undefined;
    if (overrides && least > most) {
      const [field, expected] =
        question.maxOverlap === undefined
          ? ['minOverlap', `at most maxOverlap, ${most}`]
          : ['maxOverlap', `at least minOverlap, ${least}`];
      errors.push(fieldError(`${at}.${field}`, question[field as 'minOverlap'], expected!));
    }
    return errors;
  });
}

function policyContradictions(policy: Policy): FieldError[] {
  const errors: FieldError[] = [];
  if (policy.minOverlap > policy.maxOverlap) {
    errors.push(fieldError('policy.maxOverlap', policy.maxOverlap, `at least minOverlap, ${policy.minOverlap}`));
  }
  if (policy.gold.reject >= policy.gold.target) {
    errors.push(fieldError('policy.gold.reject', policy.gold.reject, `less than target, ${policy.gold.target}`));
  }
  for (const [index, role] of policy.countRoles.entries()) {
    if (ROLES.includes(role)) continue;
    const expected = `one of ${ROLES.join(', ')} (did you mean ${nearestName(role, ROLES)}?)`;
    errors.push(fieldError(`policy.countRoles[${index}]`, role, expected));
  }
  return errors;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
