import { setTimeout as sleep } from 'node:timers/promises';

/** How long a client of Kafka may take to leave. */
export const LEAVE_MS = 5_000;

/** Waits for the end of work, whatever it comes to, and so many ms at the most. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([work.catch(() => undefined), late]);
  patience.abort();
}
