import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until a condition gives something that is not false, null or undefined, and returns it.
 * @param what the condition is about, for the error after `patience` ms (default a minute: the machine may be busy).
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  what: string | (() => string),
  patience = 60_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + patience;
  for (;;) {
    const value = await condition();
    if (value !== false && value != null) return value;
    if (Date.now() > end) throw new Error(`waited ${patience} ms for ${typeof what === 'string' ? what : what()}`);
    await sleep(5);
  }
}
