import { type EventLog, type LogBatch } from '../../libs/platform/src/event-log/event-log';

/** A log whose beginning a test moves, and whose deliveries of one topic it holds back. */
export interface ForgettingLog extends EventLog {
  /** Delivers nothing of the topic until `release`: readers fall behind. */
  hold(topic: string): void;
  release(): void;
  /** What lies before these offsets is gone for ever, as after the retention of a topic. @param firsts by partition. */
  forget(topic: string, firsts: readonly number[]): void;
}

/** The same log, as one that forgets. */
export function forgetting(log: EventLog): ForgettingLog {
  const firsts = new Map<string, readonly number[]>();
  let held: { topic: string; until: Promise<void>; release(): void } | undefined;
  const firstOf = (topic: string, partition: number) => firsts.get(topic)?.[partition] ?? 0;

  const remembered = (batch: LogBatch): LogBatch => {
    const firstOffset = Math.max(batch.firstOffset, firstOf(batch.topic, batch.partition));
    return { ...batch, firstOffset, records: batch.records.filter(({ offset }) => offset >= firstOffset) };
  };

  return {
    createTopics: (topics) => log.createTopics(topics),
    append: (records) => log.append(records),
    takenAt: (topic, positions) =>
      log.takenAt(topic, new Map([...positions].map(([lane, at]) => [lane, Math.max(at, firstOf(topic, lane))]))),
    close: () => log.close(),
    offsets: async (topic) =>
      (await log.offsets(topic)).map(({ first, end }, partition) => ({
        first: Math.max(first, firstOf(topic, partition)),
        end,
      })),
    subscribe: (options) =>
      log.subscribe({
        ...options,
        eachBatch: async (batch) => {
          if (held?.topic === batch.topic) await held.until;
          const left = remembered(batch);
          if (left.records.length > 0) await options.eachBatch(left);
        },
      }),
    hold(topic) {
      let release = () => undefined as void;
      const until = new Promise<void>((resolve) => (release = resolve));
      held = { topic, until, release };
    },
    release() {
      held?.release();
      held = undefined;
    },
    forget: (topic, offsets) => void firsts.set(topic, offsets),
  };
}
