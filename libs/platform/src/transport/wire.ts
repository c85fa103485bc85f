import { type ValidateFunction } from 'ajv/dist/2020';
import { CATALOGUE, contractOf } from '@assay/contracts/catalogue';
import { type CloudEvent } from '@assay/contracts/cloud-event';
import { type Contract } from '@assay/contracts/contract';
import { type DeadLetterReason } from '@assay/contracts/deadletter/event-dead-lettered';
import { schemaOf } from '@assay/contracts/fields';
import { type LogRecord, type OutgoingRecord } from '../event-log/event-log';
import { partitionOf } from '../event-log/partitioner';
import { type ReceivedEvent } from './batch';
import { schemaValidator } from './schema-validator';

/** An event that waits in the outbox: where it goes, and what it says. */
export interface OutboxEvent {
  topic: string;
  partition: number;
  key: string;
  event: Omit<CloudEvent, 'sequence' | 'data'>;
  /** The data as JSON: written once, and sent as it was written. */
  json: string;
}

/** A record as an event, or why it is none. */
export type Reading =
  { type: 'event'; event: ReceivedEvent } | { type: 'unreadable'; reason: DeadLetterReason; detail: string };

/** Validating with class-validator costs 20 us an event, ajv .1 us; `test/contracts` proves that both give one verdict. */
const ajv = schemaValidator();
const validators = new Map<string, ValidateFunction>();

/** Topics to which tools write as well. */
const toolTopics = new Set(
  (CATALOGUE as readonly Contract[])
    .filter(({ producers }) => producers.includes('tools'))
    .map(({ topic }) => topic.name),
);

/** The event of a contract, with the partition that its key gives. */
export function outboxEvent<T extends object>(
  contract: Contract<T>,
  source: string,
  id: string,
  data: T,
  time: string,
): OutboxEvent {
  const key = contract.key(data);
  return {
    topic: contract.topic.name,
    partition: partitionOf(key, contract.topic.partitions),
    key,
    event: { specversion: '1.0', id, source, type: contract.type, time, datacontenttype: 'application/json' },
    json: JSON.stringify(data),
  };
}

/** CloudEvents in binary mode: attributes as `ce_*` headers, the data as JSON. */
export function recordOf({ topic, partition, key, event, json }: OutboxEvent, sequence: number): OutgoingRecord {
  return {
    topic,
    partition,
    key,
    headers: {
      ce_specversion: event.specversion,
      ce_id: event.id,
      ce_source: event.source,
      ce_type: event.type,
      ce_time: event.time,
      ce_sequence: String(sequence),
      'content-type': event.datacontenttype,
    },
    value: Buffer.from(json),
  };
}

/** Whether a service is to read a record of a topic: not where the catalogue gives its type to others only. */
export function isFor(service: string, topic: string, record: LogRecord): boolean {
  const contract = contractOf(record.headers['ce_type'] ?? '');
  if (contract?.topic.name !== topic) return true;
  return (contract.consumers as readonly string[]).includes(service);
}

/**
 * The number that the relay of the record's producer gave it; undefined where it has none. What tools call a sequence is their own: nothing
 * follows from a gap in it.
 */
export function sequenceOf(topic: string, { headers }: LogRecord): number | undefined {
  if (toolTopics.has(topic) && !headers['ce_source']?.startsWith('/assay/')) return undefined;
  const sequence = Number(headers['ce_sequence']);
  return Number.isSafeInteger(sequence) && sequence > 0 ? sequence : undefined;
}

/** Reads a record of a partition by the contract that its `ce_type` names. Never throws, whatever the bytes. */
export function readRecord(topic: string, lane: number, record: LogRecord): Reading {
  const type = record.headers['ce_type'];
  if (!type || !record.headers['ce_id'])
    return unreadable('unreadable', 'ce_type or ce_id is missing: expected CloudEvents in binary mode');
  const contract = contractOf(type);
  if (!contract || contract.topic.name !== topic)
    return unreadable('unknown_type', `type ${type} on ${topic}: expected one of ${typesOf(topic)}`);
  if (record.value === null) return unreadable('unreadable', 'no value: expected JSON');
  let data: unknown;
  try {
    data = JSON.parse(utf8.decode(record.value));
  } catch {
    // What the parser says quotes the value, which may be a worker's.
    return unreadable('unreadable', `value of ${record.value.length} bytes: expected JSON in UTF-8`);
  }
  const problem = invalidity(contract, data);
  if (problem !== undefined) return unreadable('invalid', problem);
  const sequence = sequenceOf(topic, record);
  const time = record.headers['ce_time'];
  return {
    type: 'event',
    event: {
      specversion: '1.0',
      id: record.headers['ce_id'],
      source: record.headers['ce_source'] ?? '',
      type,
      ...(time !== undefined && { time }),
      datacontenttype: 'application/json',
      ...(sequence !== undefined && { sequence }),
      data: data as object,
      lane,
      offset: record.offset,
    },
  };
}

/** What is wrong with data by its contract, naming place and expectation but no value: it may be a worker's. */
export function invalidity(contract: Contract, data: unknown): string | undefined {
  let validate = validators.get(contract.type);
  if (!validate) validators.set(contract.type, (validate = ajv.compile(schemaOf(contract.data))));
  if (validate(data)) return undefined;
  const [error] = validate.errors ?? [];
  return `${contract.type}${error?.instancePath ?? ''}: ${error?.message ?? 'invalid'}`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function unreadable(reason: DeadLetterReason, detail: string): Reading {
  return { type: 'unreadable', reason, detail };
}

function typesOf(topic: string): string {
  return CATALOGUE.filter((contract) => contract.topic.name === topic)
    .map((contract) => contract.type)
    .join(', ');
}
