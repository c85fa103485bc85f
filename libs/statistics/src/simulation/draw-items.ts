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

/** The items of a population, as columns: an object for each of a million would be ten times the memory. */
export class SimulatedItems implements Iterable<SimulatedItem> {
  readonly length: number;
  private readonly truth: Int32Array;
  private readonly lure: Int32Array;
  private readonly subtype: Int32Array;
  private readonly difficulty: Float64Array;
  private readonly labels: Int32Array;
  private readonly misleading: Uint8Array;
  private readonly gold: Uint8Array;
  private readonly width: number;

  /** @param like index of the label most like each label. */
  constructor(
    items: number,
    private readonly like: readonly number[],
  ) {
    this.length = items;
    this.width = String(items).length;
    this.truth = new Int32Array(items);
    this.lure = new Int32Array(items);
    this.subtype = new Int32Array(items);
    this.difficulty = new Float64Array(items);
    this.labels = new Int32Array(items);
    this.misleading = new Uint8Array(items);
    this.gold = new Uint8Array(items);
  }

  set(t: number, item: Omit<SimulatedItem, 'name' | 'like'>): void {
    this.truth[t] = item.truth;
    this.lure[t] = item.lure;
    this.subtype[t] = item.subtype;
    this.difficulty[t] = item.difficulty;
    this.labels[t] = item.labels;
    this.misleading[t] = Number(item.misleading);
    this.gold[t] = Number(item.gold);
  }

  /** Item t, from 0. */
  at(t: number): SimulatedItem {
    const truth = this.truth[t]!;
    return {
      name: `i${String(t + 1).padStart(this.width, '0')}`,
      truth,
      lure: this.lure[t]!,
      like: this.like[truth]!,
      misleading: this.misleading[t] === 1,
      subtype: this.subtype[t]!,
      difficulty: this.difficulty[t]!,
      labels: this.labels[t]!,
      gold: this.gold[t] === 1,
    };
  }

  *[Symbol.iterator](): Generator<SimulatedItem> {
    for (let t = 0; t < this.length; t++) yield this.at(t);
  }
}

/** Draws the items of a population. */
export function drawItems(population: Population, throws: Dice): SimulatedItems {
  const K = population.labels.length;
  const shares = population.shares ?? new Array<number>(K).fill(1);
  const workers = population.workers.reduce((sum, { count }) => sum + count, 0);
  const like = Array.from({ length: K }, (_, k) => (k + 1 + throws.below(K - 1)) % K);
  const hard = Array.from({ length: K }, () => (population.labelDifficulty ?? 0) * throws.normal());
  const items = new SimulatedItems(population.items, like);
  for (let t = 0; t < items.length; t++) {
    const truth = throws.weighted(shares);
    items.set(t, {
      truth,
      lure: (truth + 1 + throws.below(K - 1)) % K,
      misleading: throws.uniform() < (population.misleading ?? 0),
      difficulty: hard[truth]! + (population.difficulty ?? 0) * throws.normal(),
      labels: Math.min(workers, integerIn(population.labelsPerItem, throws)),
      gold: throws.uniform() < (population.gold ?? 0),
      subtype: population.subtypes ? throws.below(population.subtypes) : 0,
    });
  }
  return items;
}

function integerIn(range: number | Range, throws: Dice): number {
  return typeof range === 'number' ? range : range.least + throws.below(range.most - range.least + 1);
}
