import 'reflect-metadata';
import { plainToInstance, Type } from 'class-transformer';
import * as classValidator from 'class-validator';
import fc from 'fast-check';
import { CATALOGUE } from '../../libs/contracts/src/catalogue';
import { checkFields } from '../../libs/contracts/src/check-fields';
import { type DataClass, type JsonSchema, schemaOf, tellClassValidator } from '../../libs/contracts/src/fields';
import { InboundAnnotation } from '../../libs/contracts/src/inbound/inbound-annotation';
import { ProjectConfigured } from '../../libs/contracts/src/project/project-configured';
import { DEFAULT_POLICY } from '../../libs/contracts/src/project/project-defaults';
import { AnnotationSubmitted } from '../../libs/contracts/src/annotation/annotation-submitted';
import { schemaValidator } from '../../libs/platform/src/transport/schema-validator';
import { nearly, odd } from './json-values';

tellClassValidator({ ...classValidator, Type });
const ajv = schemaValidator();

/** As NestJS would check a body: a closed object, no unknown field. A value that is no object never gets to class-transformer. */
function isValidByClass(dataClass: DataClass, value: unknown): boolean {
  const schema = schemaOf(dataClass);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || hidesField(schema, value)) return false;
  const options = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };
  return (
    classValidator.validateSync(plainToInstance(dataClass, withoutContent(schema, value)) as object, options).length ===
    0
  );
}

/** class-transformer drops what has the name of a method of Object, before class-validator could refuse it. */
function hidesField(schema: JsonSchema, value: unknown): boolean {
  if (Array.isArray(value)) return value.some((entry) => hidesField((schema['items'] ?? {}) as JsonSchema, entry));
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined;
  if (typeof value !== 'object' || value === null || properties === undefined) return false;
  return Object.entries(value).some(
    ([name, part]) => name in Object.prototype || hidesField(properties[name] ?? {}, part),
  );
}

/** The value with every free JSON object emptied: no contract looks into it, and class-transformer throws on what may be there. */
function withoutContent(schema: JsonSchema, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => withoutContent((schema['items'] ?? {}) as JsonSchema, entry));
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined;
  if (properties === undefined) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, withoutContent(properties[name] ?? {}, part)]),
  );
}

function verdicts(dataClass: DataClass, value: unknown) {
  return {
    ajv: ajv.validate(schemaOf(dataClass), value),
    classValidator: isValidByClass(dataClass, value),
    checkFields: checkFields(dataClass, value).length === 0,
  };
}

const all = (verdict: boolean) => ({ ajv: verdict, classValidator: verdict, checkFields: verdict });

describe('ajv on the generated schema, class-validator and checkFields', () => {
  it.each(CATALOGUE.map(({ type, data }) => [type, data] as const))('agree on %s', (_type, dataClass) => {
    const schema = schemaOf(dataClass);
    const validate = ajv.compile(schema);
    let valid = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: nearly(schema) }, odd), (value) => {
        const verdict = validate(value);
        if (verdict) valid += 1;
        expect([value, isValidByClass(dataClass, value), checkFields(dataClass, value).length === 0]).toEqual([
          value,
          verdict,
          verdict,
        ]);
      }),
      { numRuns: 300 },
    );
    // Agreement on refusals alone would prove little.
    expect(valid).toBeGreaterThan(15);
  });

  const annotation = (field: string) => JSON.parse(`{"project":"rte","item":"1","worker":"w",${field}}`) as unknown;
  const nested = (depth: number) => `"labels":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

  it.each([
    [true, '"occasion":1.0'],
    [true, '"occasion":1e3'],
    [true, '"occasion":-0'],
    [false, '"occasion":1e400'],
    [false, '"occasion":0.1'],
    [false, '"occasion":null'],
    [true, '"revision":9007199254740991'],
    [false, '"revision":9007199254740992'],
    [false, '"seconds":1e400'],
    [false, '"label":null'],
    [false, '"labels":null'],
    [false, '"labels":[]'],
    [true, '"labels":{"constructor":{"prototype":1},"__proto__":{"a":1},"toString":"x"}'],
    [false, '"__proto__":{"label":"1"}'],
    [false, '"constructor":"x"'],
    [false, '"toString":"x"'],
    [true, `"id":"${'😀'.repeat(200)}"`],
    [false, `"id":"${'😀'.repeat(201)}"`],
    [true, `"id":"${'❤️'.repeat(100)}"`],
    [false, `"id":"${'❤️'.repeat(101)}"`],
    [false, '"id":"\\u0000"'],
    [false, '"id":"\\ud83d"'],
    [true, nested(1_000)],
    [true, nested(50_000)],
  ])('say %s to %.60s', (verdict, field) => {
    expect(verdicts(InboundAnnotation, annotation(field))).toEqual(all(verdict));
  });

  it.each([
    [true, ['a', 'b']],
    [false, ['a', 'a']],
    [true, ['__proto__', 'a']],
    [false, ['__proto__', 'a', '__proto__']],
  ])('say %s to the labels %j', (verdict, labels) => {
    const questions = [{ name: 'label', kind: 'choice', labels }];
    const state = { project: 'rte', title: 'rte', questions, tracks: [], revision: 1, schemaVersion: 1 };
    expect(verdicts(ProjectConfigured, { ...state, policy: DEFAULT_POLICY })).toEqual(all(verdict));
  });

  it.each([
    [true, '2024-02-29T23:59:59.999Z'],
    [true, '0001-01-01T00:00:00.000Z'],
    [false, '2026-02-30T00:00:00.000Z'],
    [false, '2026-02-29T00:00:00.000Z'],
    [false, '0000-01-01T00:00:00.000Z'],
    [false, '2026-02-28T24:00:00.000Z'],
    [false, '2026-02-28T09:30:00Z'],
    [false, '2026-02-28T09:30:00.000+00:00'],
    [false, '+010000-01-01T00:00:00.000Z'],
    [false, '2026-02-28'],
  ])('say %s to the moment %s', (verdict, occurredAt) => {
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
    expect(verdicts(AnnotationSubmitted, { ...submitted, occurredAt })).toEqual(all(verdict));
  });

  it.each([null, undefined, 1, 'text', true, [], [{}]])('refuse %j in place of an object', (value) => {
    expect(verdicts(InboundAnnotation, value)).toEqual(all(false));
  });

  it('leave the prototype of all objects alone', () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)['label']).toBeUndefined();
  });
});
