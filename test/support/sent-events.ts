import { type Contract } from '@assay/contracts/contract';
import { type EventLog, type LogRecord } from '@assay/platform/event-log/event-log';
import { eventId } from '@assay/platform/transport/event-id';
import { type OutboxEvent, outboxEvent, recordOf } from '@assay/platform/transport/wire';
import { eventually } from './eventually';

/** An event as its service would publish it, of a project that is named when it is sent. */
export type Sent = (project: string) => OutboxEvent;

export function sent<T extends object>(contract: Contract<T>, id: string, dataOf: (project: string) => T): Sent {
  const source = `/assay/${contract.producers[0]}`;
  return (project) => outboxEvent(contract, source, id, dataOf(project), '2026-01-01T00:00:00.000Z');
}

/** Appends events to a log as a relay does: numbered in each partition. */
export class EventSender {
  private readonly sequences = new Map<string, number>();

  constructor(private readonly log: Pick<EventLog, 'append'>) {}

  async send(project: string, events: readonly Sent[]): Promise<void> {
    const records = events.map((event) => {
      const outbox = event(project);
      const place = `${outbox.partition} ${outbox.topic}`;
      const sequence = (this.sequences.get(place) ?? 0) + 1;
      this.sequences.set(place, sequence);
      return recordOf(outbox, sequence);
    });
    await this.log.append(records);
  }
}

/** What was published of a project to a topic so far, in order, once `isThere` by the types. */
export async function publishedTo(
  log: Pick<EventLog, 'subscribe'>,
  topic: string,
  project: string,
  isThere: (types: string[]) => boolean,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const subscription = await log.subscribe({
    group: `spec ${eventId(topic, project, String(isThere), Math.random())}`,
    topics: [topic],
    positions: async () => new Map(),
    async eachBatch(batch) {
      records.push(
        ...batch.records.filter((record) => record.key === project || record.key?.startsWith(`${project}/`)),
      );
    },
    onCrash: (error) => {
      throw error;
    },
  });
  const types = () => records.map((record) => record.headers['ce_type']!);
  try {
    await eventually(
      () => isThere(types()),
      () => `events of ${project} on ${topic}: ${types().join(', ')}`,
    );
  } finally {
    await subscription.stop();
  }
  return records;
}
