import { drawItems, type SimulatedItem } from './draw-items';
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

/**
 * Plays a population: items come one after the other, each is labelled by distinct workers drawn by their activity. Copiers see only items
 * that the worker they copy from has labelled. The same description gives the same labels.
 * @throws RangeError where the description cannot be played.
 */
export function simulate(population: Population): Simulation {
  checkPopulation(population);
  const throws = dice(population.seed);
  const items = drawItems(population, throws);
  const workers = drawWorkers(population, throws);
  const labels: SimulatedLabel[] = [];
  const choose = chooser(workers, throws);
  for (const item of items) labelItem(item, choose(item.labels), population, throws, labels);
  repeatSome(labels, new Map(workers.map((worker) => [worker.name, worker])), items, population, throws);
  return {
    labels,
    truth: new Map(items.map((item) => [item.name, population.labels[item.truth]!])),
    gold: new Map(items.filter((item) => item.gold).map((item) => [item.name, population.labels[item.truth]!])),
    workers: workers.map(({ name, group, accuracy, copiesFrom }) => ({
      worker: name,
      behaviour: group.behaviour,
      accuracy,
      ...(copiesFrom ? { copiesFrom: copiesFrom.name } : {}),
    })),
  };
}

function labelItem(
  item: SimulatedItem,
  chosen: SimulatedWorker[],
  population: Population,
  throws: Dice,
  into: SimulatedLabel[],
) {
  const said = new Map<SimulatedWorker, number>();
  for (const worker of chosen) {
    const label = labelBy(worker, item, population, throws, worker.copiesFrom && said.get(worker.copiesFrom));
    said.set(worker, label);
    into.push(annotation(item, worker, population.labels[label]!, 0, throws));
  }
}

/** Asks some workers again, with `repeats` of the labels as the chance of each, after everything else. */
function repeatSome(
  labels: SimulatedLabel[],
  workers: Map<string, SimulatedWorker>,
  items: SimulatedItem[],
  population: Population,
  throws: Dice,
) {
  if (!population.repeats) return;
  const byName = new Map(items.map((item) => [item.name, item]));
  for (const { item: name, worker: who } of [...labels]) {
    if (throws.uniform() >= population.repeats) continue;
    const item = byName.get(name)!;
    const worker = workers.get(who)!;
    labels.push(annotation(item, worker, population.labels[labelBy(worker, item, population, throws)]!, 1, throws));
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
function chooser(workers: SimulatedWorker[], throws: Dice) {
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

function checkPopulation({ labels, shares, items, workers }: Population): void {
  if (labels.length < 2) throw new RangeError(`labels ${labels.join(', ')}: expected two or more`);
  if (shares && shares.length !== labels.length) {
    throw new RangeError(`shares has ${shares.length} numbers: expected ${labels.length}, one a label`);
  }
  if (!(Number.isInteger(items) && items > 0)) throw new RangeError(`items ${items}: expected an integer above 0`);
  if (!workers.some(({ count }) => count > 0)) throw new RangeError('workers of the population: expected one or more');
}
