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
        relay.wake([{ id: '3', at: AT, events: Array.from({ length: 50_000 }, () => event('3')) }]);
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
    await eventually(() => cycles > 0 && relay.isLeading, 'the lease');
    waiting = [row('1'), row('2')];
    relay.wake([{ id: '1', at: AT, events: [event('1')] }]);
    await eventually(() => published.length > 0, 'something published');
    await relay.stop();
    expect({ failures, items: published.map(({ value }) => JSON.parse(String(value)).item) }).toEqual({
      ...{ failures: [], items: ['1', '2'] },
    });
  });

  describe('room for more', () => {
    /** A relay that has the lease and 10,001 events to publish, on a log that answers as it is told. */
    async function behind(append: () => Promise<void>) {
      let waiting: object[] = [];
      const query = async (text: string) => {
        if (text.startsWith('update relay set owner')) return [[{}], 1];
        if (text.includes('first_sequence is null')) return waiting.splice(0);
        if (text.startsWith('insert into relay_sequence')) return [{ topic: 't', partition: 0, last: '10001' }];
        return [];
      };
      const done = async () => undefined;
      const createQueryRunner = () => ({ release: done, query, manager: { query } });
      const relay = new Relay({
        ...{ onPublished: () => undefined, onFailure: () => undefined },
        dataSource: { createQueryRunner, query: async () => [] } as unknown as DataSource,
        log: { append } as unknown as EventLog,
      });
      relay.start();
      await eventually(() => relay.isLeading, 'the lease');
      waiting = [{ ...row('1'), count: 10_001 }];
      relay.wake([{ id: '1', at: AT, events: Array.from({ length: 10_001 }, () => event('1')) }]);
      return relay;
    }

    it('is there again when what was committed is published', async () => {
      const told: string[] = [];
      let publish: () => void = () => undefined;
      const relay = await behind(async () => {
        told.push('asked');
        await new Promise<void>((resolve) => (publish = resolve));
        told.push('published');
      });
      await eventually(() => told.length > 0, 'the log asked');
      const room = relay.room().then(() => told.push('room'));
      publish();
      await room;
      await relay.room();
      await relay.stop();
      expect(told).toEqual(['asked', 'published', 'room']);
    });

    it('is not waited for where nothing can be published', async () => {
      const relay = await behind(() => Promise.reject(new Error('the log is away')));
      await relay.room();
      await relay.stop();
    });

    it('is not waited for by what stops', async () => {
      let publish: () => void = () => undefined;
      const relay = await behind(() => new Promise<void>((resolve) => (publish = resolve)));
      const room = relay.room();
      const stopped = relay.stop();
      await room;
      publish();
      await stopped;
    });
  });
});
