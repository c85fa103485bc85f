/** The sequential test of a worker on gold: is the accuracy `target` or better, or `reject` or worse? */
export interface GoldTestPolicy {
  /** p0. */
  target: number;
  /** p1, under the target. */
  reject: number;
  /** Chance of suspending a worker at the target; default .005. */
  falseAlarm?: number;
  /** Chance of clearing a worker at `reject`; default .10. */
  miss?: number;
  /** Gold checks after which an undecided test ends undecided; default 200. */
  most?: number;
}

/**
 *   open       the evidence is not enough yet
 *   suspend    accuracy is below the target
 *   clear      accuracy is above `reject`
 *   undecided  truncated: the worker is between the two, which is no finding
 */
export type GoldTestStatus = 'open' | 'suspend' | 'clear' | 'undecided';

export interface GoldTest {
  status: GoldTestStatus;
  /** Checks looked at: the first crossing ends the test. */
  checks: number;
  /** Log-likelihood ratio of `reject` against `target` where the test stands. */
  statistic: number;
  /** Suspend at or above, clear at or below. */
  suspendAt: number;
  clearAt: number;
}

/**
 * Wald's sequential probability ratio test (1947, Sequential Analysis), truncated, over the checks in the order of occurrence: a function of
 * the checks, so a late or corrected one is simply tested again. Truncation accuses nobody, so it only lowers the chance of a false alarm.
 * Thresholds log((1 - miss) / falseAlarm) and log(miss / (1 - falseAlarm)).
 */
export function goldTest(outcomes: Iterable<boolean>, policy: GoldTestPolicy): GoldTest {
  const { suspendAt, clearAt, whenRight, whenWrong, most } = stepsOf(policy);
  let statistic = 0;
  let checks = 0;
  const at = (status: GoldTestStatus): GoldTest => ({ status, checks, statistic, suspendAt, clearAt });
  for (const right of outcomes) {
    if (checks === most) return at('undecided');
    checks += 1;
    statistic += right ? whenRight : whenWrong;
    if (statistic >= suspendAt) return at('suspend');
    if (statistic <= clearAt) return at('clear');
  }
  return at(checks === most ? 'undecided' : 'open');
}

function stepsOf({ target, reject, falseAlarm = 0.005, miss = 0.1, most = 200 }: GoldTestPolicy) {
  if (!(0 < reject && reject < target && target < 1)) {
    throw new RangeError(`gold target ${target} and reject ${reject}: expected 0 < reject < target < 1`);
  }
  return {
    suspendAt: Math.log((1 - miss) / falseAlarm),
    clearAt: Math.log(miss / (1 - falseAlarm)),
    whenRight: Math.log(reject / target),
    whenWrong: Math.log((1 - reject) / (1 - target)),
    most,
  };
}

/** What a gold test does to a worker of some accuracy, exactly. */
export interface GoldTestPrice {
  suspended: number;
  cleared: number;
  undecided: number;
  /** Gold checks used on average. */
  checks: number;
}

/** The chances of each end of a gold test at an accuracy, and the gold it needs, by going through all counts of wrong answers. */
export function priceOfGoldTest(accuracy: number, policy: GoldTestPolicy): GoldTestPrice {
  const { suspendAt, clearAt, whenRight, whenWrong, most } = stepsOf(policy);
  const price: GoldTestPrice = { suspended: 0, cleared: 0, undecided: 0, checks: 0 };
  // open[w] = probability that the test is still open with w wrong answers.
  let open = new Float64Array(most + 2);
  open[0] = 1;
  for (let check = 1; check <= most; check++) {
    const next = new Float64Array(most + 2);
    for (let wrong = 0; wrong < check; wrong++) {
      next[wrong]! += open[wrong]! * accuracy;
      next[wrong + 1]! += open[wrong]! * (1 - accuracy);
    }
    for (let wrong = 0; wrong <= check; wrong++) {
      const statistic = wrong * whenWrong + (check - wrong) * whenRight;
      const ended =
        statistic >= suspendAt
          ? 'suspended'
          : statistic <= clearAt
            ? 'cleared'
            : check === most
              ? 'undecided'
              : undefined;
      if (ended === undefined) continue;
      price[ended] += next[wrong]!;
      price.checks += check * next[wrong]!;
      next[wrong] = 0;
    }
    open = next;
  }
  return price;
}
