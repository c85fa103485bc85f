import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import tQuantile from '@stdlib/stats-base-dists-t-quantile';

/** The normal quantile at .975, and the normal density there. */
const NORMAL = 1.959963984540054;
const DENSITY = 0.05844506980503538;

/** From here the terms below leave 1e-14 of the quantile, and 2e-9 of the tail. */
const MANY = 1000;

/**
 * The quantile of Student's t at .975, by which a 95 % interval reaches to both sides; of many degrees of freedom by its expansion around the normal one
 * (Abramowitz and Stegun 1964, 26.7.5), since the 400 modules of stdlib's, which `.swcrc` has loaded at the first call, take a tenth of a second.
 */
export function tQuantile975(degrees: number): number {
  if (degrees < MANY) return tQuantile(0.975, degrees);
  const x = NORMAL;
  const terms = [
    (x ** 3 + x) / 4,
    (5 * x ** 5 + 16 * x ** 3 + 3 * x) / 96,
    (3 * x ** 7 + 19 * x ** 5 + 17 * x ** 3 - 15 * x) / 384,
    (79 * x ** 9 + 776 * x ** 7 + 1482 * x ** 5 - 1920 * x ** 3 - 945 * x) / 92160,
  ];
  return terms.reduceRight((sum, term) => (sum + term) / degrees, 0) + x;
}

/**
 * The share of resamples of n rows that the expanded percentiles of Hesterberg (2015, What teachers should know about the bootstrap) leave out on each side: the normal tail
 * beyond sqrt(n / (n - 1)) times the quantile of Student's t, so a little less than .025. Of many rows by its expansion around .025.
 */
export function expandedTail(rows: number): number {
  const reach = Math.sqrt(rows / (rows - 1)) * tQuantile975(rows - 1);
  if (rows < MANY) return normalCdf(-reach, 0, 1);
  const beyond = reach - NORMAL;
  return 0.025 - DENSITY * beyond * (1 - (NORMAL * beyond) / 2);
}
