import { ANNOTATION_EVENTS, INBOUND, ITEM_EVENTS } from '@assay/contracts/topics';
import { itemWithdrawn } from '@assay/contracts/item/item-withdrawn';
import { type LogRecord } from '../event-log/event-log';
import { outboxEvent, readRecord, recordOf, sequenceOf } from './wire';

function aRecord(change: Partial<LogRecord> = {}): LogRecord {
  const data = { project: 'rte', item: 'i1' };
  const event = outboxEvent(itemWithdrawn, '/assay/ingestion', 'e1', data, '2026-01-01T00:00:00.000Z');
  return { ...recordOf(event, 7), offset: 5, timestamp: 0, ...change };
}

function withHeaders(headers: Record<string, string>): LogRecord {
  return aRecord({ headers: { ...aRecord().headers, ...headers } });
}

const read = (record: LogRecord, topic = ITEM_EVENTS.name) => {
  const reading = readRecord(topic, 3, record);
  return reading.type === 'event' ? reading.event : reading.reason;
};

describe('a record', () => {
  it('is the event that was sent, with its place', () => {
    expect(read(aRecord())).toEqual({
      ...{ specversion: '1.0', id: 'e1', source: '/assay/ingestion', type: itemWithdrawn.type },
      ...{ time: '2026-01-01T00:00:00.000Z', datacontenttype: 'application/json', sequence: 7 },
      ...{ data: { project: 'rte', item: 'i1' }, lane: 3, offset: 5 },
    });
  });

  it.each([
    ['without an id', 'unreadable', withHeaders({ ce_id: '' })],
    ['without a value', 'unreadable', aRecord({ value: null })],
    [
      'of bytes that are no UTF-8',
      'unreadable',
      aRecord({ value: Buffer.from('{"project":"rte","item":"\xff"}', 'latin1') }),
    ],
    ['of a type that nobody knows', 'unknown_type', withHeaders({ ce_type: 'assay.item.lost.v1' })],
    ['without what its contract asks for', 'invalid', aRecord({ value: Buffer.from('{"project":"rte"}') })],
  ])('%s is %s', (_what, reason, record) => {
    expect(read(record)).toBe(reason);
  });

  it('of a type of another topic is unknown there', () => {
    expect(read(aRecord(), ANNOTATION_EVENTS.name)).toBe('unknown_type');
  });
});

describe('the number of a record', () => {
  it.each(['0', '-1', '1.5', 'seven', '9007199254740993'])('is none where it is %s', (ce_sequence) => {
    expect(sequenceOf(ITEM_EVENTS.name, withHeaders({ ce_sequence }))).toBeUndefined();
  });

  it('is that of the relay, not what a tool calls one', () => {
    expect(sequenceOf(INBOUND.name, aRecord())).toBe(7);
    expect(sequenceOf(INBOUND.name, withHeaders({ ce_source: '/cvat/lab' }))).toBeUndefined();
  });
});
