import { type DataSource } from 'typeorm';
import { consensusUpdated } from '@assay/contracts/consensus/consensus-updated';
import { eventually } from '../../../../test/support/eventually';
import { type EventLog, type OutgoingRecord } from '../event-log/event-log';
import { Relay } from './relay';
import { outboxEvent } from './wire';

const event = (item: string) =>
  outboxEvent(consensusUpdated, '/assay/consensus', item, { project: 'p', item } as never, '2026-01-01T00:00:00.000Z');

const AT = '2026-01-01 00:00:00+00';
const row = (id: string) => ({ id, topic: 't', partition: 0, count: 1, first_sequence: null, at: AT });

describe('the relay', () => {
  it('publishes a parcel that it remembered when others have pushed it out of its memory meanwhile', async () => {
    let waiting: object[] = [];
    let cycles = 0;
    const published: OutgoingRecord[] = [];
    const written = [{ key: 'p/2', event: { ...event('2').event, data: { project: 'p', item: '2' } } }];
    const query = async (text: string) => {
      if (text.startsWith('update relay set owner')) return [[{}], ++cycles && 1];
      if (text.includes('first_sequence is null')) return waiting.splice(0);
      if (text.startsWith('insert into relay_sequence')) return [{ topic: 't', partition: 0, last: '2' }];
      return [];
    };
    const done = async () => undefined;
    const dataSource = {
      createQueryRunner: () => ({ release: done, query, manager: { query } }),
      // Parcels of another process are read; what this one commits at that moment is more than it remembers.
      query: async (text: string) => {
        if (!text.startsWith('select outbox.id')) return [];
        relay.wake([{ id: '3', at: AT, events: Array.from({ length: 30_000 }, () => event('3')) }]);
        return [{ ...row('2'), events: written }];
      },
    } as unknown as DataSource;
    const log = { append: async (records: OutgoingRecord[]) => void published.push(...records) } as unknown as EventLog;
    const failures: unknown[] = [];
    const relay = new Relay({
      ...{ dataSource, log, onPublished: () => undefined },
      onFailure: (error) => failures.push(error),
    });
    relay.start();
    await eventually(() => cycles > 0 && relay.isLeading, 'the lease', 5_000);
    waiting = [row('1'), row('2')];
    relay.wake([{ id: '1', at: AT, events: [event('1')] }]);
    await eventually(() => published.length > 0, 'something published', 5_000);
    await relay.stop();
    expect({ failures, items: published.map(({ value }) => JSON.parse(String(value)).item) }).toEqual({
      ...{ failures: [], items: ['1', '2'] },
    });
  });
});
