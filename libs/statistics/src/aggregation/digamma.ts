/** Digamma function for x > 0, to 1e-12: recurrence up to 6, then the asymptotic series (Abramowitz and Stegun 6.3.18). */
export function digamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 6; z++) shift -= 1 / z;
  const y = 1 / (z * z);
  const series =
    y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y * (5 / 660 - y * (691 / 32_760 - y / 12))))));
  return shift + Math.log(z) - 1 / (2 * z) - series;
}
