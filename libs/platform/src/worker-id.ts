import { eventId } from './transport/event-id';

/** The worker (uuid v5) that a source calls `externalId`: user 1 of one tool is not user 1 of another. */
export function workerId(source: string, externalId: string): string {
  return eventId('worker', source, externalId);
}
