import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type EventLog, type LogBatch, type SubscribeOptions, type Subscription } from './event-log';

/**
 * The same log, for tests of its readers: every record is delivered at least twice, in batches that are cut at random places and begin
 * behind where the last one ended, as after a crash. A reader that seeks gets what it asked for.
 * @param seed makes the same cuts again.
 */
export function redelivering(log: EventLog, seed: number): EventLog {
  const random = xoroshiro128plus(seed);
  const cut = (length: number) => uniformInt(random, 0, length);
  return {
    createTopics: (topics) => log.createTopics(topics),
    append: (records) => log.append(records),
    offsets: (topic) => log.offsets(topic),
    takenAt: (topic, positions) => log.takenAt(topic, positions),
    close: () => log.close(),
    subscribe: (options) => subscribeTwice(log, options, cut),
  };
}

async function subscribeTwice(
  log: EventLog,
  options: SubscribeOptions,
  cut: (length: number) => number,
): Promise<Subscription> {
  const seeks = new Map<string, number>();
  const seeksOf = (topic: string, partition: number) => seeks.get(`${partition} ${topic}`) ?? 0;
  const subscription = await log.subscribe({
    ...options,
    eachBatch: async (batch) => {
      const before = seeksOf(batch.topic, batch.partition);
      for (const part of partsOf(batch, cut(batch.records.length))) {
        if (!batch.isCurrent() || seeksOf(batch.topic, batch.partition) !== before) return;
        await options.eachBatch(part);
      }
    },
  });
  return {
    seek: (topic, partition, position) => {
      seeks.set(`${partition} ${topic}`, seeksOf(topic, partition) + 1);
      subscription.seek(topic, partition, position);
    },
    pause: (topic, partition, milliseconds) => subscription.pause(topic, partition, milliseconds),
    resume: (topic, partition) => subscription.resume(topic, partition),
    lanes: () => subscription.lanes(),
    attemptedAt: () => subscription.attemptedAt(),
    stop: () => subscription.stop(),
  };
}

/** The first records, then all of them, then the last ones: each at least twice, none before those below it. */
function partsOf(batch: LogBatch, cut: number): LogBatch[] {
  return [batch.records.slice(0, cut), batch.records, batch.records.slice(cut)]
    .filter((records) => records.length > 0)
    .map((records) => ({
      ...batch,
      records,
      fetchedOffset: records[0] === batch.records[0] ? batch.fetchedOffset : records[0]!.offset,
    }));
}
