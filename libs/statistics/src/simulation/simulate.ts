import { checkPopulation } from './check-population';
import { drawItems, type SimulatedItem, type SimulatedItems } from './draw-items';
import { drawWorkers, labelBy, type SimulatedWorker } from './draw-workers';
import { type Population } from './population';
import { dice, type Dice } from './random';

/** One simulated label, in the order of occurrence. */
export interface SimulatedLabel {
  item: string;
  worker: string;
  label: string;
  /** 0 for the first time, 1 for a blind repeat. */
  occasion: number;
  /** Time that the worker took. */
  seconds: number;
}

export interface Simulation {
  labels: SimulatedLabel[];
  /** Truth of every item. */
  truth: Map<string, string>;
  /** Truth of the gold items. */
  gold: Map<string, string>;
  workers: { worker: string; behaviour: string; accuracy: number; copiesFrom?: string }[];
}

/** A population while it is played. */
export interface Play {
  items: SimulatedItems;
  workers: readonly SimulatedWorker[];
  /** The labels in the order of occurrence, made while they are read: once. */
  labels: Iterable<SimulatedLabel>;
}

/**
 * Plays a population: items come one after the other, each is labelled by distinct workers drawn by their activity. Copiers see only items
 * that the worker they copy from has labelled. The same description gives the same labels.
 * @throws RangeError where the description cannot be played.
 */
export function simulate(population: Population): Simulation {
  const { items, workers, labels } = playPopulation(population);
  const truth = new Map<string, string>();
  const gold = new Map<string, string>();
  for (const item of items) {
    truth.set(item.name, population.labels[item.truth]!);
    if (item.gold) gold.set(item.name, population.labels[item.truth]!);
  }
  return {
    labels: [...labels],
    truth,
    gold,
    workers: workers.map(({ name, group, accuracy, copiesFrom }) => ({
      worker: name,
      behaviour: group.behaviour,
      accuracy,
      ...(copiesFrom ? { copiesFrom: copiesFrom.name } : {}),
    })),
  };
}

/** The same, label by label, so that millions of them need no memory. @throws RangeError where the description cannot be played. */
export function playPopulation(population: Population): Play {
  checkPopulation(population);
  const throws = dice(population.seed);
  const items = drawItems(population, throws);
  const workers = drawWorkers(population, throws);
  return { items, workers, labels: labelsOf(items, workers, population, throws) };
}

function* labelsOf(
  items: SimulatedItems,
  workers: readonly SimulatedWorker[],
  population: Population,
  throws: Dice,
): Generator<SimulatedLabel> {
  const choose = chooser(workers, throws);
  const given = population.repeats ? new Given(items, workers) : undefined;
  let t = 0;
  for (const item of items) {
    const said = new Map<SimulatedWorker, number>();
    for (const worker of choose(item.labels)) {
      const label = labelBy(worker, item, population, throws, worker.copiesFrom && said.get(worker.copiesFrom));
      said.set(worker, label);
      given?.add(t, worker);
      yield annotation(item, worker, population.labels[label]!, 0, throws);
    }
    t++;
  }
  // Some are asked again, with `repeats` of the labels as the chance of each, after everything else.
  for (const [of, worker] of given ?? []) {
    if (throws.uniform() >= population.repeats!) continue;
    const item = items.at(of);
    yield annotation(item, worker, population.labels[labelBy(worker, item, population, throws)]!, 1, throws);
  }
}

/** Who labelled what, in order. */
class Given implements Iterable<[item: number, worker: SimulatedWorker]> {
  private readonly item: Int32Array;
  private readonly worker: Int32Array;
  private readonly place: Map<SimulatedWorker, number>;
  private length = 0;

  constructor(
    items: SimulatedItems,
    private readonly workers: readonly SimulatedWorker[],
  ) {
    let labels = 0;
    for (const item of items) labels += item.labels;
    this.item = new Int32Array(labels);
    this.worker = new Int32Array(labels);
    this.place = new Map(workers.map((worker, w) => [worker, w]));
  }

  add(item: number, worker: SimulatedWorker): void {
    this.item[this.length] = item;
    this.worker[this.length++] = this.place.get(worker)!;
  }

  *[Symbol.iterator](): Generator<[number, SimulatedWorker]> {
    for (let i = 0; i < this.length; i++) yield [this.item[i]!, this.workers[this.worker[i]!]!];
  }
}

function annotation(
  item: SimulatedItem,
  worker: SimulatedWorker,
  label: string,
  occasion: number,
  throws: Dice,
): SimulatedLabel {
  // Times of people are log-normal, roughly; the spread of .4 is that of one person on alike items.
  const seconds = Math.round(10 * worker.seconds * Math.exp(0.4 * throws.normal() + 0.15 * item.difficulty)) / 10;
  return { item: item.name, worker: worker.name, label, occasion, seconds };
}

/** Draws distinct workers by activity; the worker that a chosen copier copies from comes along, and first. */
function chooser(workers: readonly SimulatedWorker[], throws: Dice) {
  const cumulative = new Float64Array(workers.length);
  let total = 0;
  workers.forEach((worker, i) => (cumulative[i] = total += worker.activity));
  const draw = () => {
    const at = throws.uniform() * total;
    let low = 0;
    let high = workers.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return workers[low]!;
  };
  return (count: number): SimulatedWorker[] => {
    const chosen = new Set<SimulatedWorker>();
    // When most workers are chosen already, or a few do nearly all work, drawing again and again would take for ever: take the rest in turn.
    for (let tries = 0; chosen.size < count && tries < 50 * count; tries++) {
      const worker = draw();
      if (worker.copiesFrom && chosen.size + 1 < count) chosen.add(worker.copiesFrom);
      if (!worker.copiesFrom || chosen.has(worker.copiesFrom)) chosen.add(worker);
    }
    for (let i = 0; chosen.size < count && i < workers.length; i++) chosen.add(workers[i]!);
    return [...chosen].sort((a, b) => Number(a.copiesFrom !== undefined) - Number(b.copiesFrom !== undefined));
  };
}
