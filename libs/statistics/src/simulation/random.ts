import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded dice: the same seed, the same throws, on every machine. */
export interface Dice {
  /** At least 0, under 1. */
  uniform(): number;
  /** An integer from 0 up to but without `count`. */
  below(count: number): number;
  /** Standard normal. */
  normal(): number;
  /** An index with probability proportional to its weight. */
  weighted(weights: ArrayLike<number>): number;
}

export function dice(seed: number): Dice {
  const generator = xoroshiro128plus(seed);
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    below: (count) => uniformInt(generator, 0, count - 1),
    // Box-Muller; 1 - u keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    weighted(weights) {
      let total = 0;
      for (let i = 0; i < weights.length; i++) total += weights[i]!;
      let left = uniform() * total;
      for (let i = 0; i < weights.length - 1; i++) if ((left -= weights[i]!) < 0) return i;
      return weights.length - 1;
    },
  };
}
