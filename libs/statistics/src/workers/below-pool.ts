/** Right and all answers of a worker to items of known label. */
export interface Tally {
  right: number;
  all: number;
}

/**
 * For each worker the p-value of being no worse than the pool: Fisher's exact test of their right answers against those of all others together.
 * A binomial at the others' own share takes that for known: where three others are always right, one slip would be impossible, and in small crowds
 * honest workers are accused. Correct it over workers with `adjusted`; 1 where there is nobody to compare with.
 */
export function belowPool(tallies: readonly Tally[]): number[] {
  const right = tallies.reduce((sum, tally) => sum + tally.right, 0);
  const all = tallies.reduce((sum, tally) => sum + tally.all, 0);
  return tallies.map((own) => (all > own.all ? atMostDrawn(own.right, own.all, right, all) : 1));
}

/** Probability of so many successes or fewer among `drawn` of `all`, of which `successes` are such (the hypergeometric distribution), O(drawn). */
function atMostDrawn(most: number, drawn: number, successes: number, all: number): number {
  const failures = all - successes;
  const least = Math.max(0, drawn - failures);
  // Logarithms of the probabilities, relative to the first.
  const logs = [0];
  for (let x = least, log = 0; x < Math.min(drawn, successes); x++) {
    log += Math.log(((successes - x) * (drawn - x)) / ((x + 1) * (failures - drawn + x + 1)));
    logs.push(log);
  }
  const top = logs.reduce((larger, log) => Math.max(larger, log), -Infinity);
  const mass = (some: readonly number[]) => some.reduce((sum, log) => sum + Math.exp(log - top), 0);
  return mass(logs.slice(0, most - least + 1)) / mass(logs);
}
