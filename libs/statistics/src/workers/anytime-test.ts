import betaCdf from '@stdlib/stats-base-dists-beta-cdf';

/**
 * Evidence against "right with at least the target's chance at every check", which may be looked at after every check for ever: an e-value, the
 * likelihood ratio of accuracies under the target, mixed over a uniform prior, against the target:
 * integral_0^target p^right (1 - p)^wrong dp / (target * target^right (1 - target)^wrong).
 *
 * Each ratio of the mixture is a supermartingale wherever the chance of being right is the target or more, so the chance that the e-value ever
 * reaches 1/a is at most a (Ville). Unlike Wald's test it names no second accuracy, and it never has to be cut short.
 */
export function evidenceBelow(target: number, right: number, wrong: number): number {
  const share = betaCdf(target, right + 1, wrong + 1);
  if (share === 0) return 0;
  const logBeta = logBetaOf(right + 1, wrong + 1);
  return Math.exp(Math.log(share) + logBeta - (right + 1) * Math.log(target) - wrong * Math.log1p(-target));
}

export interface AnytimeTest {
  /** 1 / the largest e-value so far: a p-value however often one looks. */
  pValue: number;
  /** Check at which the largest e-value was reached, from 1; 0 without checks. */
  at: number;
}

/** The anytime-valid p-value of "accuracy is at least the target" over the checks in the order of occurrence. */
export function anytimeTest(outcomes: Iterable<boolean>, target: number): AnytimeTest {
  let [right, wrong, check, at, most] = [0, 0, 0, 0, 1];
  for (const outcome of outcomes) {
    check += 1;
    if (outcome) right += 1;
    else wrong += 1;
    // Only a wrong answer can raise the evidence.
    const evidence = outcome ? 0 : evidenceBelow(target, right, wrong);
    if (evidence > most) [most, at] = [evidence, check];
  }
  return { pValue: 1 / most, at };
}

/**
 * An interval of the accuracy that may be looked at after every check: the accuracies p whose likelihood ratio against a uniform mixture,
 * B(right + 1, wrong + 1) / (p^right (1 - p)^wrong), is under 1/a. All of them together hold the true one with chance 1 - a.
 */
export function anytimeInterval(right: number, wrong: number, a = 0.05): { low: number; high: number } {
  const most = logBetaOf(right + 1, wrong + 1) + Math.log(a);
  const outside = (p: number) => rightLog(right, p) + rightLog(wrong, 1 - p) < most;
  const best = right + wrong === 0 ? 0.5 : right / (right + wrong);
  return { low: boundary(best, 0, outside), high: boundary(best, 1, outside) };
}

/** The point between one inside and one end where the likelihood falls outside; the end itself where it does not. */
function boundary(inside: number, end: number, outside: (p: number) => boolean): number {
  if (!outside(end)) return end;
  let [near, far] = [inside, end];
  for (let i = 0; i < 60; i++) {
    const middle = (near + far) / 2;
    if (outside(middle)) far = middle;
    else near = middle;
  }
  return near;
}

/** count * log(p), 0 where the count is 0. */
function rightLog(count: number, p: number): number {
  return count === 0 ? 0 : count * Math.log(p);
}

/** log B(a, b) for integers from 1: -log((a + b - 1) * binomial(a + b - 2, a - 1)). */
function logBetaOf(a: number, b: number): number {
  let sum = -Math.log(a + b - 1);
  for (let i = 1; i < Math.min(a, b); i++) sum -= Math.log((Math.max(a, b) - 1 + i) / i);
  return sum;
}
