// What the stages of the pipeline bench read: one project's annotations.
import { annotationSubmitted } from '../../libs/contracts/src/annotation/annotation-submitted';
import { type Contract } from '../../libs/contracts/src/contract';
import { projectConfigured } from '../../libs/contracts/src/project/project-configured';
import { DEFAULT_POLICY } from '../../libs/contracts/src/project/project-defaults';
import { type OutgoingRecord } from '../../libs/platform/src/event-log/event-log';
import { eventId } from '../../libs/platform/src/transport/event-id';
import { outboxEvent, recordOf } from '../../libs/platform/src/transport/wire';

const PROJECT = 'stream';
const PER_ITEM = 5;
const WORKERS = 500;
const LABELS = ['a', 'b', 'c', 'd', 'e'];

/** Records with the numbers that ingestion gives: the next of each partition. */
export class NumberedRecords {
  /** @param last number of each partition of a topic, by "partition topic". */
  constructor(readonly last: Record<string, number> = {}) {}

  project(): OutgoingRecord {
    const questions = [{ name: 'label', kind: 'choice' as const, labels: LABELS }];
    const state = { project: PROJECT, title: PROJECT, questions, tracks: ['general'], revision: 1, schemaVersion: 1 };
    return this.next(projectConfigured, eventId('configured'), { ...state, policy: DEFAULT_POLICY });
  }

  /** The n-th label: workers are right three times of four. */
  annotation(n: number): OutgoingRecord {
    const item = Math.floor(n / PER_ITEM);
    const isRight = (n * 7919) % 100 < 75;
    const label = LABELS[(item + (isRight ? 0 : 1 + (n % (LABELS.length - 1)))) % LABELS.length]!;
    return this.next(annotationSubmitted, eventId('annotation', n), {
      ...{ project: PROJECT, item: `item ${item}`, worker: workerId(n), role: 'human' as const },
      ...{ occasion: 0, revision: 0, order: n, occurredAt: '2026-01-01T00:00:00.000Z' },
      ...{ schemaVersion: 1, labels: { label } },
    });
  }

  private next<T extends object>(contract: Contract<T>, id: string, data: T): OutgoingRecord {
    const event = outboxEvent(contract, `/assay/${contract.producers[0]}`, id, data, '2026-01-01T00:00:00.000Z');
    const place = `${event.partition} ${event.topic}`;
    return recordOf(event, (this.last[place] = (this.last[place] ?? 0) + 1));
  }
}

const workerIds = Array.from({ length: WORKERS }, (_none, worker) => eventId('worker', worker));

/** Five labels of an item are of five workers. */
function workerId(n: number): string {
  return workerIds[(Math.floor(n / PER_ITEM) * 7 + (n % PER_ITEM) * 101) % WORKERS]!;
}
