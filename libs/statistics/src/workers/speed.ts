import { quantile } from '../agreement/bootstrap';
import { atLeast } from './binomial-test';

/** Time that a worker took for a label. */
export interface Timing {
  /** Index of the worker. */
  worker: number;
  seconds: number;
  /** What makes items alike in length; default all are. */
  kind?: string;
  /** Least time in which the item can be read; default a tenth of the median of its kind. */
  floor?: number;
}

export interface Speed {
  /** Index of the worker. */
  worker: number;
  labels: number;
  medianSeconds: number;
  /** Robust z of the worker's median log time within kinds, among workers: below 0 is fast. Fast is not bad: no finding by itself. */
  statistic: number;
  /** Labels given in less than the floor. */
  underFloor: number;
  /** Of "at most one label in ten is given faster than it can be read". */
  pValue: number;
}

/** Labels that anybody may give under the floor: a slip, a resubmission. */
const ALLOWED_UNDER_FLOOR = 0.1;

/** How fast each worker is, by rising index; workers without a timing are not there. Times of 0 or less count as a hundredth of a second. */
export function speeds(timings: readonly Timing[]): Speed[] {
  const medians = new Map<string, number>();
  for (const [kind, ofKind] of grouped(timings, ({ kind }) => kind ?? '')) {
    medians.set(kind, median(ofKind.map(logSeconds)));
  }
  const byWorker = [...grouped(timings, ({ worker }) => worker)].sort(([a], [b]) => a - b);
  const pace = byWorker.map(([, own]) =>
    median(own.map((timing) => logSeconds(timing) - medians.get(timing.kind ?? '')!)),
  );
  const middle = median(pace);
  const spread = 1.4826 * median(pace.map((value) => Math.abs(value - middle)));
  return byWorker.map(([worker, own], i) => {
    const floorOf = (timing: Timing) => timing.floor ?? Math.exp(medians.get(timing.kind ?? '')!) / 10;
    const underFloor = own.filter((timing) => countedSeconds(timing) < floorOf(timing)).length;
    return {
      worker,
      labels: own.length,
      medianSeconds: median(own.map(({ seconds }) => seconds)),
      statistic: spread > 0 ? (pace[i]! - middle) / spread : 0,
      underFloor,
      pValue: underFloor === 0 ? 1 : atLeast(underFloor, own.length, ALLOWED_UNDER_FLOOR),
    };
  });
}

function logSeconds(timing: Timing): number {
  return Math.log(countedSeconds(timing));
}

function countedSeconds({ seconds }: Timing): number {
  return Math.max(0.01, seconds);
}

function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

function grouped<T, K>(values: readonly T[], keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
