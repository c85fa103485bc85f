import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';

/** A share with its interval. */
export interface Share {
  value: number;
  low: number;
  high: number;
}

export interface BetaOptions {
  /** Counts taken to have been seen before the first; default 0.5 and 0.5 (Jeffreys). */
  prior?: { right: number; wrong: number };
  /** Mass of the interval; default 0.95. */
  mass?: number;
}

/**
 * Posterior mean and equal-tailed interval of a share, from counts of right and wrong, which may be fractional (expected counts). Jeffreys' prior
 * makes the interval cover its mass on average over shares (Brown, Cai and DasGupta 2001); where nothing, or all, was right, the end of the
 * interval is 0, or 1, as there.
 */
export function betaInterval(right: number, wrong: number, options: BetaOptions = {}): Share {
  const prior = options.prior ?? { right: 0.5, wrong: 0.5 };
  const tail = (1 - (options.mass ?? 0.95)) / 2;
  const a = right + prior.right;
  const b = wrong + prior.wrong;
  return {
    value: a / (a + b),
    low: right === 0 ? 0 : betaQuantile(tail, a, b),
    high: wrong === 0 ? 1 : betaQuantile(1 - tail, a, b),
  };
}
