import { type Contract } from '../contract';
import { schemaOf } from '../fields';
import { asyncApi } from './async-api';
import { kafkaAcls } from './kafka-acls';
import { topicList } from './topic-list';

/** Version of the AsyncAPI document: that of the contracts, not of the program. */
const CONTRACTS_VERSION = '1.0.0';

/** Every generated file by its path below `libs/contracts/generated`, as text. */
export function generatedFiles(catalogue: readonly Contract[]): Map<string, string> {
  const files = new Map<string, string>();
  const add = (path: string, value: unknown) => files.set(path, `${JSON.stringify(value, null, 2)}\n`);
  for (const { type, summary, data } of catalogue) {
    add(`schemas/${type}.json`, {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:assay:schema:${type}`,
      title: type,
      description: summary,
      ...schemaOf(data),
    });
  }
  add('asyncapi.json', asyncApi(catalogue, CONTRACTS_VERSION));
  add('topics.json', topicList(catalogue));
  add('kafka-acls.json', kafkaAcls(catalogue));
  return files;
}
