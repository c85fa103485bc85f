import { type Contract } from '../contract';
import { type JsonSchema, schemaOf } from '../fields';
import { topicList } from './topic-list';

/** The AsyncAPI 3.0 document of every topic and event; JSON as it is. */
export function asyncApi(catalogue: readonly Contract[], version: string): JsonSchema {
  const topics = topicList(catalogue);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Assay events',
      version,
      description: 'CloudEvents 1.0 in binary mode: attributes as ce_* headers, the data as JSON.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      topics.map(({ name, types, lane, partitions, compacted }) => [
        name,
        {
          address: name,
          description: `Key: ${lane}. ${partitions} partitions${compacted ? ', compacted: each event is the full state' : ''}.`,
          messages: Object.fromEntries(types.map((type) => [type, { $ref: `#/components/messages/${type}` }])),
        },
      ]),
    ),
    operations: Object.fromEntries(topics.flatMap(operationsOf)),
    components: {
      messages: Object.fromEntries(catalogue.map((contract) => [contract.type, messageOf(contract)])),
    },
  };
}

function operationsOf({ name, writers, readers }: ReturnType<typeof topicList>[number]) {
  const channel = { $ref: `#/channels/${name}` };
  return [
    ...writers.map((who) => [`${who}.send.${name}`, { action: 'send', channel, summary: `${who} writes ${name}` }]),
    ...readers.map((who) => [
      `${who}.receive.${name}`,
      { action: 'receive', channel, summary: `${who} reads ${name}` },
    ]),
  ];
}

function messageOf({ type, summary, data }: Contract) {
  const attribute = { type: 'string' };
  return {
    name: type,
    summary,
    contentType: 'application/json',
    headers: {
      type: 'object',
      required: ['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time'],
      properties: {
        ce_specversion: { type: 'string', const: '1.0' },
        ce_id: attribute,
        ce_source: attribute,
        ce_type: { type: 'string', const: type },
        ce_time: attribute,
        ce_sequence: {
          type: 'string',
          description: 'Number of the event among those of its producer in this partition.',
        },
      },
    },
    payload: schemaOf(data),
  };
}
