import Ajv2020 from 'ajv/dist/2020';
import { DEFAULT_POLICY, explainProject } from './project-defaults';
import { completeProject } from './project-file';
import { PROJECT_FILE_SCHEMA } from './project-file-schema';

const rte = { project: 'rte', questions: [{ labels: ['0', '1'] }] };

const errorsOf = (file: unknown) => {
  const completed = completeProject(file);
  return completed.type === 'refused' ? completed.errors : [];
};

describe('completeProject', () => {
  it('fills in every default', () => {
    expect(completeProject(rte)).toEqual({
      type: 'project',
      project: {
        project: 'rte',
        title: 'rte',
        questions: [{ name: 'label', kind: 'choice', labels: ['0', '1'] }],
        policy: {
          minOverlap: 3,
          maxOverlap: 10,
          minConfidence: 0.95,
          repeats: 'keep-first',
          countRoles: ['human'],
          gold: { target: 0.9, reject: 0.7, rate: 0.1 },
          epoch: { growth: 0.25, afterLabels: 1000, quietSeconds: 60 },
          assignment: { order: 'steady', minutes: 60, held: 10, repeats: 0 },
          disputes: { hours: 72, claimMinutes: 15 },
        },
        tracks: ['general'],
      },
    });
  });

  it('keeps what the file says, and the defaults beside it', () => {
    const completed = completeProject({ ...rte, title: null, policy: { maxOverlap: 5, gold: { target: 0.95 } } });
    expect(completed).toMatchObject({
      project: {
        title: 'rte',
        policy: { minOverlap: 3, maxOverlap: 5, gold: { target: 0.95, reject: 0.7, rate: 0.1 } },
      },
    });
    expect(DEFAULT_POLICY.gold.target).toBe(0.9);
  });

  it('takes labels that YAML reads as numbers or booleans', () => {
    const completed = completeProject({ project: 'rte', questions: [{ labels: [0, 1, true] }] });
    expect(completed).toMatchObject({ project: { questions: [{ labels: ['0', '1', 'true'] }] } });
  });

  it.each<[string, unknown, string, unknown, string | RegExp]>([
    ['nothing', undefined, '', undefined, 'an object, the project file'],
    ['no project', { questions: rte.questions }, 'project', undefined, /^a string of 1 to 63 characters that match/],
    ['a name with capitals', { ...rte, project: 'RTE' }, 'project', 'RTE', /a-z0-9-/],
    ['an unknown field', { ...rte, polcy: {} }, 'polcy', 'an object', 'no such field (did you mean policy?)'],
    [
      'an unknown policy',
      { ...rte, policy: { minOverlp: 1 } },
      'policy.minOverlp',
      1,
      'no such field (did you mean minOverlap?)',
    ],
    ['too much confidence', { ...rte, policy: { minConfidence: 1.2 } }, 'policy.minConfidence', 1.2, '0 to 1'],
    [
      'overlaps that contradict',
      { ...rte, policy: { minOverlap: 11 } },
      'policy.maxOverlap',
      10,
      'at least minOverlap, 11',
    ],
    [
      'gold that contradicts',
      { ...rte, policy: { gold: { reject: 0.9 } } },
      'policy.gold.reject',
      0.9,
      'less than target, 0.9',
    ],
    [
      'an unknown role',
      { ...rte, policy: { countRoles: ['modle'] } },
      'policy.countRoles[0]',
      'modle',
      /did you mean model/,
    ],
    ['no questions', { project: 'rte' }, 'questions', undefined, /list of 1 to 100/],
    [
      'one label',
      { ...rte, questions: [{ labels: ['0'] }] },
      'questions[0].labels',
      'an array of 1',
      /2 to 1000 different/,
    ],
    [
      'a label twice',
      { ...rte, questions: [{ labels: ['0', 0] }] },
      'questions[0].labels',
      'an array of 2',
      /2 to 1000 different/,
    ],
    [
      'a kind that is not there',
      { ...rte, questions: [{ kind: 'choise', labels: ['0', '1'] }] },
      'questions[0].kind',
      'choise',
      'one of choice, rating',
    ],
  ])('refuses %s', (_what, file, path, value, expected) => {
    expect(errorsOf(file)).toEqual([
      { path, value, expected: typeof expected === 'string' ? expected : expect.stringMatching(expected) },
    ]);
  });

  it('refuses a question name that is used twice, and overlaps of a question that contradict', () => {
    const question = { name: 'tone', labels: ['a', 'b'] };
    expect(errorsOf({ ...rte, questions: [question, { ...question, minOverlap: 12 }] })).toEqual([
      { path: 'questions[1].name', value: 'tone', expected: 'a name that no other question has' },
      { path: 'questions[1].minOverlap', value: 12, expected: 'at most maxOverlap, 10' },
    ]);
  });

  it('asks for names where there are several questions', () => {
    expect(errorsOf({ ...rte, questions: [...rte.questions, ...rte.questions] }).map((error) => error.path)).toEqual([
      'questions[0].name',
      'questions[1].name',
    ]);
  });

  it('leaves prototypes alone', () => {
    const file: unknown = JSON.parse(
      '{"project":"rte","questions":[{"labels":["0","1"]}],"__proto__":{"a":1},"policy":{"__proto__":{"b":1}}}',
    );
    expect(errorsOf(file).map((error) => error.path)).toEqual(['__proto__', 'policy.__proto__']);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });
});

describe('PROJECT_FILE_SCHEMA', () => {
  it('lets a file leave out what is filled in, and nothing that is unknown', () => {
    const validate = new Ajv2020({ strict: true }).compile(PROJECT_FILE_SCHEMA);
    expect(validate(rte)).toBe(true);
    expect(validate({ ...rte, policy: { gold: { target: 0.95 } } })).toBe(true);
    expect(validate({ ...rte, policy: { golt: {} } })).toBe(false);
    expect(validate({ project: 'rte' })).toBe(false);
  });
});

describe('explainProject', () => {
  it('explains every field of the policy with the default that is filled in', () => {
    const explained = new Map(explainProject().map((field) => [field.path, field.default]));
    for (const [name, preset] of Object.entries(DEFAULT_POLICY)) {
      if (typeof preset !== 'object' || Array.isArray(preset)) expect(explained.get(`policy.${name}`)).toEqual(preset);
      else
        for (const [inner, value] of Object.entries(preset))
          expect(explained.get(`policy.${name}.${inner}`)).toBe(value);
    }
    expect(explained.get('project')).toBe('required');
    expect(explained.get('questions[].labels')).toBe('required');
  });
});
