import { labelTable, type LabelTable } from '../../libs/statistics/src/aggregation/label-table';
import { type Population } from '../../libs/statistics/src/simulation/population';
import { simulate } from '../../libs/statistics/src/simulation/simulate';

/** So many labels of five kinds, five an item, five hundred a worker: most workers good, some careless, some spammers. */
export function crowdOf(labels: number): Population {
  const workers = labels / 500;
  return {
    seed: 1,
    labels: ['a', 'b', 'c', 'd', 'e'],
    items: labels / 5,
    labelsPerItem: 5,
    difficulty: 0.5,
    workers: [
      { behaviour: 'honest', count: Math.round(0.7 * workers), accuracy: { least: 0.6, most: 0.95 } },
      { behaviour: 'careless', count: Math.round(0.2 * workers), accuracy: { least: 0.3, most: 0.6 } },
      { behaviour: 'spammer', count: Math.round(0.1 * workers) },
    ],
  };
}

/** The labels of a population as a table, and as the file that others read. */
export function labelsOf(population: Population): { table: LabelTable; csv: string } {
  const { labels } = simulate(population);
  const lines = labels.map(({ item, worker, label }) => `${item},${worker},${label}`);
  return { table: labelTable(labels, population.labels), csv: `task,worker,label\n${lines.join('\n')}\n` };
}
