import { voteShares } from '../../libs/statistics/src/aggregation/majority';
import { type LabelSet, readCsv } from '../support/label-sets';
import { type Rule, same } from './known-values';
import { goldCounts } from './gold-counts';

/** What a set has, and what a majority with ties broken at random would come to. */
export function countRules(set: LabelSet): Rule[] {
  const { name, table, gold } = set;
  const ofWorker = goldCounts(set);
  const labelsOf = new Map(table.workers.map((worker) => [worker, 0]));
  table.worker.forEach((w) => labelsOf.set(table.workers[w]!, labelsOf.get(table.workers[w]!)! + 1));
  const { accuracy, tied } = majorityAtRandom(set);
  return [
    same('dataset', () => name),
    same('rows_in_file', () => readCsv(`${name}/labels.csv`).length),
    same('rows_used', () => table.label.length),
    same('tasks', () => table.items.length),
    same('worker_count', () => table.workers.length),
    same('classes/*', (k) => table.labels[Number(k)]),
    same('posterior_samples/classes/*', (k) => table.labels[Number(k)]),
    same('gold', () => gold.size),
    same('gold_distribution/*', (label) => [...gold.values()].filter((one) => one === label).length),
    same('labels_per_task', () => table.label.length / table.items.length, 5.01e-4),
    same('majority_vote_expected/accuracy', () => accuracy),
    same('majority_vote_expected/gold_tasks_with_tied_vote', () => tied),
    same('workers/*/labels', (worker) => labelsOf.get(worker)),
    same('workers/*/gold_n', (worker) => ofWorker.get(worker)!.all),
    same('workers/*/gold_correct', (worker) => ofWorker.get(worker)!.right),
    same('workers/*/gold_accuracy', (worker) => ofWorker.get(worker)!.accuracy, 5.01e-7),
  ];
}

function majorityAtRandom({ table, gold }: LabelSet): { accuracy: number; tied: number } {
  const shares = voteShares(table);
  const K = table.labels.length;
  let [right, tied] = [0, 0];
  table.items.forEach((item, t) => {
    const label = gold.get(item);
    if (label === undefined) return;
    const row = shares.subarray(t * K, (t + 1) * K);
    const most = Math.max(...row);
    const best = row.filter((share) => most - share < 1e-9).length;
    if (best > 1) tied += 1;
    if (most - row[table.labels.indexOf(label)]! < 1e-9) right += 1 / best;
  });
  return { accuracy: right / gold.size, tied };
}
