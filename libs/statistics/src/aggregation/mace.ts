import { type Parameters } from './expectation';
import { fitMatrices, type FitOptions, type MatrixFit } from './fit-matrices';
import { type LabelTable } from './label-table';
import { FLOOR } from './matrix-prior';

/** Labels added to those that a worker is thought to have known, and to have guessed. */
const SMOOTHING = 0.5;

/**
 * MACE (Hovy, Berg-Kirkpatrick, Vaswani and Hovy, NAACL 2013): on each item a worker either knows the label (with their competence) or says one by
 * habit, whatever the item. Matrix: competence on the diagonal plus (1 - competence) times the habit. Started from vote shares instead of at
 * random, and smoothed by half a label, so it is a function of the set.
 */
export function mace(table: LabelTable, options: FitOptions = {}): MatrixFit {
  const K = table.labels.length;
  return fitMatrices(
    table,
    {
      maximise(counts, into, from) {
        for (let k = 0; k < K; k++) into[k] = Math.max(FLOOR, counts[k]! / Math.max(1, table.items.length));
        for (let w = 0; w < table.workers.length; w++) maximiseWorker(counts, into, from, K + w * K * K, K);
      },
    },
    options,
  );
}

function maximiseWorker(
  counts: Float64Array,
  into: Parameters,
  from: Parameters | undefined,
  at: number,
  K: number,
): void {
  const habit = new Float64Array(K).fill(SMOOTHING);
  let knew = SMOOTHING;
  let guessed = SMOOTHING;
  for (let l = 0; l < K; l++) {
    const row = at + l * K;
    // Off the diagonal stands only the guess, so any cell beside it shows how much of a right label was guessed.
    const beside = from === undefined ? 0 : from[row + (l === 0 ? 1 : 0)]!;
    const share = from === undefined ? 0.5 : Math.max(0, 1 - beside / from[row + l]!);
    let said = 0;
    for (let k = 0; k < K; k++) said += counts[row + k]!;
    const known = counts[row + l]! * share;
    knew += known;
    guessed += said - known;
    habit[l]! += said - known;
  }
  const competence = knew / (knew + guessed);
  const habits = guessed - SMOOTHING + K * SMOOTHING;
  for (let l = 0; l < K; l++) {
    const guess = ((1 - competence) * habit[l]!) / habits;
    into.fill(guess, at + l * K, at + (l + 1) * K);
    into[at + l * K + l] = competence + guess;
  }
}
