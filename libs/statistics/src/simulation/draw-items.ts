import { type Population, type Range } from './population';
import { type Dice } from './random';

export interface SimulatedItem {
  name: string;
  /** Index of the right label. */
  truth: number;
  /** Index of the wrong label that draws errors. */
  lure: number;
  /** Index of the label most like the true one. */
  like: number;
  misleading: boolean;
  /** Which kind of item it is; 0 where there are none. */
  subtype: number;
  /** In log odds; 0 is ordinary, above is harder. */
  difficulty: number;
  /** How many labels it gets. */
  labels: number;
  gold: boolean;
}

/** Draws the items of a population. */
export function drawItems(population: Population, throws: Dice): SimulatedItem[] {
  const K = population.labels.length;
  const shares = population.shares ?? new Array<number>(K).fill(1);
  const workers = population.workers.reduce((sum, { count }) => sum + count, 0);
  const like = Array.from({ length: K }, (_, k) => (k + 1 + throws.below(K - 1)) % K);
  const hard = Array.from({ length: K }, () => (population.labelDifficulty ?? 0) * throws.normal());
  const width = String(population.items).length;
  return Array.from({ length: population.items }, (_, i) => {
    const truth = throws.weighted(shares);
    return {
      name: `i${String(i + 1).padStart(width, '0')}`,
      truth,
      lure: (truth + 1 + throws.below(K - 1)) % K,
      like: like[truth]!,
      misleading: throws.uniform() < (population.misleading ?? 0),
      difficulty: hard[truth]! + (population.difficulty ?? 0) * throws.normal(),
      labels: Math.min(workers, integerIn(population.labelsPerItem, throws)),
      gold: throws.uniform() < (population.gold ?? 0),
      subtype: population.subtypes ? throws.below(population.subtypes) : 0,
    };
  });
}

function integerIn(range: number | Range, throws: Dice): number {
  return typeof range === 'number' ? range : range.least + throws.below(range.most - range.least + 1);
}
