import {
  type Admin,
  AssignerProtocol,
  CompressionCodecs,
  CompressionTypes,
  Kafka,
  logLevel,
  type PartitionAssigner,
} from 'kafkajs';
import { eventually } from '../../../../test/support/eventually';
import { describeOnOwnKafka } from '../../../../test/support/kafka';
import { type Broker, startBroker } from '../../../../test/support/kafka-broker';
import { silentLogger } from '../../../../test/support/silent-logger';
import { Settings } from '../config/settings';
import { type LogBatch, type Subscription } from './event-log';
import { KafkaEventLog } from './kafka-event-log';

/** Of a leader that keeps no lane to itself, and gives the others what it knows of. */
function givesOthers(topic: string): PartitionAssigner {
  const { MemberAssignment, MemberMetadata } = AssignerProtocol;
  return () => ({
    name: 'assay-lanes',
    version: 1,
    assign: ({ members }) =>
      Promise.resolve(
        members.map(({ memberId, memberMetadata }) => {
          const isOther = MemberMetadata.decode(memberMetadata)!.topics.length > 1;
          const assignment = isOther ? { [topic]: [0, 1] } : {};
          const memberAssignment = MemberAssignment.encode({ version: 1, assignment, userData: Buffer.alloc(0) });
          return { memberId, memberAssignment };
        }),
      ),
    protocol: ({ topics }) => ({
      name: 'assay-lanes',
      metadata: MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
    }),
  });
}

/** A frame of LZ4 with one block that is stored as it is: magic, flags, 64 KiB, their checksum; the block's length, its bytes, the end. */
function storedInLz4(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE((0x80000000 | bytes.length) >>> 0);
  return Buffer.concat([Buffer.from('04224d18604082', 'hex'), length, bytes, Buffer.alloc(4)]);
}

describeOnOwnKafka('a Kafka subscription', () => {
  let broker: Broker;
  let log: KafkaEventLog;
  let admin: Admin;

  beforeAll(async () => {
    broker = await startBroker();
    log = openLog();
    admin = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
  });
  afterAll(async () => {
    await log.close();
    await admin.disconnect();
    await broker.stop();
  });

  const openLog = () =>
    new KafkaEventLog(Object.assign(new Settings(), { kafkaBrokers: [broker.brokers] }), silentLogger);
  const records = (topic: string, count: number) =>
    Array.from({ length: count }, () => ({ topic, partition: 0, key: '', headers: {}, value: Buffer.from('v') }));

  /** The log drops what lies below an offset. */
  async function forget(topic: string, below: number): Promise<void> {
    await admin.fetchTopicOffsets(topic); // Without having asked for a topic, kafkajs knows none.
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(below) }] });
  }

  async function join(topic: string, position?: number, on = log, ...more: string[]) {
    const batches: LogBatch[] = [];
    const crashes: Error[] = [];
    const subscription: Subscription = await on.subscribe({
      group: `group of ${topic}`,
      topics: [topic, ...more],
      positions: () => Promise.resolve(new Map(position === undefined ? [] : [[topic, position]])),
      eachBatch: (batch) => Promise.resolve(void batches.push(batch)),
      onCrash: (error) => void crashes.push(error),
    });
    return { subscription, batches, crashes };
  }

  it('reads once what was appended to topics that were just made, of a broker that has just started', async () => {
    const names = ['new-1', 'new-2', 'new-3', 'new-4', 'new-5', 'new-6'];
    await log.createTopics(names.map((name) => ({ name, partitions: 12, compacted: false })));
    const everywhere = names.flatMap((topic) =>
      Array.from({ length: 12 }, (_none, partition) => ({ ...records(topic, 1)[0]!, partition })),
    );
    await log.append(everywhere);
    const ends = await Promise.all(names.map((name) => log.offsets(name)));
    expect(ends.flat().filter(({ end }) => end !== 1)).toEqual([]);
  });

  it('reads what others send in a compression that it has not', async () => {
    await log.createTopics([{ name: 'compressed', partitions: 1, compacted: false }]);
    CompressionCodecs[CompressionTypes.LZ4] = () => ({
      compress: ({ buffer }: { buffer: Buffer }) => Promise.resolve(storedInLz4(buffer)),
      decompress: () => Promise.reject(new Error('no LZ4 here')),
    });
    const tool = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING }).producer();
    await tool.connect();
    await tool.send({ topic: 'compressed', compression: CompressionTypes.LZ4, messages: [{ value: 'v' }] });
    await tool.disconnect();
    const { batches, crashes, subscription } = await join('compressed');
    await eventually(() => batches.length + crashes.length > 0, 'a batch');
    expect(crashes).toEqual([]);
    expect(String(batches[0]!.records[0]!.value)).toBe('v');
    await subscription.stop();
  });

  it('tells by the first offset of a batch that records are gone before they were read', async () => {
    await log.createTopics([{ name: 'truncated', partitions: 1, compacted: false }]);
    await log.append(records('truncated', 10));
    await forget('truncated', 6);
    const { batches, subscription } = await join('truncated', 2);
    await eventually(() => batches.length > 0, 'a batch');
    expect(batches[0]).toMatchObject({ fetchedOffset: 2, firstOffset: 6, highWatermark: 10 });
    expect(batches[0]!.records[0]!.offset).toBe(6);
    await subscription.stop();
  });

  it('tells the same when they go while it reads', async () => {
    await log.createTopics([{ name: 'truncated-late', partitions: 1, compacted: false }]);
    await log.append(records('truncated-late', 3));
    const { batches, subscription } = await join('truncated-late');
    await eventually(() => batches.length > 0, 'the first batch');
    subscription.pause('truncated-late', 0, 3_600_000);
    await log.append(records('truncated-late', 7));
    await forget('truncated-late', 8);
    subscription.seek('truncated-late', 0, 4);
    subscription.resume('truncated-late', 0);
    await eventually(() => batches.at(-1)!.records.at(-1)!.offset === 9, 'the last record');
    expect(batches.at(-1)).toMatchObject({ fetchedOffset: 4, firstOffset: 8 });
    await subscription.stop();
  });

  it('tells by the high watermark of a batch that the topic was made anew', async () => {
    await log.createTopics([{ name: 'anew', partitions: 1, compacted: false }]);
    await log.append(records('anew', 2));
    const { batches, subscription } = await join('anew', 50);
    await eventually(() => batches.length > 0, 'a batch');
    expect(batches[0]).toMatchObject({ fetchedOffset: 50, highWatermark: 2 });
    await subscription.stop();
  });

  it('tells Kafka how far it is when it leaves, for monitors of lag', async () => {
    await log.createTopics([{ name: 'monitored', partitions: 1, compacted: false }]);
    await log.append(records('monitored', 4));
    const { batches, subscription } = await join('monitored');
    await eventually(() => batches.flatMap((batch) => batch.records).length === 4, 'four records');
    await subscription.stop();
    const [offsets] = await admin.fetchOffsets({ groupId: 'group of monitored', topics: ['monitored'] });
    expect(offsets!.partitions).toMatchObject([{ partition: 0, offset: '4' }]);
  });

  it('reads a topic that comes to a lane which it has already: the leader before had not known of it', async () => {
    await log.createTopics(['known', 'unknown'].map((name) => ({ name, partitions: 2, compacted: false })));
    await log.append([...records('known', 1), ...records('unknown', 1)]);
    const leader = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING }).consumer({
      groupId: 'group of known',
      partitionAssigners: [givesOthers('known')],
    });
    await leader.subscribe({ topics: ['known'] });
    const isLeading = new Promise<void>((resolve) => leader.on(leader.events.GROUP_JOIN, () => resolve()));
    await leader.run({ eachMessage: () => Promise.resolve() });
    await isLeading;
    const { batches, subscription } = await join('known', undefined, log, 'unknown');
    await eventually(() => batches.length > 0, 'a batch of the topic that both know');
    expect(batches.map(({ topic }) => topic)).toEqual(['known']);
    await leader.disconnect();
    await eventually(() => batches.some(({ topic }) => topic === 'unknown'), 'a batch of the other topic');
    await subscription.stop();
  });

  it('lets the process end when the log is closed, whoever still asks', async () => {
    const closing = openLog();
    await closing.createTopics([{ name: 'closed', partitions: 1, compacted: false }]);
    const asked = closing.offsets('closed').catch(() => undefined);
    await closing.close();
    await asked;
    await expect(closing.offsets('closed')).rejects.toThrow('the log is closed');
  });

  it('joins once, however often it tried, when the broker comes back', async () => {
    await log.createTopics([{ name: 'away', partitions: 4, compacted: false }]);
    await log.append(records('away', 1));
    await broker.kill();
    const late = openLog();
    const { batches, subscription, crashes } = await join('away', undefined, late);
    expect(subscription.lanes()).toEqual([]);
    await broker.restart();
    await eventually(() => batches.length === 1, 'the record');
    expect(subscription.lanes()).toEqual([0, 1, 2, 3]);
    const { groups } = await admin.describeGroups(['group of away']);
    expect(groups[0]!.members).toHaveLength(1);
    expect(crashes).toEqual([]);
    await late.close();
  });
});
