import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '@assay/platform/postgres/transient-error';
import { messageOf } from '@assay/platform/transport/message-of';
import { CliError, EXIT } from './cli-error';

/** How long a start waits for what it needs, and how often it looks. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 500;

/** 28 a wrong user or password, 42501 a user who may not do that. */
const refusal = /^(28...|42501)$/;

/**
 * Does what needs something that may not be there yet, or not just now, again until it is done.
 * @throws CliError 5 where it is not there after a minute, 4 where PostgreSQL refuses this user.
 */
export async function patiently(what: string, say: (line: string) => void, work: () => Promise<void>): Promise<void> {
  const began = performance.now();
  let said = '';
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const reason = messageOf(error);
      if (refusal.test(String((error as { code?: unknown }).code)))
        throw new CliError(EXIT.refused, `${what} refuses: ${reason}`, { cause: error });
      if (!isTransient(error)) throw error;
      if (performance.now() - began > PATIENCE_MS) {
        const words = `${what} cannot be reached for ${PATIENCE_MS / 1000} s: ${reason}`;
        throw new CliError(EXIT.unreachable, words, { cause: error });
      }
      // Once for each reason.
      if (reason !== said) say(`waiting for ${what}: ${reason}`);
      said = reason;
    }
    await sleep(LOOK_MS);
  }
}
