import { type SimulatedItem } from './draw-items';
import { DEFAULT_ACCURACY, type Population, type Range, type WorkerGroup } from './population';
import { type Dice } from './random';

export interface SimulatedWorker {
  name: string;
  group: WorkerGroup;
  accuracy: number;
  /** What each kind of item adds to their log odds of being right; empty where there are no kinds. */
  skills: number[];
  /** Weight in the draw of who labels an item. */
  activity: number;
  /** Labels that this worker will give, as expected; drifting begins after a share of them. */
  expectedLabels: number;
  /** Labels given so far. */
  given: number;
  /** Median time a label. */
  seconds: number;
  /** Index of the label of a spammer, a biased worker or the first of the two that a swapper confuses; -1 is any. */
  favourite: number;
  /** The other label that a swapper confuses. */
  other: number;
  copiesFrom?: SimulatedWorker;
}

/** Draws the workers of a population, in random order of activity. */
export function drawWorkers(population: Population, throws: Dice): SimulatedWorker[] {
  const groups = population.workers.flatMap((group) => new Array<WorkerGroup>(group.count).fill(group));
  for (let i = groups.length - 1; i > 0; i--) {
    const j = throws.below(i + 1);
    [groups[i], groups[j]] = [groups[j]!, groups[i]!];
  }
  const width = String(groups.length).length;
  const weights = groups.map((_, rank) => (rank + 1) ** -(population.activity ?? 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const perItem = population.labelsPerItem;
  const labels = population.items * (typeof perItem === 'number' ? perItem : (perItem.least + perItem.most) / 2);
  const workers = groups.map((group, rank): SimulatedWorker => ({
    name: `w${String(rank + 1).padStart(width, '0')}`,
    group,
    accuracy: numberIn(group.accuracy ?? DEFAULT_ACCURACY[group.behaviour], throws),
    activity: weights[rank]!,
    expectedLabels: (labels * weights[rank]!) / total,
    given: 0,
    seconds:
      (group.seconds ?? (group.behaviour === 'spammer' || group.behaviour === 'careless' ? 5 : 15)) *
      Math.exp(0.3 * throws.normal()),
    ...favouritesOf(group, population.labels, throws),
    skills: Array.from({ length: population.subtypes ?? 0 }, () => throws.normal()),
  }));
  const models = workers.filter(({ group }) => group.behaviour === 'honest');
  for (const worker of workers) {
    if (worker.group.behaviour !== 'copying') continue;
    if (models.length === 0)
      throw new RangeError('a copying worker has nobody to copy from: expected an honest worker');
    worker.copiesFrom = models[throws.below(models.length)]!;
  }
  return workers;
}

function favouritesOf(group: WorkerGroup, labels: string[], throws: Dice): { favourite: number; other: number } {
  const indexOf = (label: string) => {
    const k = labels.indexOf(label);
    if (k < 0) throw new RangeError(`label "${label}" of a ${group.behaviour}: expected one of ${labels.join(', ')}`);
    return k;
  };
  switch (group.behaviour) {
    case 'spammer':
      return { favourite: group.favourite === undefined ? -1 : indexOf(group.favourite), other: -1 };
    case 'biased':
      return {
        favourite: group.favourite === undefined ? throws.below(labels.length) : indexOf(group.favourite),
        other: -1,
      };
    case 'swapper': {
      const first = throws.below(labels.length);
      const second = (first + 1 + throws.below(labels.length - 1)) % labels.length;
      return group.swaps
        ? { favourite: indexOf(group.swaps[0]), other: indexOf(group.swaps[1]) }
        : { favourite: first, other: second };
    }
    default:
      return { favourite: -1, other: -1 };
  }
}

/**
 * What a worker says about an item: an index of the labels.
 * @param copied what the worker they copy from said about it, where that one did.
 */
export function labelBy(
  worker: SimulatedWorker,
  item: SimulatedItem,
  population: Population,
  throws: Dice,
  copied?: number,
): number {
  const { group } = worker;
  const K = population.labels.length;
  worker.given += 1;
  switch (group.behaviour) {
    case 'spammer':
      return worker.favourite < 0 ? throws.below(K) : worker.favourite;
    case 'biased':
      if (throws.uniform() < (group.strength ?? 0.4)) return worker.favourite;
      break;
    case 'copying':
      if (copied !== undefined && throws.uniform() < (group.strength ?? 0.8)) return copied;
      break;
    case 'swapper': {
      const seen = seenBy(worker, worker.accuracy, item, population, throws);
      return seen === worker.favourite ? worker.other : seen === worker.other ? worker.favourite : seen;
    }
    case 'drifting': {
      const late = worker.given > (group.after ?? 0.5) * worker.expectedLabels;
      return seenBy(worker, late ? (group.to ?? 0.6) : worker.accuracy, item, population, throws);
    }
    default:
      break;
  }
  return seenBy(worker, worker.accuracy, item, population, throws);
}

/** The label that a worker of this accuracy sees: the truth, the item's lure or any other. */
function seenBy(
  { skills }: SimulatedWorker,
  accuracy: number,
  item: SimulatedItem,
  population: Population,
  throws: Dice,
): number {
  const K = population.labels.length;
  // On a misleading item the lure takes the place of the truth.
  const target = item.misleading ? item.lure : item.truth;
  const away = item.misleading ? item.truth : item.lure;
  const odds = (accuracy / (1 - accuracy)) * Math.exp((skills[item.subtype] ?? 0) - item.difficulty);
  if (accuracy >= 1 || throws.uniform() < odds / (1 + odds)) return target;
  const kind = throws.uniform();
  if (kind < (population.lure ?? 0)) return away;
  if (kind < (population.lure ?? 0) + (population.likeness ?? 0)) return target === item.truth ? item.like : away;
  return (target + 1 + throws.below(K - 1)) % K;
}

function numberIn(range: number | Range, throws: Dice): number {
  return typeof range === 'number' ? range : range.least + (range.most - range.least) * throws.uniform();
}
