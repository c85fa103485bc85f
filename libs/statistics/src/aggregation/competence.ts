import { type LabelTable } from './label-table';

/** Labels of the average worker that are added to a worker's own: to what they knew and guessed, and to what they say when they guess. */
const COMPETENCE_STRENGTH = 2;
const HABIT_STRENGTH = 1;

/** Rounds of the split into known and guessed. It need not converge: the result is a smooth function of the counts either way, and only a prior. */
const ROUNDS = 8;

/** How someone labels who either knows an item's label or says one by habit, whatever the item. */
interface Competence {
  /** Share of items whose label they know. */
  competence: number;
  /** K: how they spread their guesses. */
  habit: Float64Array;
}

/**
 * Probability that a worker is right on an item of each label, W * K, if all that there is to know of them is a competence and a habit
 * (the model of MACE, Hovy et al., NAACL 2013): competence + (1 - competence) * habit. Few parameters, so little data learns them, and one who
 * always says the same label has no part in the others. Each worker is drawn to the average one.
 * @param counts expected counts, K of the truth in front, then K * K a worker, [label * K + truth].
 */
export function rightByCompetence(table: LabelTable, counts: Float64Array): Float64Array {
  const K = table.labels.length;
  const W = table.workers.length;
  const { right, wrong } = rightAndWrong(counts, W, K);
  const average = competenceOf(sumRows(right, K), sumRows(wrong, K), {
    competence: 0.5,
    habit: new Float64Array(K).fill(1 / K),
  });
  const rightness = new Float64Array(W * K);
  for (let w = 0; w < W; w++) {
    const row = w * K;
    const { competence, habit } = competenceOf(right.subarray(row, row + K), wrong.subarray(row, row + K), average);
    for (let k = 0; k < K; k++) rightness[row + k] = competence + (1 - competence) * habit[k]!;
  }
  return rightness;
}

/** Expected labels of each worker that are right and wrong, by what was said, W * K each. */
function rightAndWrong(counts: Float64Array, W: number, K: number) {
  const right = new Float64Array(W * K);
  const wrong = new Float64Array(W * K);
  for (let row = 0, at = K; row < W * K; row++) {
    const label = row % K;
    for (let k = 0; k < K; k++, at++) {
      if (k === label) right[row] = counts[at]!;
      else wrong[row]! += counts[at]!;
    }
  }
  return { right, wrong };
}

/** EM: a right label was known or guessed, a wrong one guessed. */
function competenceOf(right: Float64Array, wrong: Float64Array, average: Competence): Competence {
  const K = right.length;
  let { competence } = average;
  const habit = Float64Array.from(average.habit);
  const guesses = new Float64Array(K);
  for (let round = 0; round < ROUNDS; round++) {
    let known = COMPETENCE_STRENGTH * average.competence;
    let guessed = 0;
    for (let l = 0; l < K; l++) {
      const guess = (1 - competence) * habit[l]!;
      const byLuck = right[l]! * (guess / (competence + guess));
      known += right[l]! - byLuck;
      guessed += wrong[l]! + byLuck;
      guesses[l] = wrong[l]! + byLuck + HABIT_STRENGTH * average.habit[l]!;
    }
    competence = known / (known + guessed + COMPETENCE_STRENGTH * (1 - average.competence));
    for (let l = 0; l < K; l++) habit[l] = guesses[l]! / (guessed + HABIT_STRENGTH);
  }
  return { competence, habit };
}

function sumRows(rows: Float64Array, K: number): Float64Array {
  const sums = new Float64Array(K);
  for (let i = 0; i < rows.length; i++) sums[i % K]! += rows[i]!;
  return sums;
}
