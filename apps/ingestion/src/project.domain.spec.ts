import { type ProjectDefinition } from '@assay/contracts/project/project-definition';
import { completeProject } from '@assay/contracts/project/project-file';
import fc from 'fast-check';
import { decideProject, type Project } from './project.domain';

function aDefinition(changes: Record<string, unknown> = {}): ProjectDefinition {
  const file = { project: 'rte', questions: [{ name: 'label', labels: ['0', '1'] }], ...changes };
  const completed = completeProject(file);
  if (completed.type === 'refused') throw new Error(JSON.stringify(completed.errors));
  return completed.project;
}

const next = (version: number) => version + 1;

const configure = (definition: ProjectDefinition, current?: Project, expectedRevision?: number) =>
  decideProject({ type: 'configure', definition, expectedRevision }, current, next);

function aProject(changes: Record<string, unknown> = {}): Project {
  const outcome = configure(aDefinition(changes));
  if (outcome.type !== 'created') throw new Error(outcome.type);
  return outcome.project;
}

describe('configure', () => {
  it('creates a project at revision 1 and schema version 1', () => {
    const { status, state } = aProject();
    expect([status, state.revision, state.schemaVersion, state.title]).toEqual(['configured', 1, 1, 'rte']);
  });

  it('changes nothing where the same is said again, in whatever order of fields', () => {
    const { policy, ...rest } = aDefinition();
    const again = { policy: Object.fromEntries(Object.entries(policy).reverse()), ...rest } as ProjectDefinition;
    expect(configure(again, aProject()).type).toBe('unchanged');
  });

  it('counts a change of policy as a revision of the same schema', () => {
    expect(configure(aDefinition({ policy: { maxOverlap: 5 } }), aProject())).toMatchObject({
      type: 'changed',
      project: { state: { revision: 2, schemaVersion: 1, policy: { maxOverlap: 5 } } },
    });
  });

  it.each([
    ['a label', [{ name: 'label', labels: ['0', '1', '2'] }]],
    [
      'a question',
      [
        { name: 'label', labels: ['0', '1'] },
        { name: 'tone', labels: ['a', 'b'] },
      ],
    ],
  ])('counts %s that is appended as a schema version', (_what, questions) => {
    expect(configure(aDefinition({ questions }), aProject())).toMatchObject({
      type: 'changed',
      project: { state: { revision: 2, schemaVersion: 2 } },
    });
  });

  it.each([
    [
      'renamed label',
      [{ name: 'label', labels: ['0', 'yes'] }],
      'questions[0].labels[1]',
      'yes',
      '"1", as before: labels are only appended (question "label")',
    ],
    [
      'moved label',
      [{ name: 'label', labels: ['1', '0'] }],
      'questions[0].labels[0]',
      '1',
      '"0", as before: labels are only appended (question "label")',
    ],
    [
      'label in front',
      [{ name: 'label', labels: ['x', '0', '1'] }],
      'questions[0].labels[0]',
      'x',
      '"0", as before: labels are only appended (question "label")',
    ],
    [
      'renamed question',
      [{ name: 'entails', labels: ['0', '1'] }],
      'questions[0].name',
      'entails',
      '"label", as before: questions are only appended',
    ],
    [
      'changed kind',
      [{ name: 'label', kind: 'rating', labels: ['0', '1'] }],
      'questions[0].kind',
      'rating',
      'choice, as before (question "label")',
    ],
  ])('refuses a %s', (_what, questions, path, value, expected) => {
    expect(configure(aDefinition({ questions }), aProject())).toEqual({
      type: 'refused',
      reason: 'schema_shrinks',
      errors: [{ path, value, expected }],
    });
  });

  it('refuses a label that was removed', () => {
    const three = aProject({ questions: [{ name: 'label', labels: ['0', '1', '2'] }] });
    expect(configure(aDefinition(), three)).toMatchObject({
      errors: [
        { path: 'questions[0].labels[2]', value: undefined, expected: expect.stringContaining('"2", as before') },
      ],
    });
  });

  it('numbers revision and schema version as it is told to: a lost database has given some before', () => {
    const afterAFailover = (version: number) => Math.max(version, 1_000_000) + 1;
    const questions = [{ name: 'label', labels: ['0', '1', '2'] }];
    const command = { type: 'configure', definition: aDefinition({ questions }) } as const;
    for (const [current, type] of [[undefined, 'created'] as const, [aProject(), 'changed'] as const])
      expect(decideProject(command, current, afterAFailover)).toMatchObject({
        type,
        project: { state: { revision: 1_000_001, schemaVersion: 1_000_001 } },
      });
  });

  it('takes what holds already for news where others may know a revision that is lost here, once', () => {
    const afterAFailover = (version: number) => Math.max(version, 1_000_000) + 1;
    const command = { type: 'configure', definition: aDefinition() } as const;
    const again = decideProject(command, aProject(), afterAFailover);
    expect(again).toMatchObject({
      type: 'changed',
      project: { state: { revision: 1_000_001, schemaVersion: 1_000_001 } },
    });
    if (again.type === 'changed') expect(decideProject(command, again.project, afterAFailover).type).toBe('unchanged');
  });

  it('refuses another revision than the expected one, also of a project that is not there', () => {
    expect(configure(aDefinition(), aProject(), 2)).toMatchObject({
      reason: 'precondition_failed',
      errors: [{ path: 'If-Match', value: 2, expected: 'the present revision, 1' }],
    });
    expect(configure(aDefinition(), undefined, 1)).toMatchObject({ reason: 'precondition_failed' });
    expect(configure(aDefinition(), undefined, 0).type).toBe('created');
  });

  it('only ever grows a schema, however it is changed', () => {
    const labels = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 2 });
    fc.assert(
      fc.property(fc.array(labels, { minLength: 1 }), (versions) => {
        let current: Project | undefined;
        for (const version of versions) {
          const outcome = configure(aDefinition({ questions: [{ name: 'label', labels: version }] }), current);
          if (outcome.type === 'refused') continue;
          const before = current?.state;
          const after = outcome.project.state;
          expect(after.questions[0]!.labels.slice(0, before?.questions[0]!.labels.length ?? 0)).toEqual(
            before?.questions[0]!.labels ?? [],
          );
          expect(after.revision - (before?.revision ?? 0)).toBe(outcome.type === 'unchanged' ? 0 : 1);
          current = outcome.project;
        }
      }),
    );
  });
});

describe('archive', () => {
  it('ends a project, once', () => {
    const archived = decideProject({ type: 'archive' }, aProject(), next);
    expect(archived).toMatchObject({ type: 'changed', project: { status: 'archived', state: { revision: 2 } } });
    if (archived.type !== 'changed') return;
    expect(decideProject({ type: 'archive' }, archived.project, next).type).toBe('unchanged');
    expect(configure(aDefinition({ title: 'again' }), archived.project)).toMatchObject({ reason: 'archived' });
  });

  it('needs a project', () => {
    expect(decideProject({ type: 'archive' }, undefined, next)).toMatchObject({ reason: 'not_found' });
  });
});
