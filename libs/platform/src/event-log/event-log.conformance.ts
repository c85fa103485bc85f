import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../../test/support/eventually';
import { type Program } from '../../../../test/support/program';
import { type EventLog, type LogBatch, type LogRecord, type OutgoingRecord, type SubscribeOptions } from './event-log';
import { redelivering } from './redelivering-event-log';

/** A log to be examined: what another process would open is opened by another call. */
export interface LogUnderTest {
  open(): EventLog;
  /** Starts a member in a process of its own, which prints `assigned <lane>` and `record <topic> <partition> <offset>`, and holds its first batches. */
  startMember(group: string, topics: readonly string[]): Program;
  close(): Promise<void>;
}

const PARTITIONS = 4;
let names = 0;

/** What every event log does, whatever keeps it. @param start makes one for the suite. */
export function conformance(start: () => Promise<LogUnderTest>): void {
  let system: LogUnderTest;
  let log: EventLog;
  let topic: string;
  let group: string;

  beforeAll(async () => {
    system = await start();
  });
  beforeEach(async () => {
    names++;
    topic = `conformance.${names}`;
    group = `group-${names}`;
    log = system.open();
    await log.createTopics([{ name: topic, partitions: PARTITIONS, compacted: false }]);
  });
  afterEach(() => log.close());
  afterAll(() => system.close());

  /** Records of one partition whose values count from `first`. */
  function records(partition: number, count: number, first = 0): OutgoingRecord[] {
    return Array.from({ length: count }, (_none, at) => aRecord({ partition, value: Buffer.from(String(first + at)) }));
  }

  function aRecord(fields: Partial<OutgoingRecord>): OutgoingRecord {
    return { topic, partition: 0, key: 'key', headers: {}, value: Buffer.from('value'), ...fields };
  }

  /** A member that remembers what it was handed, and its position as a reader's own store would. */
  async function join(options: Partial<SubscribeOptions> = {}, on = log) {
    const batches: LogBatch[] = [];
    const assigned: number[] = [];
    const revoked: number[] = [];
    const crashes: Error[] = [];
    const subscription = await on.subscribe({
      group,
      topics: [topic],
      positions: () => Promise.resolve(new Map()),
      onAssigned: (lane) => void assigned.push(lane),
      onRevoked: (lane) => void revoked.push(lane),
      onCrash: (error) => void crashes.push(error),
      ...options,
      eachBatch: async (batch) => {
        batches.push(batch);
        await options.eachBatch?.(batch);
      },
    });
    const delivered = (partition?: number): LogRecord[] =>
      batches
        .filter((batch) => partition === undefined || batch.partition === partition)
        .flatMap((batch) => batch.records);
    return { subscription, batches, assigned, revoked, crashes, delivered };
  }

  const values = (delivered: readonly LogRecord[]) => delivered.map(({ value }) => value?.toString());
  const numbers = (count: number, first = 0) => Array.from({ length: count }, (_none, at) => String(first + at));
  const allLanes = Array.from({ length: PARTITIONS }, (_none, lane) => lane);

  describe('append', () => {
    it('answers the first offset of each partition, in the order of their first records', async () => {
      const appended = await log.append([...records(2, 3), ...records(0, 1), ...records(2, 1)]);
      expect(appended).toEqual([
        { topic, partition: 2, firstOffset: 0, count: 4 },
        { topic, partition: 0, firstOffset: 0, count: 1 },
      ]);
      const [again] = await log.append(records(2, 1));
      expect(again!.firstOffset).toBeGreaterThanOrEqual(4);
    });

    it('appends nothing when it is given nothing', async () => {
      expect(await log.append([])).toEqual([]);
    });

    it('refuses a topic that is not there, by its name', async () => {
      await expect(log.append([aRecord({ topic: 'nowhere' })])).rejects.toThrow('nowhere');
    });

    it('refuses a partition that the topic does not have', async () => {
      await expect(log.append([aRecord({ partition: PARTITIONS })])).rejects.toThrow(`${PARTITIONS}`);
      expect((await log.offsets(topic)).every(({ end }) => end === 0)).toBe(true);
    });

    it('keeps bytes, tombstones, headers and keys as they were given', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_none, byte) => byte));
      await log.append([
        aRecord({ key: 'ключ/ "1"', headers: { ce_id: 'ä\u0001"\\', empty: '' }, value: bytes }),
        aRecord({ key: '', value: null }),
        aRecord({ value: Buffer.alloc(0) }),
      ]);
      const { delivered } = await join();
      await eventually(() => delivered().length === 3, 'three records');
      const [first, second, third] = delivered();
      expect(first).toMatchObject({ key: 'ключ/ "1"', headers: { ce_id: 'ä\u0001"\\', empty: '' } });
      expect(first!.value!.equals(bytes)).toBe(true);
      expect(second).toMatchObject({ key: '', headers: {}, value: null });
      expect(third!.value).toEqual(Buffer.alloc(0));
      expect(Math.abs(first!.timestamp - Date.now())).toBeLessThan(600_000);
    });

    it('keeps the order of each of several writers at the same time', async () => {
      const other = system.open();
      try {
        const write = async (writer: EventLog, name: string) => {
          for (let at = 0; at < 50; at++) {
            const ofBoth = [0, 1].map((partition) => aRecord({ partition, key: name, value: Buffer.from(String(at)) }));
            // In both orders: a log that locked its partitions as they come would stop here.
            await writer.append(at % 2 ? ofBoth : ofBoth.reverse());
          }
        };
        await Promise.all([write(log, 'a'), write(other, 'b'), write(other, 'c')]);
        const { delivered } = await join();
        await eventually(
          () => delivered().length === 300,
          () => `300 records, not ${delivered().length}`,
        );
        for (const partition of [0, 1])
          for (const name of ['a', 'b', 'c'])
            expect(values(delivered(partition).filter(({ key }) => key === name))).toEqual(numbers(50));
      } finally {
        await other.close();
      }
    });
  });

  describe('topics', () => {
    it('keep what they have when they are made again', async () => {
      await log.append(records(1, 2));
      await log.createTopics([{ name: topic, partitions: PARTITIONS, compacted: false }]);
      expect((await log.offsets(topic))[1]).toMatchObject({ first: 0 });
      const { delivered } = await join();
      await eventually(() => delivered().length === 2, 'what was there before');
    });

    it('say which offsets they hold', async () => {
      expect(await log.offsets(topic)).toEqual(allLanes.map(() => ({ first: 0, end: 0 })));
      await log.append(records(3, 5));
      expect((await log.offsets(topic))[3]).toEqual({ first: 0, end: 5 });
    });

    it('say when they took the first record at or after a position', async () => {
      await log.append(records(1, 2));
      await sleep(20);
      await log.append([...records(1, 1, 2), ...records(2, 1)]);
      const { delivered, subscription } = await join();
      await eventually(() => delivered().length === 4, 'four records');
      await subscription.stop();
      const at = (partition: number, offset: number) =>
        delivered(partition).find((record) => record.offset === offset)!.timestamp;
      const lateness = async (partition: number, offset: number) => {
        const taken = await log.takenAt(topic, new Map([[partition, offset]]));
        // As near as a second, or a twentieth of its age.
        const near = Math.max(1_000, (Date.now() - taken.get(partition)!) / 20);
        return { late: at(partition, offset) - taken.get(partition)!, most: near + 100 };
      };
      for (const [partition, offset] of [
        [1, 0],
        [1, 2],
        [2, 0],
      ] as const) {
        const { late, most } = await lateness(partition, offset);
        expect(late).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThan(most);
      }
      const places = async (...positions: [number, number][]) => [
        ...(await log.takenAt(topic, new Map(positions))).keys(),
      ];
      expect(await places([1, 0], [2, 0], [3, 0])).toEqual([1, 2]);
      expect(await places([1, 2], [2, 1])).toEqual([1]);
      expect(await places()).toEqual([]);
    });

    it('keep every record when the log is opened again', async () => {
      await log.append(records(0, 3));
      await log.close();
      log = system.open();
      const { delivered } = await join();
      await eventually(() => delivered().length === 3, 'three records');
      expect(values(delivered())).toEqual(['0', '1', '2']);
    });

    it('deliver the newest state of every key when they are compacted', async () => {
      const compacted = `${topic}.compacted`;
      await log.createTopics([{ name: compacted, partitions: 1, compacted: true }]);
      const states = ['a', 'b', 'a'].map((key, at) =>
        aRecord({ topic: compacted, key, value: Buffer.from(String(at)) }),
      );
      await log.append([...states, aRecord({ topic: compacted, key: 'b', value: null })]);
      const { delivered } = await join({ topics: [compacted] });
      await eventually(() => delivered().some(({ value }) => value === null), 'the tombstone');
      const newest = new Map(delivered().map(({ key, value }) => [key, value?.toString()]));
      expect(newest).toEqual(
        new Map([
          ['a', '2'],
          ['b', undefined],
        ]),
      );
    });
  });

  describe('a member', () => {
    it('gets what is appended after it joined', async () => {
      const { delivered } = await join();
      await log.append(records(1, 1));
      await eventually(() => delivered().length === 1, 'the record');
    });

    it('gets ten thousand records, each partition in its order', async () => {
      const perPartition = 2_500;
      const { delivered, batches } = await join();
      for (let first = 0; first < perPartition; first += 500)
        await log.append(allLanes.flatMap((partition) => records(partition, 500, first)));
      await eventually(
        () => delivered().length >= 10_000,
        () => `10,000 records, not ${delivered().length}`,
      );
      for (const partition of allLanes) {
        const offsets = delivered(partition).map(({ offset }) => offset);
        expect(values(delivered(partition))).toEqual(numbers(perPartition));
        expect(offsets.every((offset, at) => at === 0 || offset > offsets[at - 1]!)).toBe(true);
      }
      for (const { records, highWatermark, firstOffset, fetchedOffset } of batches) {
        expect(records[0]!.offset).toBeGreaterThanOrEqual(fetchedOffset);
        expect(records.at(-1)!.offset).toBeLessThan(highWatermark);
        expect(firstOffset).toBe(0);
      }
    });

    it('gets records of any size in batches of bounded size', async () => {
      const large = Buffer.alloc(900_000, 'x');
      for (let at = 0; at < 12; at++) await log.append([aRecord({ value: large })]);
      const { delivered, batches } = await join();
      await eventually(() => delivered().length === 12, 'twelve large records');
      expect(delivered().every(({ value }) => value!.length === large.length)).toBe(true);
      // Of 8 MiB, and the record that does not fit any more.
      for (const { records } of batches) expect(records.length).toBeLessThanOrEqual(10);
    });

    it('begins at the positions of the reader, and at the first offset where it has none', async () => {
      await log.append([...records(0, 4), ...records(1, 4)]);
      const { delivered, batches } = await join({
        positions: (lane) => Promise.resolve(new Map(lane === 0 ? [[topic, 3]] : [])),
      });
      await eventually(() => delivered().length >= 5, 'five records');
      expect(values(delivered(0))).toEqual(['3']);
      expect(values(delivered(1))).toEqual(['0', '1', '2', '3']);
      expect(batches.find(({ partition }) => partition === 0)!.fetchedOffset).toBe(3);
    });

    it('gets batches of one lane one at a time', async () => {
      await log.createTopics([{ name: `${topic}.b`, partitions: PARTITIONS, compacted: false }]);
      await log.append([...records(0, 20), ...records(0, 20).map((record) => ({ ...record, topic: `${topic}.b` }))]);
      let atWork = 0;
      let most = 0;
      const { delivered } = await join({
        topics: [topic, `${topic}.b`],
        eachBatch: async () => {
          most = Math.max(most, ++atWork);
          await sleep(5);
          atWork--;
        },
      });
      await eventually(() => delivered().length === 40, 'forty records');
      expect(most).toBe(1);
    });

    it('gets batches of two lanes side by side', async () => {
      await log.append([...records(0, 1), ...records(1, 1)]);
      let arrived = 0;
      let open = () => {};
      const both = new Promise<void>((resolve) => (open = resolve));
      const { delivered } = await join({
        eachBatch: async () => {
          if (++arrived === 2) open();
          await both; // For ever, unless the other lane arrives meanwhile.
        },
      });
      await eventually(() => delivered(0).length > 0 && delivered(1).length > 0, 'both lanes');
      await both;
    });

    it('gets records again after a seek back, and not those that a seek forward leaves out', async () => {
      await log.append(records(0, 3));
      const member = await join();
      await eventually(() => member.delivered().length === 3, 'three records');
      member.subscription.seek(topic, 0, 1);
      await eventually(() => member.delivered().length === 5, 'two of them again');
      member.subscription.seek(topic, 0, 5);
      await log.append(records(0, 3, 3));
      await eventually(() => member.delivered().length === 6, 'the last one');
      expect(values(member.delivered())).toEqual(['0', '1', '2', '1', '2', '5']);
    });

    it('follows a seek made while a batch is handled', async () => {
      await log.append(records(0, 3));
      let hasSought = false;
      let start = () => {};
      const hasJoined = new Promise<void>((resolve) => (start = resolve));
      const member = await join({
        eachBatch: async (batch) => {
          await hasJoined;
          if (!hasSought) member.subscription.seek(topic, batch.partition, 1);
          hasSought = true;
        },
      });
      start();
      await eventually(() => member.delivered().length === 5, 'the batch, and two of it again');
      expect(values(member.delivered())).toEqual(['0', '1', '2', '1', '2']);
    });

    it('gets nothing of a paused partition until it is resumed, and all of the others', async () => {
      const member = await join();
      member.subscription.pause(topic, 0, 3_600_000);
      await log.append([...records(0, 1), ...records(1, 1)]);
      await eventually(() => member.delivered(1).length === 1, 'the other partition');
      expect(member.delivered(0)).toEqual([]);
      member.subscription.resume(topic, 0);
      await eventually(() => member.delivered(0).length === 1, 'the resumed partition');
    });

    it('goes on with a paused partition when its time is over', async () => {
      const member = await join();
      member.subscription.pause(topic, 0, 50);
      await log.append(records(0, 1));
      await eventually(() => member.delivered(0).length === 1, 'the paused partition');
    });

    it('finishes the batches in hand when it stops, and gets no other', async () => {
      await log.append(records(0, 1));
      let finish = () => {};
      const isFinished = new Promise<void>((resolve) => (finish = resolve));
      const member = await join({ eachBatch: () => isFinished });
      await eventually(() => member.delivered().length === 1, 'the batch');
      const stopped = member.subscription.stop();
      await eventually(() => !member.batches[0]!.isCurrent(), 'the batch to learn of it');
      expect(member.revoked).toEqual([]);
      await log.append(records(0, 1));
      finish();
      await stopped;
      expect(member.revoked.sort()).toEqual(allLanes);
      expect(member.subscription.lanes()).toEqual([]);
      expect(member.delivered()).toHaveLength(1);
    });

    it.each(['eachBatch', 'positions'] as const)('says that it crashed when %s throws', async (callback) => {
      await log.append(records(0, 1));
      const fails = () => Promise.reject(new TypeError('of the reader'));
      const { crashes } = await join({ [callback]: fails });
      await eventually(() => crashes.length === 1, 'the crash');
      expect(crashes[0]!.message).toContain('of the reader');
    });

    it('tolerates that its work is said to be alive', async () => {
      await log.append(records(0, 1));
      const { delivered } = await join({ eachBatch: (batch) => batch.heartbeat() });
      await eventually(() => delivered().length === 1, 'the record');
    });
  });

  describe('a group', () => {
    it('gets every record whatever other groups got', async () => {
      await log.append(records(0, 2));
      const first = await join();
      const second = await join({ group: `${group}.other` });
      await eventually(() => first.delivered().length === 2 && second.delivered().length === 2, 'both groups');
    });

    it('gives a lane to one member as a whole: the same partition of every topic', async () => {
      const second = `${topic}.second`;
      await log.createTopics([{ name: second, partitions: PARTITIONS, compacted: false }]);
      const other = system.open();
      try {
        const members = [await join({ topics: [topic, second] }), await join({ topics: [topic, second] }, other)];
        await lanesSpread(members);
        await log.append(
          allLanes.flatMap((partition) => [topic, second].map((name) => aRecord({ topic: name, partition }))),
        );
        await eventually(() => members.flatMap((member) => member.delivered()).length === 8, 'eight records');
        for (const { batches, subscription } of members)
          for (const batch of batches) expect(subscription.lanes()).toContain(batch.partition);
      } finally {
        await other.close();
      }
    });

    it('gives lanes to a member that joins, and the records after the reader’s positions', async () => {
      const store = new Map<number, Map<string, number>>();
      const remember: Partial<SubscribeOptions> = {
        positions: (lane) => Promise.resolve(store.get(lane) ?? new Map<string, number>()),
        eachBatch: (batch) => {
          store.set(batch.partition, new Map([[topic, batch.records.at(-1)!.offset + 1]]));
          return Promise.resolve();
        },
      };
      const other = system.open();
      try {
        const first = await join(remember);
        await log.append(allLanes.flatMap((partition) => records(partition, 5)));
        await eventually(() => first.delivered().length === 20, 'the first records');
        const second = await join(remember, other);
        await lanesSpread([first, second]);
        await log.append(allLanes.flatMap((partition) => records(partition, 5, 5)));
        await eventually(() => first.delivered().length + second.delivered().length >= 40, 'the other records');
        for (const lane of allLanes)
          expect(values([...first.delivered(lane), ...second.delivered(lane)])).toEqual(numbers(10));
      } finally {
        await other.close();
      }
    });

    it('gives the lanes of a member that stops to the others', async () => {
      const other = system.open();
      try {
        const members = [await join(), await join({}, other)];
        await lanesSpread(members);
        await members[0]!.subscription.stop();
        await eventually(() => members[1]!.subscription.lanes().length === PARTITIONS, 'all lanes');
      } finally {
        await other.close();
      }
    });

    it('gives the lanes of a killed member to the others, with what it had in hand', async () => {
      await log.append(allLanes.flatMap((partition) => records(partition, 1)));
      const killed = system.startMember(group, [topic]);
      await killed.line(/^record/);
      const member = await join();
      await killed.kill();
      await eventually(() => member.subscription.lanes().length === PARTITIONS, 'all lanes');
      await eventually(() => member.delivered().length === PARTITIONS, 'all records');
    });
  });

  describe('with everything delivered twice', () => {
    it('brings each record once to a reader that keeps its position', async () => {
      const twice = redelivering(log, 1979);
      const positions = new Map<number, number>();
      const kept = allLanes.map((): string[] => []);
      const { delivered } = await join(
        {
          eachBatch: (batch) => {
            for (const { offset, value } of batch.records) {
              if (offset < (positions.get(batch.partition) ?? 0)) continue;
              kept[batch.partition]!.push(value!.toString());
              positions.set(batch.partition, offset + 1);
            }
            return Promise.resolve();
          },
        },
        twice,
      );
      for (let first = 0; first < 300; first += 100)
        await log.append(allLanes.flatMap((partition) => records(partition, 100, first)));
      await eventually(
        () => delivered().length >= 2 * 4 * 300,
        () => `2,400 records, not ${delivered().length}`,
      );
      expect(kept).toEqual(allLanes.map(() => numbers(300)));
    });

    it('brings a reader that seeks what it asked for', async () => {
      await log.append(records(0, 10));
      let hasSought = false;
      let start = () => {};
      const hasJoined = new Promise<void>((resolve) => (start = resolve));
      const member = await join(
        {
          eachBatch: async (batch) => {
            await hasJoined;
            if (!hasSought) member.subscription.seek(topic, batch.partition, 9);
            hasSought = true;
          },
        },
        redelivering(log, 1979),
      );
      start();
      await eventually(
        () => values(member.delivered()).filter((value) => value === '9').length >= 2,
        'the last record',
      );
      // Of the first batch the reader saw one part, whichever that was; what follows it is what it sought.
      const [first, second] = member.batches;
      expect(first!.records[0]!.offset).toBe(0);
      expect(second!.records[0]!.offset).toBe(9);
    });
  });

  async function lanesSpread(members: readonly Awaited<ReturnType<typeof join>>[]): Promise<void> {
    await eventually(() => {
      const lanes = members.map(({ subscription }) => subscription.lanes());
      return lanes.every((mine) => mine.length > 0) && lanes.flat().sort().join() === allLanes.join();
    }, 'lanes of every member');
  }
}
