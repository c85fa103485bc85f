import { dice } from '../simulation/random';
import { labelTable, type LabelTable } from './label-table';

export interface Raters {
  seed: number;
  items: number;
  labelsPerItem: number;
  workers: number;
  labels: number;
}

/**
 * Ratings by lenient and severe raters: each is off by an amount of their own (normal, .7 labels) and spreads by another (.4 to 1 labels), the shares of the labels even.
 */
export function playRaters({ seed, items, labelsPerItem, workers, labels }: Raters): {
  table: LabelTable;
  truth: Map<string, string>;
} {
  const throws = dice(seed);
  const names = Array.from({ length: labels }, (_, k) => `${k + 1}`);
  const raters = Array.from({ length: workers }, () => {
    const [off, spread] = [0.7 * throws.normal(), 0.4 + 0.6 * throws.uniform()];
    return (truth: number) => names.map((_, label) => Math.exp(-0.5 * ((label - truth - off) / spread) ** 2) + 1e-6);
  });
  const truth = new Map<string, string>();
  const rows = Array.from({ length: items }, (_, t) => {
    const [item, right] = [`t${t}`, throws.below(labels)];
    truth.set(item, names[right]!);
    const asked = new Set<number>();
    while (asked.size < labelsPerItem) asked.add(throws.below(workers));
    return [...asked].map((w) => ({ item, worker: `w${w}`, label: names[throws.weighted(raters[w]!(right))]! }));
  });
  return { table: labelTable(rows.flat(), names), truth };
}
