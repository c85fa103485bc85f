/** Runs one at a time; calls while it runs are one more run after it, for which all of them wait. */
export function coalesced(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = (): Promise<void> => {
    if (next) return next;
    if (!running) {
      running = work().finally(() => (running = undefined));
      return running;
    }
    // What failed was told to those who asked for it.
    next = running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return run();
      });
    return next;
  };
  return run;
}
