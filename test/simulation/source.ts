import { annotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import { type OutgoingRecord } from '@assay/platform/event-log/event-log';
import { eventId } from '@assay/platform/transport/event-id';
import { outboxEvent, recordOf } from '@assay/platform/transport/wire';
import { UNBEARABLE } from './counting-service';
import { type Schedule } from './schedule';

/** Items whose key, `rte/ITEM`, falls into the lane (`partitionOf` of 12). */
const ITEMS: Record<number, readonly string[]> = { 0: ['3', '10'], 1: ['14', '23'], 2: ['2', '27'], 3: ['11', '25'] };
export const LANES = Object.keys(ITEMS).map(Number);
const FEWEST = 6;
const MOST = 14;
/** In permille of events: no JSON; what the handler cannot bear. */
const POISON = 20;
const TOO_MUCH = 20;
/** In permille of appends: said again, with the same numbers, as by a relay that was killed before it could forget. */
const AGAIN = 250;

/** What another service publishes, one append after the other. */
export function sourceOf(schedule: Schedule): OutgoingRecord[][] {
  const sequences = new Map<number, number>();
  const records = Array.from({ length: FEWEST + schedule.below(MOST - FEWEST) }, (_none, index) => {
    const lane = schedule.pick(LANES);
    const sequence = (sequences.get(lane) ?? 0) + 1;
    sequences.set(lane, sequence);
    const data = {
      ...{ project: 'rte', item: schedule.pick(ITEMS[lane]!), worker: '00000000-0000-5000-8000-000000000001' },
      ...{ role: 'human' as const, occasion: 0, revision: 0, schemaVersion: 1, labels: { label: '1' } },
      order: schedule.happens(TOO_MUCH) ? UNBEARABLE : index,
    };
    const time = '2026-01-01T00:00:00.000Z';
    const event = outboxEvent(annotationSubmitted, '/assay/ingestion', eventId('simulated', index), data, time);
    const record = recordOf(event, sequence);
    return schedule.happens(POISON) ? { ...record, value: Buffer.from('{') } : record;
  });
  const appends: OutgoingRecord[][] = [];
  for (let at = 0; at < records.length;) {
    const next = records.slice(at, at + 1 + schedule.below(4));
    appends.push(next);
    if (schedule.happens(AGAIN)) appends.push(next);
    at += next.length;
  }
  return appends;
}
