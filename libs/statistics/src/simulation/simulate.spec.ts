import { ORDINARY_POPULATION, type Population, type WorkerGroup } from './population';
import { simulate } from './simulate';

function aPopulation(workers: WorkerGroup[], changes: Partial<Population> = {}): Population {
  return { seed: 7, labels: ['a', 'b', 'c'], items: 2000, labelsPerItem: 5, workers, ...changes };
}

function accuracies(population: Population): Map<string, number> {
  const { labels, truth } = simulate(population);
  const tally = new Map<string, [number, number]>();
  for (const { item, worker, label } of labels) {
    const [right, all] = tally.get(worker) ?? [0, 0];
    tally.set(worker, [right + Number(truth.get(item) === label), all + 1]);
  }
  return new Map([...tally].map(([worker, [right, all]]) => [worker, right / all]));
}

describe('simulate', () => {
  it('gives the same labels for the same description, and others for another seed', () => {
    expect(simulate(ORDINARY_POPULATION)).toEqual(simulate(ORDINARY_POPULATION));
    expect(simulate({ ...ORDINARY_POPULATION, seed: 2 }).labels).not.toEqual(simulate(ORDINARY_POPULATION).labels);
  });

  it('gives each item its labels, by distinct workers', () => {
    const { labels } = simulate(
      aPopulation([{ behaviour: 'honest', count: 8 }], { labelsPerItem: { least: 2, most: 6 } }),
    );
    const byItem = grouped(labels);
    expect(byItem.size).toBe(2000);
    for (const group of byItem.values()) {
      expect(group.length).toBeGreaterThanOrEqual(2);
      expect(group.length).toBeLessThanOrEqual(6);
      expect(new Set(group.map(({ worker }) => worker)).size).toBe(group.length);
    }
  });

  it('makes honest workers as accurate as they are said to be', () => {
    for (const accuracy of accuracies(aPopulation([{ behaviour: 'honest', count: 10, accuracy: 0.8 }])).values()) {
      expect(accuracy).toBeCloseTo(0.8, 1);
    }
  });

  it('lets spammers be right by chance alone', () => {
    for (const accuracy of accuracies(aPopulation([{ behaviour: 'spammer', count: 10 }])).values()) {
      expect(Math.abs(accuracy - 1 / 3)).toBeLessThan(0.06);
    }
  });

  it('lets a swapper be right only where nothing is swapped', () => {
    const swapper: WorkerGroup = { behaviour: 'swapper', count: 1, accuracy: 1, swaps: ['a', 'b'] };
    const { labels, truth, workers } = simulate(aPopulation([swapper, { behaviour: 'honest', count: 6 }]));
    const { worker } = workers.find(({ behaviour }) => behaviour === 'swapper')!;
    for (const { item, label } of labels.filter((one) => one.worker === worker)) {
      expect(label).toBe({ a: 'b', b: 'a', c: 'c' }[truth.get(item)!]);
    }
  });

  it('makes drifting workers worse late than early', () => {
    const drifting: WorkerGroup = { behaviour: 'drifting', count: 6, accuracy: 0.95, to: 0.5 };
    const { labels, truth } = simulate(aPopulation([drifting]));
    const share = (part: typeof labels) =>
      part.filter(({ item, label }) => truth.get(item) === label).length / part.length;
    expect(share(labels.slice(0, 3000))).toBeGreaterThan(0.92);
    expect(share(labels.slice(-3000))).toBeLessThan(0.56);
  });

  it('lets a copier repeat the labels of one other worker', () => {
    const copying: WorkerGroup = { behaviour: 'copying', count: 1, accuracy: 0.5, strength: 1 };
    const { labels, workers } = simulate(aPopulation([copying, { behaviour: 'honest', count: 9, accuracy: 0.6 }]));
    const { worker, copiesFrom } = workers.find(({ behaviour }) => behaviour === 'copying')!;
    const copied = new Map(labels.filter((one) => one.worker === copiesFrom).map(({ item, label }) => [item, label]));
    const shared = labels.filter((one) => one.worker === worker && copied.has(one.item));
    expect(shared.length).toBeGreaterThan(100);
    expect(shared.every(({ item, label }) => copied.get(item) === label)).toBe(true);
  });

  it('asks some again, blind', () => {
    const { labels } = simulate(aPopulation([{ behaviour: 'honest', count: 9 }], { repeats: 0.1 }));
    const again = labels.filter(({ occasion }) => occasion === 1);
    expect(again.length / 10_000).toBeCloseTo(0.1, 1);
  });

  it('draws most labels away from the truth on misleading items', () => {
    for (const accuracy of accuracies(
      aPopulation([{ behaviour: 'honest', count: 9, accuracy: 0.9 }], { misleading: 1 }),
    ).values()) {
      expect(accuracy).toBeLessThan(0.15);
    }
  });

  it('makes each worker better at some kinds of item than at others', () => {
    const spread = (population: Population) => {
      const shares = [...accuracies(population).values()];
      const mean = shares.reduce((a, b) => a + b) / shares.length;
      return Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length);
    };
    const workers: WorkerGroup[] = [{ behaviour: 'honest', count: 10, accuracy: 0.75 }];
    // One kind moves the log odds of .75 by a standard normal a worker: a deviation of about .18; 700 labels alone give .014.
    expect(spread(aPopulation(workers, { subtypes: 1 }))).toBeGreaterThan(0.08);
    expect(spread(aPopulation(workers))).toBeLessThan(0.03);
  });

  it('names what cannot be played', () => {
    expect(() => simulate(aPopulation([{ behaviour: 'copying', count: 2 }]))).toThrow(
      'a copying worker has nobody to copy from',
    );
    expect(() => simulate(aPopulation([{ behaviour: 'spammer', count: 1, favourite: 'z' }]))).toThrow(
      'label "z" of a spammer: expected one of a, b, c',
    );
    expect(() => simulate(aPopulation([], {}))).toThrow('workers of the population: expected one or more');
  });
});

function grouped<T extends { item: string }>(labels: T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of labels) groups.set(one.item, [...(groups.get(one.item) ?? []), one]);
  return groups;
}
