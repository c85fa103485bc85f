/**
 * Moments between which a process may be killed, stopped or slowed down:
 *   fetched    a batch has come from the log, nothing is done with it
 *   fenced     the transaction holds its lane and has moved its position
 *   applied    the handler has done its work
 *   outboxed   everything is written, nothing committed
 *   committed  PostgreSQL has committed, nobody knows it
 *   numbered   the relay has numbered what it publishes next
 *   published  the log has acknowledged it, the relay has not forgotten it
 *   recorded   a request is committed, and not yet answered
 *   migrating  the schema is half migrated
 */
export type Failpoint =
  'fetched' | 'fenced' | 'applied' | 'outboxed' | 'committed' | 'numbered' | 'published' | 'recorded' | 'migrating';

const armed = globalThis as { assayFailpoint?: (moment: Failpoint) => void };

/** Does nothing, unless a test has loaded `test/faults/arm.cjs` into this process. */
export function failpoint(moment: Failpoint): void {
  armed.assayFailpoint?.(moment);
}
