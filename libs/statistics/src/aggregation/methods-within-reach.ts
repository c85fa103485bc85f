import { type LabelTable } from './label-table';
import { type Aggregation, type Method } from './aggregation';

/**
 * What a method computes over and over, in numbers:
 *   votes     of each label; any table is within reach
 *   items     of each item and label of the question
 *   steps     the same, in hundreds of rounds
 *   matrices  of each worker and pair of labels
 *   subtypes  the same ten times
 */
export type Cost = 'votes' | 'items' | 'steps' | 'matrices' | 'subtypes';

/** More would take minutes, or more memory than there is. */
const MOST: Readonly<Record<Exclude<Cost, 'votes'>, number>> = {
  items: 200_000_000,
  steps: 20_000_000,
  matrices: 5_000_000,
  subtypes: 5_000_000,
};

/**
 * The method for tables within its reach; it gives the only label where the question has one, which leaves nothing to fit.
 * @throws RangeError on a table of more.
 */
export function withinReach(name: string, cost: Cost, method: Method): Method {
  return (table, accepted) => {
    if (table.labels.length < 2) return onlyLabel(table);
    if (cost !== 'votes') refuseBeyond(name, cost, table);
    return method(table, accepted);
  };
}

function refuseBeyond(name: string, cost: Exclude<Cost, 'votes'>, { items, workers, labels }: LabelTable): void {
  const K = labels.length;
  const ofItems = cost === 'items' || cost === 'steps';
  const numbers = ofItems ? items.length * K : workers.length * K * K * (cost === 'subtypes' ? 10 : 1);
  if (numbers <= MOST[cost]) return;
  const [what, instead] = ofItems
    ? [`${words(items.length)} items of ${words(K)} labels`, 'majority has no limit; is this free text?']
    : [
        `${words(workers.length)} workers of ${words(K)} labels`,
        'auto and majority have no matrices of so many labels',
      ];
  const expected = `expected up to ${words(MOST[cost])} numbers, these need ${words(numbers)}`;
  throw new RangeError(`method "${name}" on ${what}: ${expected} (${instead})`);
}

function onlyLabel({ items, itemStart, labels }: LabelTable): Aggregation {
  const labelled = Int32Array.from(items, (_, t) =>
    labels.length === 1 && itemStart[t + 1]! > itemStart[t]! ? 0 : -1,
  );
  const certain = () => new Float64Array(items.length).fill(1);
  return { labels: labelled, posterior: certain(), confidence: certain() };
}

function words(count: number): string {
  return count.toLocaleString('en-US');
}
