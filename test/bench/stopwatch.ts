/**
 * Least seconds of processor time of so many runs, after one that warms up; and what the last gave. The clock would measure what else runs on the
 * machine. Collecting garbage in other threads counts.
 */
export function bestOf<Result>(times: number, work: () => Result): { seconds: number; result: Result } {
  let result = work();
  let seconds = Infinity;
  for (let run = 0; run < times; run++) {
    const started = process.cpuUsage();
    result = work();
    const { user, system } = process.cpuUsage(started);
    seconds = Math.min(seconds, (user + system) / 1e6);
  }
  return { seconds, result };
}

/** Seconds in three digits. */
export function inSeconds(seconds: number): string {
  return `${Number(seconds.toPrecision(3))} s`;
}

/** How many times as fast, in two digits. */
export function times(ratio: number): string {
  return `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)} times`;
}
