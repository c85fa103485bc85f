import Ajv from 'ajv';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE, contractOf } from '../../libs/contracts/src/catalogue';
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
