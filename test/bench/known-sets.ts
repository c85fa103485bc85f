import { existsSync } from 'node:fs';
import { labelTable, type LabelTable } from '../../libs/statistics/src/aggregation/label-table';
import { simulate } from '../../libs/statistics/src/simulation/simulate';
import { readLabelSet, SHARED_DATA, type SetName } from '../support/label-sets';
import { POPULATIONS } from './populations';

const REAL: SetName[] = ['rte', 'weather_sentiment', 'ukp_convincing'];

/** Labels of items whose truth is known. */
export interface KnownSet {
  name: string;
  real: boolean;
  table: LabelTable;
  truth: Map<string, string>;
}

/** The real sets, where they are there, and every population played with each seed. */
export function knownSets(seeds: readonly number[]): KnownSet[] {
  return [...realSets(), ...generatedSets(seeds)];
}

/** The real sets, where they are there. */
export function realSets(): KnownSet[] {
  if (!existsSync(SHARED_DATA)) {
    console.warn(`real sets: skipped, there is no ${SHARED_DATA}`);
    return [];
  }
  return REAL.map((name) => {
    const { table, gold } = readLabelSet(name);
    return { name, real: true, table, truth: gold };
  });
}

function generatedSets(seeds: readonly number[]): KnownSet[] {
  return Object.entries(POPULATIONS).flatMap(([name, population]) =>
    seeds.map((seed) => {
      const { labels, truth } = simulate({ ...population, seed });
      return { name, real: false, table: labelTable(labels, population.labels), truth };
    }),
  );
}
