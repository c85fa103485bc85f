import { type FieldError, fieldError } from '@assay/contracts/field-error';
import { type Question } from '@assay/contracts/project/label-schema';
import { type ProjectConfigured } from '@assay/contracts/project/project-configured';
import { type ProjectDefinition } from '@assay/contracts/project/project-definition';

/** A project as it stands; `archived` takes no more items, annotations or changes. */
export interface Project {
  status: 'configured' | 'archived';
  state: ProjectConfigured;
}

/** What a lead asks for; `expectedRevision` is that of `If-Match`, 0 for a project that is not there yet. */
export type ProjectCommand =
  | { type: 'configure'; definition: ProjectDefinition; expectedRevision?: number }
  | { type: 'archive'; expectedRevision?: number };

/** What became of a command: only what is created or changed is recorded and published. */
export type ProjectOutcome =
  | { type: 'created' | 'changed'; project: Project }
  | { type: 'unchanged'; project: Project }
  | {
      type: 'refused';
      reason: 'not_found' | 'archived' | 'precondition_failed' | 'schema_shrinks';
      errors: FieldError[];
    };

type Next = (version: number) => number;

/**
 * What a command makes of a project. The revision grows with every change, the schema version with it where a label or a
 * question was appended; a definition that says what already holds changes nothing, but after a failover, when others may know a revision that
 * is lost here.
 * @param next the revision or version after one; from 0, the first.
 */
export function decideProject(command: ProjectCommand, current: Project | undefined, next: Next): ProjectOutcome {
  const revision = current?.state.revision ?? 0;
  if (command.expectedRevision !== undefined && command.expectedRevision !== revision) {
    return refused(
      'precondition_failed',
      fieldError('If-Match', command.expectedRevision, `the present revision, ${revision}`),
    );
  }
  if (command.type === 'archive') return archive(current, next);
  if (current?.status === 'archived')
    return refused('archived', fieldError('project', current.state.project, 'a project that is not archived'));
  return configure(command.definition, current, next);
}

function archive(current: Project | undefined, next: Next): ProjectOutcome {
  if (current === undefined) return refused('not_found', fieldError('project', undefined, 'a project that exists'));
  if (current.status === 'archived') return { type: 'unchanged', project: current };
  const state = { ...current.state, revision: next(current.state.revision) };
  return { type: 'changed', project: { status: 'archived', state } };
}

function configure(definition: ProjectDefinition, current: Project | undefined, next: Next): ProjectOutcome {
  if (current === undefined) {
    return { type: 'created', project: { status: 'configured', state: stateOf(definition, next(0), next(0)) } };
  }
  const { revision, schemaVersion, questions } = current.state;
  const isNewest = next(revision) === revision + 1;
  if (isNewest && saysTheSame(stateOf(definition, revision, schemaVersion), current.state))
    return { type: 'unchanged', project: current };
  const errors = whatShrinks(questions, definition.questions);
  if (errors.length > 0) return refused('schema_shrinks', ...errors);
  // Annotations with a schema version that is lost would wait for it for ever.
  const isNewSchema = !isNewest || grew(questions, definition.questions);
  const version = isNewSchema ? next(schemaVersion) : schemaVersion;
  return { type: 'changed', project: { status: 'configured', state: stateOf(definition, next(revision), version) } };
}

function refused(
  reason: 'not_found' | 'archived' | 'precondition_failed' | 'schema_shrinks',
  ...errors: FieldError[]
): ProjectOutcome {
  return { type: 'refused', reason, errors };
}

/** Fields in one order, whatever the order in the file. */
function stateOf(definition: ProjectDefinition, revision: number, schemaVersion: number): ProjectConfigured {
  const { project, title, questions, policy, tracks } = definition;
  return { project, revision, schemaVersion, title, questions, policy, tracks };
}

/** Order of fields says nothing, order in lists does. */
function saysTheSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => saysTheSame(left[name], right[name]));
}

function grew(before: readonly Question[], after: readonly Question[]): boolean {
  return (
    after.length > before.length ||
    before.some((question, index) => after[index]!.labels.length > question.labels.length)
  );
}

/** Questions and labels that were renamed, removed or moved: annotations speak of them, so they stay as they are. */
function whatShrinks(before: readonly Question[], after: readonly Question[]): FieldError[] {
  return before.flatMap((question, index) => {
    const now = after[index];
    if (now?.name !== question.name) {
      return [
        fieldError(`questions[${index}].name`, now?.name, `"${question.name}", as before: questions are only appended`),
      ];
    }
    if (now.kind !== question.kind) {
      return [
        fieldError(`questions[${index}].kind`, now.kind, `${question.kind}, as before (question "${question.name}")`),
      ];
    }
    const moved = question.labels.findIndex((label, place) => now.labels[place] !== label);
    if (moved < 0) return [];
    const expected = `"${question.labels[moved]}", as before: labels are only appended (question "${question.name}")`;
    return [fieldError(`questions[${index}].labels[${moved}]`, now.labels[moved], expected)];
  });
}
