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
 * Probability that a worker is right on an item of each label, (W + 1) * K, if all that there is to know of them is a competence and a habit
 * (the model of MACE, Hovy et al., NAACL 2013): competence + (1 - competence) * habit. Few parameters, so little data learns them, and one who
 * always says the same label has no part in the others. Each worker is drawn to the average one.
 * @param counts expected counts, K of the truth in front, then K * K a worker, [label * K + truth].
 * @returns a row a worker, and last that of the average one.
 */
export function rightByCompetence(table: LabelTable, counts: Float64Array): Float64Array {
  const K = table.labels.length;
  const W = table.workers.length;
  const { right, wrong } = rightAndWrong(counts, W, K);
  const even = { competence: 0.5, habit: new Float64Array(K).fill(1 / K) };
  const habit = new Float64Array(K);
  const guesses = new Float64Array(K);
  const average = {
    competence: competenceOf(sumRows(right, K), sumRows(wrong, K), 0, even, habit, guesses),
    habit: habit.slice(),
  };
  const rightness = new Float64Array((W + 1) * K);
  for (let row = 0; row < rightness.length; row += K) {
    const competence = competenceOf(right, wrong, row, average, habit, guesses);
    for (let k = 0; k < K; k++) rightness[row + k] = competence + (1 - competence) * habit[k]!;
  }
  return rightness;
}

/** Expected labels of each worker that are right and wrong, by what was said, (W + 1) * K each: the last row is of nobody, zeros. */
function rightAndWrong(counts: Float64Array, W: number, K: number) {
  const right = new Float64Array((W + 1) * K);
  const wrong = new Float64Array((W + 1) * K);
  for (let row = 0, at = K; row < W * K; row++) {
    const label = row % K;
    for (let k = 0; k < K; k++, at++) {
      if (k === label) right[row] = counts[at]!;
      else wrong[row]! += counts[at]!;
    }
  }
  return { right, wrong };
}

/**
 * EM: a right label was known or guessed, a wrong one guessed. Returns the competence of the worker whose counts begin at `row`.
 * @param habit the worker's is written into it; like `guesses` it is an array to work in, for arrays of each worker are most of the garbage of a fit.
 */
function competenceOf(
  right: Float64Array,
  wrong: Float64Array,
  row: number,
  average: Competence,
  habit: Float64Array,
  guesses: Float64Array,
): number {
  const K = habit.length;
  let { competence } = average;
  habit.set(average.habit);
  for (let round = 0; round < ROUNDS; round++) {
    let known = COMPETENCE_STRENGTH * average.competence;
    let guessed = 0;
    for (let l = 0; l < K; l++) {
      const guess = (1 - competence) * habit[l]!;
      const byLuck = right[row + l]! * (guess / (competence + guess));
      known += right[row + l]! - byLuck;
      guessed += wrong[row + l]! + byLuck;
      guesses[l] = wrong[row + l]! + byLuck + HABIT_STRENGTH * average.habit[l]!;
    }
    competence = known / (known + guessed + COMPETENCE_STRENGTH * (1 - average.competence));
    for (let l = 0; l < K; l++) habit[l] = guesses[l]! / (guessed + HABIT_STRENGTH);
  }
  return competence;
}

function sumRows(rows: Float64Array, K: number): Float64Array {
  const sums = new Float64Array(K);
  for (let i = 0; i < rows.length; i++) sums[i % K]! += rows[i]!;
  return sums;
}
