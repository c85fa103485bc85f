import { type Batch, type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs';
import { eventually } from '../../../../test/support/eventually';
import { type SubscribeOptions } from './event-log';
import { KafkaSubscription } from './kafka-subscription';

/** A consumer of one group that does what the test says, and nothing by itself. */
class FakeConsumer {
  readonly events = { GROUP_JOIN: 'join', FETCH_START: 'fetch', CRASH: 'crash' };
  readonly commitOffsets = jest.fn(async (_offsets: readonly unknown[]) => undefined);
  private readonly listeners = new Map<string, (event: unknown) => void>();
  private keep: ((payload: EachBatchPayload) => Promise<void>) | undefined;

  on = (event: string, listener: (event: unknown) => void) => void this.listeners.set(event, listener);
  connect = async () => undefined;
  disconnect = async () => undefined;
  subscribe = async () => undefined;
  seek = () => undefined;
  pause = () => undefined;
  resume = () => undefined;
  run = async ({ eachBatch }: { eachBatch: (payload: EachBatchPayload) => Promise<void> }) => {
    this.keep = eachBatch;
  };

  joined(assignment: Record<string, number[]>): void {
    this.listeners.get(this.events.GROUP_JOIN)!({ payload: { memberAssignment: assignment } });
  }

  async fetched(topic: string, offset: number): Promise<void> {
    const message = { offset: String(offset), key: null, value: null, headers: {}, timestamp: '0' };
    const batch = { topic, partition: 0, messages: [message], highWatermark: String(offset + 1) };
    const whole = { ...batch, fetchedOffset: String(offset), lastOffset: () => String(offset) } as unknown as Batch;
    await this.keep!({ batch: whole, isStale: () => false } as EachBatchPayload);
  }
}

it('tells Kafka again how far it is where Kafka did not take it', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'setTimeout', 'performance', 'Date'] });
  const consumer = new FakeConsumer();
  const kafka = { consumer: () => consumer as unknown as Consumer } as unknown as Kafka;
  const handled: number[] = [];
  const options: SubscribeOptions = {
    group: 'group',
    topics: ['topic'],
    positions: async () => new Map(),
    eachBatch: async ({ records }) => void handled.push(...records.map(({ offset }) => offset)),
    onCrash: (error) => {
      throw error;
    },
  };
  const log = { offsets: async () => [{ first: 0, end: 0 }] };
  const logger = { debug: jest.fn(), warn: jest.fn() };
  const subscription = new KafkaSubscription(kafka, {} as never, log, logger, options);
  await subscription.join();
  consumer.joined({ topic: [0] });
  await eventually(() => subscription.lanes().length === 1, 'the lane');
  await consumer.fetched('topic', 0);
  await eventually(() => handled.length === 1, 'the record');
  consumer.commitOffsets.mockRejectedValueOnce(new Error('REBALANCE_IN_PROGRESS'));
  for (let times = 0; times < 3; times++) await jest.advanceTimersByTimeAsync(5_000);
  const told = [{ topic: 'topic', partition: 0, offset: '1' }];
  expect(consumer.commitOffsets.mock.calls).toEqual([[told], [told]]);
  await subscription.stop();
  jest.useRealTimers();
});
