import Ajv from 'ajv';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE, contractOf } from '../../libs/contracts/src/catalogue';
import { catalogueProblems } from '../../libs/contracts/src/generate/catalogue-problems';
import { eventTable } from '../../libs/contracts/src/generate/event-table';
import { generatedFiles } from '../../libs/contracts/src/generate/generated-files';
import { kafkaAcls } from '../../libs/contracts/src/generate/kafka-acls';
import * as topics from '../../libs/contracts/src/topics';
import { readRecord } from '../../libs/platform/src/transport/wire';

const ROOT = join(__dirname, '../..');
const GENERATED = join(ROOT, 'libs/contracts/generated');
const GOLDEN = join(__dirname, 'golden');

const { PARTITIONS, ...declared } = topics;
const TOPICS = Object.values(declared);

function namesConsumer(topic: string, service: string): boolean {
  return CATALOGUE.some(
    (contract) => contract.topic.name === topic && (contract.consumers as readonly string[]).includes(service),
  );
}

describe('the catalogue', () => {
  it('is in order', () => expect(catalogueProblems(CATALOGUE, TOPICS)).toEqual([]));

  it('has as many partitions a topic as divide the 120 stripes', () => {
    expect(120 % PARTITIONS).toBe(0);
    for (const topic of TOPICS) expect([topic.name, topic.partitions]).toEqual([topic.name, PARTITIONS]);
  });

  it('has nothing that stands twice, is nobody’s or is badly named', () => {
    const [first] = CATALOGUE;
    const { topic } = first!;
    const bad = { ...first!, type: 'assay.item.v1', producers: [], topic: { ...topic } };
    expect(catalogueProblems([first!, first!, bad], [topic, { ...topic }])).toEqual([
      `${first!.type} stands twice`,
      'assay.item.v1: expected assay.<what>.<happened>.v<major>',
      'assay.item.v1: nobody produces it',
      `assay.item.v1: topic ${topic.name} is not declared`,
      `topic ${topic.name} is declared twice`,
      `topic ${topic.name}: no event is on it`,
    ]);
  });

  it('ends every type and topic in its major version', () => {
    const [first] = CATALOGUE;
    const named = (type: string, name: string) => {
      const topic = { ...first!.topic, name };
      return catalogueProblems([{ ...first!, type, topic }], [topic]);
    };
    expect(named('assay.item.imported', 'assay.item.events')).toEqual([
      'assay.item.imported: expected assay.<what>.<happened>.v<major>',
      'topic assay.item.events: expected assay.<what>.v<major>',
    ]);
    expect(named('assay.item.imported.v0', 'assay.item.events.v1')).toHaveLength(1);
    expect(named('assay.item.imported.v12', 'assay.item.events.v2')).toEqual([]);
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
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(
      `<!-- events -->\n\n${eventTable(CATALOGUE)}\n\n<!-- /events -->`,
    );
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
    expect(may('User:assay-tools', 'read')).toEqual([
      'assay.assignment.events.v1',
      'assay.public.decisions.v1',
      'assay.public.findings.v1',
    ]);
    expect(may('User:assay-consensus', 'read')).not.toContain('assay.worker.events.v1');
    expect(may('User:assay-consensus', 'write')).not.toContain('assay.annotation.events.v1');
    const readBy = (service: string) =>
      TOPICS.filter((topic) => namesConsumer(topic.name, service)).map((one) => one.name);
    for (const service of new Set(CATALOGUE.flatMap((contract) => contract.consumers)))
      expect(may(`User:assay-${service}`, 'read')).toEqual(readBy(service).sort());
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
      expect(readRecord(contract.topic.name, 3, record)).toMatchObject({
        type: 'event',
        event: { type, data: sample.value },
      });
      expect(contract.key(sample.value)).toBe(sample.key);
    }
  });
});
