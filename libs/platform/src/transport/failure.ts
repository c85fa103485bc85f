import { type DeadLetterReason } from '@assay/contracts/deadletter/event-dead-lettered';

/** Why an event could not be applied. Operators read it: no value of the event is in the detail. */
export interface Failure {
  reason: DeadLetterReason;
  detail: string;
}

/** What a handler threw, as the reason of a dead letter. */
export function failureOf(error: unknown): Failure {
  return { reason: 'handler_failed', detail: withoutValues(error) };
}

/** PostgreSQL and JSON.parse quote what they were given, which may be a label or a name: of them only the kind of error stays. */
function withoutValues(error: unknown): string {
  // By shape: an error of Node's own is no `Error` of another realm, such as jest's.
  const { name, message, cause, driverError } = (error ?? {}) as Record<string, unknown>;
  const { code, table, column, constraint } = (driverError ?? error ?? {}) as Record<string, unknown>;
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) {
    const place = [table, column, constraint].filter((part) => typeof part === 'string').join(', ');
    return `PostgreSQL refused it with ${code}${place === '' ? '' : ` (${place})`}`;
  }
  if (name === 'SyntaxError') return 'SyntaxError';
  if (typeof message !== 'string') return String(name ?? typeof error);
  return cause === undefined ? message : `${message}: ${withoutValues(cause)}`;
}
