import { fitMatrices, type FitOptions, type MatrixFit } from './fit-matrices';
import { type LabelTable } from './label-table';
import { FLOOR, rightOf } from './matrix-prior';

/**
 * One accuracy a worker, errors spread evenly, one label added that is right and one that is wrong (ZenCrowd of Demartini et al., WWW 2012, is of this
 * family). Few parameters; but where many workers always say the same label it locks on to that.
 */
export function oneCoin(table: LabelTable, options: FitOptions = {}): MatrixFit {
  const K = table.labels.length;
  return fitMatrices(
    table,
    {
      maximise(counts, into) {
        const { right, all } = rightOf(table, counts);
        for (let k = 0; k < K; k++) into[k] = Math.max(FLOOR, counts[k]! / Math.max(1, table.items.length));
        for (let w = 0; w < right.length; w++) {
          const accuracy = (right[w]! + 1) / (all[w]! + 2);
          const at = K + w * K * K;
          into.fill((1 - accuracy) / (K - 1), at, at + K * K);
          for (let k = 0; k < K; k++) into[at + k * K + k] = accuracy;
        }
      },
      logPrior(at) {
        let density = 0;
        for (let w = 0; w < table.workers.length; w++) {
          const accuracy = at[K + w * K * K]!;
          density += Math.log(accuracy) + Math.log(1 - accuracy);
        }
        return density;
      },
    },
    options,
  );
}
