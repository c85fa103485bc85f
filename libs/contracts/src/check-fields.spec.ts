import Ajv2020 from 'ajv/dist/2020';
import fc from 'fast-check';
import { AnnotationSubmitted } from './annotation/annotation-submitted';
import { checkFields } from './check-fields';
import { describeFieldError } from './field-error';
import { isUtcTimestamp, schemaOf } from './fields';
import { InboundAnnotation } from './inbound/inbound-annotation';
import { ProjectDefinition } from './project/project-definition';

const submitted = {
  project: 'rte',
  item: '266',
  worker: '0b0e7b0c-5a1c-5b8e-9a51-30a5ab1b5b7c',
  role: 'human',
  occasion: 0,
  revision: 0,
  order: 1,
  schemaVersion: 1,
  labels: { label: '1' },
};

describe('checkFields', () => {
  it('finds nothing wrong with a complete value', () => {
    expect(checkFields(AnnotationSubmitted, submitted)).toEqual([]);
  });

  it('names the nearest known field for an unknown one', () => {
    expect(checkFields(AnnotationSubmitted, { ...submitted, ocasion: 1 })).toEqual([
      { path: 'ocasion', value: 1, expected: 'no such field (did you mean occasion?)' },
    ]);
  });

  it.each([
    [{ role: 'robot' }, 'role "robot": expected one of human, model'],
    [{ revision: -1 }, 'revision -1: expected an integer, at least 0'],
    [{ occasion: 1.5 }, 'occasion 1.5: expected an integer, 0 to 1000000'],
    [{ item: '' }, 'item "": expected a string of 1 to 200 characters'],
    [{ item: undefined }, 'item is missing: expected a string of 1 to 200 characters'],
    [{ seconds: -2 }, 'seconds -2: expected 0 to 31536000'],
    [{ occurredAt: '2026-02-30T09:30:00.000Z' }, /^occurredAt "2026-02-30.*expected a UTC timestamp/],
    [{ labels: ['1'] }, 'labels "an array of 1": expected an object'],
  ])('says what was expected: %j', (change, message) => {
    const [error, ...others] = checkFields(AnnotationSubmitted, { ...submitted, ...change });
    expect(describeFieldError(error!)).toMatch(message);
    expect(others).toEqual([]);
  });

  it('says where in a list something is wrong', () => {
    const project = {
      project: 'rte',
      title: 'RTE',
      policy: {},
      tracks: [],
      questions: [{ name: 'label', kind: 'choice', labels: ['0', ''] }],
    };
    expect(checkFields(ProjectDefinition, project).map((error) => error.path)).toContain('questions[0].labels[1]');
  });

  it('tells at most ten errors', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`field${index}`, 1]));
    expect(checkFields(AnnotationSubmitted, many)).toHaveLength(10);
  });

  it.each([AnnotationSubmitted, InboundAnnotation, ProjectDefinition])('gives the verdict of ajv: %p', (dataClass) => {
    const ajv = new Ajv2020({ strict: true, formats: { 'utc-timestamp': isUtcTimestamp } });
    const validate = ajv.compile(schemaOf(dataClass));
    const fields = Object.keys(schemaOf(dataClass)['properties'] as object);
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(
        'human',
        'choice',
        '2026-02-28T09:30:00.000Z',
        'rte',
        0,
        1,
        {},
        [],
        ['a', 'b'],
        ['a', 'a'],
        '😀'.repeat(100),
      ),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...fields, 'other'), value), (changes) => {
        const candidate = { ...submitted, ...changes };
        expect(checkFields(dataClass, candidate).length === 0).toBe(validate(candidate));
      }),
      { numRuns: 500 },
    );
  });
});
