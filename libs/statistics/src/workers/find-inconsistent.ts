import { type LabelTable } from '../aggregation/label-table';
import { type Beliefs } from './believed';
import { confusionCounts, pooledConfusion } from './confusion';
import { type Repeat, selfConsistency } from './self-consistency';
import { type Suspicion } from './suspicion';

/** A blind repeat: what a worker said of an item, and said again on a later occasion; names and labels as in the table. */
export interface RepeatedLabel {
  item: string;
  worker: string;
  first: string;
  again: string;
}

/** Who agrees with self less than two typical workers agree on the same items. Repeats of items, workers or labels that are not in the table do not count. */
export function findInconsistent(
  table: LabelTable,
  { believed }: Beliefs,
  repeated: readonly RepeatedLabel[],
): Suspicion[] {
  if (repeated.length === 0) return [];
  const K = table.labels.length;
  const pooled = pooledConfusion(confusionCounts({ ...table, posteriors: believed }), K);
  const places = (names: readonly string[]) => new Map(names.map((name, i) => [name, i]));
  const [items, workers, labels] = [places(table.items), places(table.workers), places(table.labels)];
  const byWorker = new Map<number, Repeat[]>();
  for (const { item, worker, first, again } of repeated) {
    const [t, w] = [items.get(item), workers.get(worker)];
    const [x, y] = [labels.get(first), labels.get(again)];
    if (t === undefined || w === undefined || x === undefined || y === undefined) continue;
    const shares = typicalShares(believed.subarray(t * K, (t + 1) * K), pooled, K);
    byWorker.set(w, [...(byWorker.get(w) ?? []), { first: x, again: y, shares }]);
  }
  return [...byWorker].map(([worker, repeats]): Suspicion => {
    const { equal, expected, pValue } = selfConsistency(repeats, K);
    return { worker, kind: 'inconsistent', pValue, evidence: { repeats: repeats.length, equal, expected } };
  });
}

/** Probability of each label in a label of a typical worker, on an item that is believed to be so. */
function typicalShares(believed: Float64Array, pooled: Float64Array, K: number): Float64Array {
  const shares = new Float64Array(K);
  for (let label = 0; label < K; label++) {
    for (let truth = 0; truth < K; truth++) shares[label]! += pooled[label * K + truth]! * believed[truth]!;
  }
  return shares;
}
