/**
 * The known name that a mistyped one was probably meant to be: the one with the fewest edits (insertions, deletions,
 * replacements, swaps of neighbours; case ignored), the first of equals. Undefined where there are no names.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  // Edits cost the product of the lengths: nobody meant a known name by a thousand letters.
  const typed = name.slice(0, 100).toLowerCase();
  let best: string | undefined;
  let fewest = Infinity;
  for (const candidate of known) {
    const count = edits(typed, candidate.toLowerCase());
    if (count < fewest) [best, fewest] = [candidate, count];
  }
  return best;
}

/** Optimal string alignment distance, two rows back. */
function edits(a: string, b: string): number {
  let twoBack: number[] = [];
  let back = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = back[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replaced, back[j]! + 1, row[j - 1]! + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, twoBack[j - 2]! + 1);
      row.push(least);
    }
    [twoBack, back] = [back, row];
  }
  return back[b.length]!;
}
