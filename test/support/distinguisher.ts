import { type Dice } from '../../libs/statistics/src/simulation/random';

/** Something that was seen, as numbers, and what it was in truth. */
export interface Observation {
  features: readonly number[];
  isPositive: boolean;
  /** Of what it was seen: what is seen of the same thing twice is alike, and is no second piece of evidence. */
  of: string;
}

const ROUNDS = 60;
const LEARNING_RATE = 0.3;
/** Places at which a feature may be split: quantiles. */
const SPLITS = 24;

interface Stump {
  feature: number;
  at: number;
  below: number;
  above: number;
}

/**
 * How well what was seen tells positives from the rest: area under the curve of boosted stumps (log loss), each half of the observations
 * judged by what was learnt from the other. 0.5 is chance, 1 is certainty.
 */
export function distinguish(observations: readonly Observation[]): number {
  const halves = [0, 1].map((parity) => observations.filter((_, index) => index % 2 === parity));
  const areas = halves.map((half, index) => {
    const model = boost(halves[1 - index]!);
    return areaUnderCurve(half.map(({ features, isPositive }) => ({ score: scoreOf(model, features), isPositive })));
  });
  return (areas[0]! + areas[1]!) / 2;
}

/**
 * What `distinguish` finds where there is nothing to find: a mean and a standard deviation over relabelings, each of which deals the truth out
 * anew among the things that were seen (a permutation test; a thing keeps one truth however often it is seen).
 */
export function distinguishByChance(
  observations: readonly Observation[],
  { relabelings, throws }: { relabelings: number; throws: Dice },
): { mean: number; deviation: number } {
  const truths = new Map(observations.map(({ of, isPositive }) => [of, isPositive]));
  const things = [...truths.keys()];
  const areas = Array.from({ length: relabelings }, () => {
    const deal = things.map((thing) => ({ place: throws.uniform(), thing })).sort((a, b) => a.place - b.place);
    const dealt = new Map([...truths.values()].map((truth, index) => [deal[index]!.thing, truth]));
    return distinguish(observations.map((one) => ({ ...one, isPositive: dealt.get(one.of)! })));
  });
  const mean = areas.reduce((sum, area) => sum + area, 0) / relabelings;
  const squares = areas.reduce((sum, area) => sum + (area - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (relabelings - 1)) };
}

/** Probability that a positive scores higher than another, ties as half (Mann and Whitney). */
export function areaUnderCurve(scored: readonly { score: number; isPositive: boolean }[]): number {
  const sorted = [...scored].sort((a, b) => a.score - b.score);
  let ranks = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (end < sorted.length && sorted[end]!.score === sorted[start]!.score) end++;
    const rank = (start + end + 1) / 2;
    for (let i = start; i < end; i++) if (sorted[i]!.isPositive) ranks += rank;
    start = end;
  }
  const positives = sorted.filter(({ isPositive }) => isPositive).length;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (sorted.length - positives));
}

function boost(observations: readonly Observation[]): { base: number; stumps: Stump[] } {
  const [all, positives] = [observations.length, observations.filter(({ isPositive }) => isPositive).length];
  if (positives === 0 || positives === all) {
    throw new Error(`${all} observations of which ${positives} are positive: some of each kind are needed`);
  }
  const share = positives / all;
  const base = Math.log(share / (1 - share));
  const scores = observations.map(() => base);
  const stumps: Stump[] = [];
  const splits = splitsOf(observations);
  for (let round = 0; round < ROUNDS; round++) {
    const gradients = observations.map(({ isPositive }, i) => Number(isPositive) - 1 / (1 + Math.exp(-scores[i]!)));
    const stump = bestStump(observations, gradients, splits, share * (1 - share));
    if (!stump) break;
    stumps.push(stump);
    observations.forEach(({ features }, i) => (scores[i]! += valueOf(stump, features)));
  }
  return { base, stumps };
}

function splitsOf(observations: readonly Observation[]): number[][] {
  const count = observations[0]?.features.length ?? 0;
  return Array.from({ length: count }, (_, feature) => {
    const values = observations.map(({ features }) => features[feature]!).sort((a, b) => a - b);
    const quantiles = Array.from(
      { length: SPLITS },
      (__, k) => values[Math.floor(((k + 1) * values.length) / (SPLITS + 1))]!,
    );
    return [...new Set(quantiles)];
  });
}

/** The split whose two sides take away most of the gradient, shrunk by a prior of ten observations. */
function bestStump(
  observations: readonly Observation[],
  gradients: readonly number[],
  splits: readonly number[][],
  variance: number,
): Stump | undefined {
  const total = gradients.reduce((sum, one) => sum + one, 0);
  let best: (Stump & { gain: number }) | undefined;
  splits.forEach((places, feature) => {
    for (const at of places) {
      let [sum, count] = [0, 0];
      observations.forEach(({ features }, i) => {
        if (features[feature]! > at) return;
        sum += gradients[i]!;
        count++;
      });
      const step = (part: number, size: number) => part / (size + 10) / variance;
      const others = observations.length - count;
      const gain = sum ** 2 / (count + 10) + (total - sum) ** 2 / (others + 10);
      if (best && gain <= best.gain) continue;
      best = {
        ...{ gain, feature, at, below: LEARNING_RATE * step(sum, count) },
        above: LEARNING_RATE * step(total - sum, others),
      };
    }
  });
  return best;
}

function valueOf({ feature, at, below, above }: Stump, features: readonly number[]): number {
  return features[feature]! <= at ? below : above;
}

function scoreOf({ base, stumps }: { base: number; stumps: readonly Stump[] }, features: readonly number[]): number {
  return stumps.reduce((sum, stump) => sum + valueOf(stump, features), base);
}
