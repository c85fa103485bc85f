/**
 * Whether an error may pass by itself, so that the whole batch is tried again: the connection, a serialization failure or deadlock,
 * a lock that could not be had, an operator's intervention, resources that ran out. Everything else is of the event's own making.
 */
export function isTransient(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause ?? driverErrorOf(cause)) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (typeof code === 'string' && (TRANSIENT_SQLSTATE.test(code) || TRANSIENT_SYSTEM.has(code))) return true;
    // pg has no code for these.
    if (
      /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/.test(
        cause.message,
      )
    ) {
      return true;
    }
  }
  return false;
}

/** 08 connection, 25P03 idle in transaction too long, 40 rollback, 53 resources, 55P03 lock not available, 57P intervention, 58 system. */
const TRANSIENT_SQLSTATE = /^(08...|25P0[34]|40001|40P01|53...|55P03|57P0[1-5]|57014|58...)$/;
const TRANSIENT_SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** TypeORM wraps what pg throws. */
function driverErrorOf(error: Error): unknown {
  return (error as { driverError?: unknown }).driverError === error
    ? undefined
    : (error as { driverError?: unknown }).driverError;
}

/** An error's message with those of its causes, for logs. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}
