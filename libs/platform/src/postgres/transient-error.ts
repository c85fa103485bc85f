import { isStale } from './prepared';

// 08 connection, 25P03 idle in a transaction for too long, 40001 serialisation, 40P01 deadlock, 53 out of resources, 55P03 lock
// timeout, 57P0x shutdown, crash, restart.
const transientState = /^(08|25P03|40001|40P01|53|55P03|57P0)/;
// Containers have no name while they are started again.
const transientSystemError = /^(LOG_UNAVAILABLE|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND)/;
const lostConnection =
  /connection terminated|client was closed|not queryable|query read timeout|timeout exceeded when trying to connect/i;

/** Whether the same call may succeed later without any change: the connection, a lock, PostgreSQL or the event log failed, not what was asked. */
export function isTransient(error: unknown): boolean {
  // By shape: an error of Node's own is no `Error` of another realm, such as jest's.
  const { code, name, message, errors } = (error ?? {}) as Record<string, unknown>;
  // What TypeORM says of a connection that PostgreSQL closed under it.
  if (name === 'QueryRunnerAlreadyReleasedError' || name === 'QueryRunnerProviderAlreadyReleasedError') return true;
  if (isStale({ code, message })) return true;
  if (typeof code === 'string' && (transientState.test(code) || transientSystemError.test(code))) return true;
  if (Array.isArray(errors)) return errors.some(isTransient);
  return typeof message === 'string' && lostConnection.test(message);
}
