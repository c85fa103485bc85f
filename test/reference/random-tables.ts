import { dice, type Dice } from '../../libs/statistics/src/simulation/random';

/** Ratings of a question with an order, a row a worker, a column an item. */
export interface RatingTable {
  /** What the labels are worth, in order; not below 0. */
  values: number[];
  /** Index of the label; null where the worker did not label the item. */
  ratings: (number | null)[][];
}

const SHAPES = ['gaps', 'gaps', 'gaps', 'full', 'sparse', 'few labels used', 'all equal', 'one item', 'no overlap', 'opposite'] as const; // prettier-ignore

/** Tables of 2 to 8 workers, 1 to 40 items and 2 to 6 labels, the same for the same seed; each tenth is of each shape above, the degenerate ones too. */
export function randomTables(count: number, seed: number): RatingTable[] {
  const random = dice(seed);
  return Array.from({ length: count }, (_, i) => randomTable(SHAPES[i % SHAPES.length]!, random));
}

function randomTable(shape: (typeof SHAPES)[number], random: Dice): RatingTable {
  const upTo = (least: number, most: number) => least + Math.floor(random.uniform() * (most - least + 1));
  const K = upTo(2, 6);
  const workers = upTo(2, 8);
  const items = shape === 'one item' ? 1 : upTo(2, 40);
  // Every third question has labels at uneven distances, from 0.
  const uneven = random.uniform() < 1 / 3;
  const values = Array.from({ length: K }, (_, k) => (uneven ? (k * (k + 1)) / 2 : k + 1));
  const used = shape === 'few labels used' ? Math.min(K, 2) : K;
  const accuracy = random.uniform();
  const gap = { gaps: upTo(1, 6) / 10, sparse: 0.85 }[shape as string] ?? 0;
  const truths = Array.from({ length: items }, () => upTo(0, used - 1));
  const ratings = Array.from({ length: workers }, (_, w) =>
    truths.map((truth, t) => {
      if (shape === 'all equal') return K - 1;
      if (shape === 'no overlap') return t % workers === w ? truth : null;
      if (shape === 'opposite') return w % 2 === 0 ? 0 : K - 1;
      if (random.uniform() < gap) return null;
      return random.uniform() < accuracy ? truth : upTo(0, used - 1);
    }),
  );
  return { values, ratings };
}
