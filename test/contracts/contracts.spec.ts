import 'reflect-metadata';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE, contractOf } from '../../libs/contracts/src/catalogue';
import { type Contract } from '../../libs/contracts/src/contract';
import { isUtcTimestamp, type JsonSchema, schemaOf } from '../../libs/contracts/src/fields';
import { catalogueProblems } from '../../libs/contracts/src/generate/catalogue-problems';
import { eventTable } from '../../libs/contracts/src/generate/event-table';
import { generatedFiles } from '../../libs/contracts/src/generate/generated-files';
import { kafkaAcls } from '../../libs/contracts/src/generate/kafka-acls';
import { readRecord } from '../../libs/platform/src/transport/wire';

const ROOT = join(__dirname, '../..');
const GENERATED = join(ROOT, 'libs/contracts/generated');
const GOLDEN = join(__dirname, 'golden');

describe('the catalogue', () => {
  it('is in order', () => expect(catalogueProblems(CATALOGUE)).toEqual([]));

  it('has nothing that stands twice, is nobody’s or is badly named', () => {
    const [first] = CATALOGUE;
    const bad = { ...first!, type: 'assay.item.v1', producers: [], topic: { ...first!.topic } };
    expect(catalogueProblems([first!, first!, bad])).toEqual([
      `${first!.type} stands twice`,
      'assay.item.v1: expected assay.<what>.<happened>.v<major>',
      'assay.item.v1: nobody produces it',
      `${first!.topic.name} is declared twice`,
    ]);
  });

  it('gives the files that are committed (npm run generate writes them)', () => {
    const expected = generatedFiles(CATALOGUE);
    const found = readdirSync(GENERATED, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(GENERATED.length + 1));
    expect(found.sort()).toEqual([...expected.keys()].sort());
    for (const [path, text] of expected)
      expect([path, readFileSync(join(GENERATED, path), 'utf8')]).toEqual([path, text]);
  });

  it('gives the README its table of events (npm run generate writes it)', () => {
    const cells = (text: string) =>
      text
        .split('\n')
        .map((row) => row.replace(/ *\| */g, '|').replace(/-{3,}/g, '---'))
        .join('\n');
    expect(cells(readFileSync(join(ROOT, 'README.md'), 'utf8'))).toContain(cells(eventTable(CATALOGUE)));
  });

  it('gives an AsyncAPI 3.0 document', () => {
    const schema = JSON.parse(readFileSync(require.resolve('@asyncapi/specs/schemas/3.0.0.json'), 'utf8')) as object;
    const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
    const validate = ajv.compile(schema);
    const document: unknown = JSON.parse(readFileSync(join(GENERATED, 'asyncapi.json'), 'utf8'));
    expect([validate(document), validate.errors]).toEqual([true, null]);
    expect(validate({ ...(document as object), channels: [] })).toBe(false);
  });

  it('lets nobody write or read but those it names', () => {
    const acls = kafkaAcls(CATALOGUE);
    const may = (principal: string, operation: 'read' | 'write') =>
      acls
        .filter((acl) => acl.principal === principal && acl.resource === 'topic' && acl.operations.includes(operation))
        .map((acl) => acl.name)
        .sort();
    expect(may('User:assay-tools', 'write')).toEqual(['assay.inbound.v1']);
    expect(may('User:assay-tools', 'read')).toEqual(['assay.public.decisions.v1']);
    expect(may('User:assay-consensus', 'read')).not.toContain('assay.worker.events.v1');
    expect(may('User:assay-consensus', 'write')).not.toContain('assay.annotation.events.v1');
    for (const { principal, resource, name } of acls)
      if (resource === 'group') expect(principal).toBe(`User:assay-${name}`);
  });
});

describe('recorded samples', () => {
  it.each(CATALOGUE.map((contract) => [contract.type]))('of %s are readable for ever', (type) => {
    const folder = join(GOLDEN, type);
    expect(existsSync(folder) && readdirSync(folder).length > 0).toBe(true);
    for (const file of readdirSync(folder)) {
      const sample = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        key: string;
        headers: Record<string, string>;
        value: object;
      };
      const contract = contractOf(type)!;
      const record = {
        offset: 0,
        key: sample.key,
        headers: sample.headers,
        value: Buffer.from(JSON.stringify(sample.value)),
        timestamp: 0,
      };
      expect(readRecord(contract.topic.name, record)).toMatchObject({
        type: 'event',
        event: { type, data: sample.value },
      });
      expect(contract.key(sample.value)).toBe(sample.key);
    }
  });
});

describe('class-validator and the generated schema in ajv', () => {
  const ajv = new Ajv2020({ strict: true, formats: { 'utc-timestamp': isUtcTimestamp } });

  /** As NestJS would check a body: a closed object, no unknown field. A value that is no object never gets to class-transformer. */
  function isValidByClass(contract: Contract, value: unknown): boolean {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    // class-transformer drops what has the name of a method of Object, before class-validator could refuse it.
    if (Object.keys(value).some((name) => name in Object.prototype)) return false;
    const options = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };
    return validateSync(plainToInstance(contract.data, value) as object, options).length === 0;
  }

  /** Anything that JSON can write and that has surprised a validator before. */
  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      '',
      0,
      -0,
      1.5,
      1e21,
      -1,
      true,
      [],
      {},
      '2026-02-30T00:00:00.000Z',
      '\u0000',
      '\ud800',
      '1',
      [null],
      [[]],
      [''],
      { a: 1 },
    ),
    fc.jsonValue({ maxDepth: 2 }),
  );

  function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
    if (schema['enum']) return fc.constantFrom(...(schema['enum'] as unknown[]));
    if (schema['format'] === 'utc-timestamp') {
      return fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
        .map((date) => date.toISOString());
    }
    switch (schema['type']) {
      case 'string':
        return fc.oneof(
          fc.constantFrom('a', 'rte', '0'.repeat(64), 'é', '😀', 'x'.repeat(200), '😀'.repeat(200), 'x'.repeat(201)),
          fc.string({ unit: 'binary', maxLength: 20 }),
        );
      case 'integer':
        return fc.oneof(fc.integer({ min: 0, max: 5 }), fc.maxSafeInteger());
      case 'number':
        return fc.double({ min: 0, max: 1, noNaN: true });
      case 'boolean':
        return fc.boolean();
      case 'array':
        return fc.array(valueOf(schema['items'] as JsonSchema), { maxLength: 3 });
      case 'object':
        return schema['properties'] ? objectOf(schema) : fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }));
      default:
        return odd;
    }
  }

  function objectOf(schema: JsonSchema): fc.Arbitrary<object> {
    const properties = schema['properties'] as Record<string, JsonSchema>;
    const required = schema['required'] as string[];
    return fc.record(Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valueOf(field)])), {
      requiredKeys: required,
    });
  }

  /** A value of the schema, with a few of its fields made odd, left out or added. */
  function nearly(schema: JsonSchema): fc.Arbitrary<unknown> {
    const names = [...Object.keys(schema['properties'] as object), 'unheardOf', 'constructor', 'toString'];
    const change = fc.record({ name: fc.constantFrom(...names), value: odd, isGone: fc.boolean() });
    return fc.tuple(objectOf(schema), fc.array(change, { maxLength: 2 })).map(([value, changes]) => {
      const changed: Record<string, unknown> = { ...value };
      for (const { name, value: strange, isGone } of changes) {
        if (isGone) delete changed[name];
        else changed[name] = strange;
      }
      // As it would come over the wire: -0 becomes 0, undefined is gone.
      return JSON.parse(JSON.stringify(changed)) as unknown;
    });
  }

  it.each(CATALOGUE.map((contract) => [contract.type, contract] as const))('agree on %s', (_type, contract) => {
    const schema = schemaOf(contract.data);
    const validate = ajv.compile(schema);
    fc.assert(
      fc.property(fc.oneof(nearly(schema), odd), (value) => {
        expect([value, isValidByClass(contract, value)]).toEqual([value, validate(value)]);
      }),
      { numRuns: 300 },
    );
  });
});
