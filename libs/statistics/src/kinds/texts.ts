import { medoid } from '../aggregation/medoid';
import { editDistance } from './edit-distance';
import { byItem, type WrittenMethod, type WrittenRow } from './written';

/** Labels of the average worker that are added to a worker's own when texts are weighed. */
const STRENGTH = 4;

/**
 * Methods for free text: `weighted-medoid` takes the text that is nearest to all others, each weighed by how near its worker stands to others
 * elsewhere; `medoid` weighs all alike; `majority` takes the text that most wrote, letter for letter, ties to the first in the order of
 * their code units.
 */
export const TEXT_METHODS = {
  'weighted-medoid': (rows) => nearest(rows, nearness(rows)),
  medoid: (rows) => nearest(rows, new Map()),
  majority: (rows) =>
    [...byItem(rows)].map(([item, given]) => {
      const counts = new Map<string, number>();
      for (const { label } of [...given].sort((a, b) => (a.label < b.label ? -1 : 1)))
        counts.set(label, (counts.get(label) ?? 0) + 1);
      const [label, count] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best));
      return { item, label, posterior: count / given.length, confidence: count / given.length };
    }),
} satisfies Record<string, WrittenMethod>;

function nearest(rows: readonly WrittenRow[], weights: ReadonlyMap<string, number>) {
  return [...byItem(rows)].map(([item, given]) => {
    const texts = given.map(({ label }) => label);
    const best = medoid(texts, editDistance, given.map(({ worker }) => weights.get(worker) ?? 1)); // prettier-ignore
    return { item, label: texts[best]!, posterior: null, confidence: null };
  });
}

/** Mean of 1 - distance between a worker's texts and those of others on the same items, drawn to the mean of all. */
function nearness(rows: readonly WrittenRow[]): Map<string, number> {
  const sums = new Map<string, { near: number; pairs: number }>();
  let near = 0;
  let pairs = 0;
  for (const given of byItem(rows).values()) {
    for (const [i, one] of given.entries()) {
      for (const other of given.slice(i + 1)) {
        const likeness = 1 - editDistance(one.label, other.label);
        near += likeness;
        pairs += 1;
        for (const { worker } of [one, other]) {
          const sum = sums.get(worker) ?? { near: 0, pairs: 0 };
          sums.set(worker, { near: sum.near + likeness, pairs: sum.pairs + 1 });
        }
      }
    }
  }
  const average = pairs > 0 ? near / pairs : 1;
  return new Map([...sums].map(([worker, own]) => [worker, (own.near + STRENGTH * average) / (own.pairs + STRENGTH)]));
}
